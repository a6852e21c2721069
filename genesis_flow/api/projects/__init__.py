"""
Projects: directories with an `MLproject` file that says which commands there are, and what they take.

Source: MLflow 3.17 `mlflow.projects`.
"""
