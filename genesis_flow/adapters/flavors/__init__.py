"""Kinds of models, one `ModelFlavor` a file."""
