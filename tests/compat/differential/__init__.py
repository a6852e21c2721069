"""The same operations on stock MLflow's SQL store and on our stores, and what may differ."""
