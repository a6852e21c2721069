"""The same requests to the real `mlflow server` and to ours: the answers are the same."""
