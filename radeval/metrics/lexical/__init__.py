"""Metrics that compare wording: n-grams and common subsequences, no clinical knowledge."""
