"""One module for each way to reach a model, each importing its own package when it is used."""
