"""MLflow's `mlflow.utils.async_logging`."""
