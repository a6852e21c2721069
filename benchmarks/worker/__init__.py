"""
What runs inside a contender's process: the operations, and the loop that times them.

Only the standard library is imported until a contender is opened: the same code runs in the environment of
genesis-flow and in that of stock MLflow.
"""
