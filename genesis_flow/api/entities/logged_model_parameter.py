"""Params of logged models."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Param


class LoggedModelParameter(_Param):
    """A param of a logged model; params with the same key are equal."""
