"""Statistics: arrays in, named results out."""
