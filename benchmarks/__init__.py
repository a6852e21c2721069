"""
What genesis-flow costs, next to stock MLflow and to plain pymongo: `python -m benchmarks`.

Every contender works in a process of its own, in its own environment, with the same timing loop
(`benchmarks.worker`); this package lets them take turns and compares them.
"""
