"""
What lets stock MLflow use our stores: the only package that imports `mlflow`.

MLflow imports `entry_points.py` whenever it is imported itself; everything else is loaded when a store is opened.
"""
