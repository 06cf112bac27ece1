"""Studies of agreement with experts: which metric ranks reports as radiologists do, and with what certainty."""
