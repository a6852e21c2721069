"""Logging what PyTorch Lightning trains."""
