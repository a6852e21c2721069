"""`import mlflow` without MLflow: this package under MLflow's name."""
