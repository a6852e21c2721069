"""Models of genesis-flow read by MLflow, and the other way round."""
