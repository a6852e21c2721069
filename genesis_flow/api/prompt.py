"""
MLflow's `mlflow.prompt`, a package of inner workings that users import by name only.

What is done with prompts is in `MlflowClient` and in functions such as `register_prompt`.
"""

from __future__ import annotations

__all__: list[str] = []
