"""Metrics that compare what texts mean, by models that turn words into numbers."""
