"""A run repository beside a dict: any sequence of operations must leave the same in both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.metric import Metric, latest
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput, Run
from genesis_flow.domain.errors import GenesisFlowError, Inactive, InvalidState, NotFound, ParamConflict
from genesis_flow.domain.values.lifecycle import RunStatus, Stage, View
from tests.contracts.samples import (
    NOW,
    added_experiment,
    dataset_input,
    expected_points,
    new_run,
    points,
    shown,
)
from tests.contracts.searching import run_query
from tests.contracts.stores import Stores

KEYS = ("a", "A", "a.b", "a b", "$a", "%", "á", "a\u0301", "a/b", NAME_TAG)
VALUES = ("", "1", "A", "a", "á")

keys = st.sampled_from(KEYS)
texts = st.dictionaries(keys.filter(lambda key: key != NAME_TAG), st.sampled_from(VALUES), max_size=3)
tags = st.dictionaries(keys, st.sampled_from(VALUES[1:]), max_size=3)
metrics = st.lists(
    st.builds(
        Metric,
        key=st.sampled_from(KEYS[:4]),
        value=st.sampled_from((0.0, 1.0, -1.0, float("nan"), float("inf"), 1 + 1e-12)),
        timestamp=st.sampled_from((NOW, NOW + 1)),
        step=st.sampled_from((0, 1, -1)),
    ),
    max_size=4,
)
inputs = st.lists(
    st.builds(
        dataset_input,
        name=st.sampled_from(("a", "A")), digest=st.sampled_from(("1", "2")),
        tags=st.dictionaries(keys, st.sampled_from(VALUES), max_size=1), source=st.sampled_from(VALUES),
    ),
    max_size=2,
)


@attrs.define
class ModelledRun:
    """What a run should be."""

    run: Run
    points: list[Metric] = attrs.field(factory=list)

    def change(self, **changes: Any) -> None:
        """Replace attributes of the run."""
        self.run = attrs.evolve(self.run, **changes)


class RunMachine(RuleBasedStateMachine):
    """A run repository beside a dict."""

    ids = Bundle("ids")

    def __init__(self, open_stores: Callable[[], Stores]) -> None:
        super().__init__()
        self.stores = open_stores()
        self.model: dict[str, ModelledRun] = {}
        self.datasets: dict[tuple[str, str, str], Dataset] = {}

    @initialize()
    def add_experiments(self) -> None:
        """Two experiments take the runs."""
        self.experiments = tuple(added_experiment(self.stores).id for _ in range(2))

    @rule(target=ids, number=st.integers(0, 1), params=texts, tags=tags, name=st.sampled_from(("a", "b")))
    def add(self, number: int, params: dict[str, str], tags: dict[str, str], name: str) -> str:
        """A new run is as it was given."""
        run = new_run(self.experiments[number], name=name, params=params, tags=tags)
        self.stores.runs.add(run)
        self.model[run.id] = ModelledRun(run)
        return run.id

    @rule(id=ids, metrics=metrics, params=texts, tags=tags, again=st.booleans())
    def append(
        self, id: str, metrics: list[Metric], params: dict[str, str], tags: dict[str, str], again: bool
    ) -> None:
        """A batch is stored whole or refused whole; repeating it changes nothing."""
        for _ in range(1 + again):
            error = self._writing_error(id)
            if error is None and self._would_change(id, params):
                error = ParamConflict
            self._expect(
                error, lambda: self.stores.runs.append(id, metrics=metrics, params=params, tags=tags)
            )
            if error is None:
                self._append(self.model[id], metrics, params, tags)

    def _append(
        self, model: ModelledRun, metrics: list[Metric], params: dict[str, str], tags: dict[str, str]
    ) -> None:
        model.points.extend(metrics)
        model.change(
            params={**model.run.params, **params},
            tags={**model.run.tags, **tags},
            name=tags.get(NAME_TAG, model.run.name),
        )

    @rule(
        id=ids, status=st.sampled_from([None, *RunStatus]), ended_at=st.sampled_from((None, 0, NOW)),
        name=st.sampled_from((None, "b", "c")),
    )
    def update(self, id: str, status: RunStatus | None, ended_at: int | None, name: str | None) -> None:
        """What is given changes."""
        error = self._writing_error(id)
        self._expect(error, lambda: self.stores.runs.update(id, status=status, ended_at=ended_at, name=name))
        if error is None:
            given: dict[str, Any] = {"status": status, "ended_at": ended_at, "name": name}
            if name is not None:
                given["tags"] = {**self.model[id].run.tags, NAME_TAG: name}
            self.model[id].change(**{key: value for key, value in given.items() if value is not None})

    @rule(id=ids, key=keys)
    def remove_tag(self, id: str, key: str) -> None:
        """A tag that is there goes."""
        error = self._writing_error(id)
        if error is None and key not in self.model[id].run.tags:
            error = NotFound
        self._expect(error, lambda: self.stores.runs.remove_tag(id, key))
        if error is None:
            left = {other: value for other, value in self.model[id].run.tags.items() if other != key}
            self.model[id].change(tags=left)

    @rule(
        id=ids, datasets=inputs, models=st.lists(st.sampled_from(("m", "n")), max_size=2),
        outputs=st.lists(st.builds(ModelOutput, st.sampled_from(("m", "n")), st.integers(0, 1)), max_size=2),
    )
    def attach(
        self, id: str, datasets: list[DatasetInput], models: list[str], outputs: list[ModelOutput]
    ) -> None:
        """The first of everything stays."""
        error = self._writing_error(id)
        self._expect(
            error,
            lambda: self.stores.runs.attach(
                id, datasets=datasets, model_inputs=models, model_outputs=outputs
            ),
        )
        if error is None:
            run = self.model[id].run
            known = {(each.dataset.name, each.dataset.digest): each for each in run.dataset_inputs}
            for each in datasets:
                identity = (each.dataset.name, each.dataset.digest)
                first = self.datasets.setdefault((run.experiment_id, *identity), each.dataset)
                known.setdefault(identity, attrs.evolve(each, dataset=first))
            made = {output.model_id: output for output in reversed((*run.model_outputs, *outputs))}
            self.model[id].change(
                dataset_inputs=tuple(known.values()),
                model_inputs=tuple({*run.model_inputs, *models}),
                model_outputs=tuple(made.values()),
            )

    @rule(id=ids, at=st.integers(1, 9))
    def remove(self, id: str, at: int) -> None:
        """The first deletion counts."""
        self._expect(None if id in self.model else NotFound, lambda: self.stores.runs.remove(id, at=at))
        if id in self.model and self.model[id].run.stage is Stage.ACTIVE:
            self.model[id].change(stage=Stage.DELETED, deleted_at=at)

    @rule(id=ids)
    def restore(self, id: str) -> None:
        """A restored run is active."""
        self._expect(None if id in self.model else NotFound, lambda: self.stores.runs.restore(id))
        if id in self.model:
            self.model[id].change(stage=Stage.ACTIVE, deleted_at=None)

    @rule(id=ids)
    def purge(self, id: str) -> None:
        """Only deleted runs are purged."""
        error: type[GenesisFlowError] | None = None if id in self.model else NotFound
        if id in self.model and self.model[id].run.stage is Stage.ACTIVE:
            error = InvalidState
        self._expect(error, lambda: self.stores.runs.purge(id))
        if error is None:
            del self.model[id]

    @invariant()
    def everything_is_as_in_the_model(self) -> None:
        """`find` shows every run as it should be."""
        query = run_query(self.experiments, view=View.ALL)
        found = {run.id: _canonical(run) for run in self.stores.runs.find(query).items}
        expected = {
            id: _canonical(attrs.evolve(model.run, metrics=latest(model.points)))
            for id, model in self.model.items()
        }
        assert expected == found

    @rule(id=ids)
    def read(self, id: str) -> None:
        """`get` and `history` show one run as it should be."""
        if id not in self.model:
            self._expect(NotFound, lambda: self.stores.runs.get(id))
            return
        model = self.model[id]
        expected = attrs.evolve(model.run, metrics=latest(model.points))
        assert _canonical(expected) == _canonical(self.stores.runs.get(id))
        for key in KEYS[:4]:
            mine = [metric for metric in model.points if metric.key == key]
            assert expected_points(mine) == points(self.stores, id, key)

    def teardown(self) -> None:
        """Close the store."""
        self.stores.close()

    def _would_change(self, id: str, params: dict[str, str]) -> bool:
        known = self.model[id].run.params
        return any(known.get(key, value) != value for key, value in params.items())

    def _writing_error(self, id: str) -> type[GenesisFlowError] | None:
        if id not in self.model:
            return NotFound
        return None if self.model[id].run.stage is Stage.ACTIVE else Inactive

    def _expect(self, error: type[GenesisFlowError] | None, call: Callable[[], object]) -> None:
        if error is None:
            call()
        else:
            with pytest.raises(error):
                call()


def _canonical(run: Run) -> dict[str, Any]:
    """A run with what has no order as dicts and sets, and numbers written out, so that NaN equals NaN."""
    return attrs.asdict(run, recurse=False) | {
        "metrics": {key: shown(metric) for key, metric in run.metrics.items()},
        "dataset_inputs": {(each.dataset.name, each.dataset.digest): each for each in run.dataset_inputs},
        "model_inputs": sorted(run.model_inputs),
        "model_outputs": sorted(run.model_outputs, key=lambda output: output.model_id),
    }


def run_run_machine(open_stores: Callable[[], Stores]) -> None:
    """Run the machine on stores that `open_stores` opens."""
    run_state_machine_as_test(lambda: RunMachine(open_stores))
