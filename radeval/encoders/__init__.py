"""Models that read texts into numbers: loaded once, each text read once, in batches of like length."""
