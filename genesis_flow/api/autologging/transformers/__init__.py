"""Logging what the `Trainer` of transformers trains."""
