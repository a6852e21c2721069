"""
A server that answers with what a model predicts.

Source: MLflow 3.17 `mlflow.pyfunc.scoring_server`.
"""
