"""Runs: what to score, the scoring itself, and what it comes to."""
