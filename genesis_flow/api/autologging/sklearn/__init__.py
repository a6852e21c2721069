"""Logging what scikit-learn trains."""
