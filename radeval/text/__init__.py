"""Report text before any metric reads it: its sections and its language."""
