"""The vocabulary of radeval: what is scored, what a metric is, what a result says."""
