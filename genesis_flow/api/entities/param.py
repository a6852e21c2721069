"""Params of runs."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Param


class Param(_Param):
    """A param of a run; params with the same key are equal."""
