"""The version of genesis-flow, and of the MLflow whose API it has."""

from __future__ import annotations

from genesis_flow import __version__ as VERSION

#: The MLflow release whose names, defaults and error codes are followed.
COMPATIBLE_MLFLOW_VERSION = "3.17.2"

__all__ = ["COMPATIBLE_MLFLOW_VERSION", "VERSION"]
