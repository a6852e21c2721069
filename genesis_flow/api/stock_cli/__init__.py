"""MLflow's own command line, `mlflow`, as far as scripts and the clients for Java and R call it."""
