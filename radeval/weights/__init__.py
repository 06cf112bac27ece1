"""Weights of models: which ones metrics use, where they are on this machine, and what tells them from others."""
