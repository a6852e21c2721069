"""MLflow's `mlflow.utils`, as far as clients import from it."""
