"""Which names of `mlflow` a code base uses, and which of them this package has; nothing of it is run."""
