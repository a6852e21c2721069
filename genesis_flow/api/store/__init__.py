"""MLflow's `mlflow.store`, as far as clients import from it."""
