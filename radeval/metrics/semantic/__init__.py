"""Metrics of meaning: what encoders make of two texts, compared."""
