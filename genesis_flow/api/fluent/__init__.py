"""MLflow's fluent functions: one module a noun."""
