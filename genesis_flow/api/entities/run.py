"""Runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Self

from genesis_flow.api.entities._mlflow_object import _MlflowObject
from genesis_flow.api.entities.run_data import RunData
from genesis_flow.api.entities.run_info import RunInfo
from genesis_flow.api.entities.run_inputs import RunInputs
from genesis_flow.api.entities.run_outputs import RunOutputs
from genesis_flow.api.exceptions import MlflowException


class Run(_MlflowObject):
    """One execution of some code; compared by identity."""

    _make: Callable[[], Run]

    def __init__(
        self,
        run_info: RunInfo,
        run_data: RunData,
        run_inputs: RunInputs | None = None,
        run_outputs: RunOutputs | None = None,
    ) -> None:
        if run_info is None:
            raise MlflowException("run_info cannot be None")
        self._info = run_info
        self._data = run_data
        self._inputs = run_inputs
        self._outputs = run_outputs

    @classmethod
    def _later(cls, make: Callable[[], Run]) -> Self:
        """A run that is made by `make` when one of its parts is first asked for."""
        run = cls.__new__(cls)
        run._make = make
        return run

    def _parts(self) -> Run:
        """What `make` makes; its parts are this run's parts from now on."""
        made = self._make()
        self.__dict__.update(made.__dict__)
        self.__dict__.pop("_make", None)
        return made

    @cached_property
    def _info(self) -> RunInfo:
        return self._parts()._info

    @cached_property
    def _data(self) -> RunData:
        return self._parts()._data

    @cached_property
    def _inputs(self) -> RunInputs | None:
        return self._parts()._inputs

    @cached_property
    def _outputs(self) -> RunOutputs | None:
        return self._parts()._outputs

    def __getstate__(self) -> dict[str, Any]:
        if "_make" in self.__dict__:
            self._parts()
        return self.__dict__

    @property
    def info(self) -> RunInfo:
        """Id, name, status, times and the like."""
        return self._info

    @property
    def data(self) -> RunData:
        """Metrics, params and tags."""
        return self._data

    @property
    def inputs(self) -> RunInputs | None:
        """Datasets and models that the run used."""
        return self._inputs

    @property
    def outputs(self) -> RunOutputs | None:
        """Models that the run produced."""
        return self._outputs

    def to_dictionary(self) -> dict[str, Any]:
        """The parts that are there, each as a dictionary."""
        parts: dict[str, Any] = {"info": dict(self._info)}
        if self._data:
            parts["data"] = self._data.to_dictionary()
        if self._inputs:
            parts["inputs"] = self._inputs.to_dictionary()
        if self._outputs:
            parts["outputs"] = self._outputs.to_dictionary()
        return parts
