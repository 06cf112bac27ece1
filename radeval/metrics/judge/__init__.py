"""Judges: protocols of typed tasks and a formula in code, answered by the report reader or by a model."""
