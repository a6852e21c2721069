"""Signatures of model versions."""
