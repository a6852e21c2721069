"""Whole scripts that say `import mlflow`, run on stock MLflow and on this package."""
