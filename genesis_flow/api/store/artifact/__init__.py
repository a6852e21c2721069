"""MLflow's `mlflow.store.artifact`, as far as clients in other languages call it."""
