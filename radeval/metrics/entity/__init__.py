"""Metrics on the findings that the report reader finds."""
