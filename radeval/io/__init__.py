"""Tables in, joined by id, and runs out and in."""
