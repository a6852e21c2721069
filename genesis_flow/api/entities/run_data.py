"""What was logged to a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, Self

from genesis_flow.api.entities._mlflow_object import _MlflowObject
from genesis_flow.api.entities.metric import Metric
from genesis_flow.api.entities.param import Param
from genesis_flow.api.entities.run_tag import RunTag


class Point(Protocol):
    """A point of a metric, whoever made it."""

    @property
    def key(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def step(self) -> int: ...


class RunData(_MlflowObject):
    """What was logged to a run: latest metrics, params and tags by key; compared by identity."""

    _latest: Mapping[str, Point]
    _texts: tuple[Mapping[str, str], Mapping[str, str]]

    def __init__(
        self,
        metrics: Sequence[Metric] | None = None,
        params: Sequence[Param] | None = None,
        tags: Sequence[RunTag] | None = None,
    ) -> None:
        self._metric_objs = list(metrics or ())
        self._metrics = {metric.key: metric.value for metric in self._metric_objs}
        self._params = {param.key: param.value for param in params or ()}
        self._tags = {tag.key: tag.value for tag in tags or ()}

    @classmethod
    def _from_mappings(
        cls, latest: Mapping[str, Point], params: Mapping[str, str], tags: Mapping[str, str]
    ) -> Self:
        """The data of a stored run, whose mappings must not change afterwards."""
        data = cls.__new__(cls)
        data._latest, data._texts = latest, (params, tags)
        return data

    # What a caller does not look at is not built: a page may hold 1,000 runs.

    @cached_property
    def _metrics(self) -> dict[str, float]:
        return {key: point.value for key, point in self._latest.items()}

    @cached_property
    def _params(self) -> dict[str, str]:
        return dict(self._texts[0])

    @cached_property
    def _tags(self) -> dict[str, str]:
        return dict(self._texts[1])

    @cached_property
    def _metric_objs(self) -> list[Metric]:
        return [Metric(p.key, p.value, p.timestamp, p.step) for p in self._latest.values()]

    @property
    def metrics(self) -> dict[str, float]:
        """The value of each metric's latest point: the greatest (step, timestamp, value)."""
        return self._metrics

    @property
    def params(self) -> dict[str, str]:
        """Texts by key."""
        return self._params

    @property
    def tags(self) -> dict[str, str]:
        """Texts by key."""
        return self._tags

    def to_dictionary(self) -> dict[str, Any]:
        """The three mappings themselves, by name."""
        return {"metrics": self._metrics, "params": self._params, "tags": self._tags}
