"""Logging what training libraries do, without a line in the training code."""
