"""An experiment repository beside a dict: any sequence of operations must leave the same in both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import AlreadyExists, GenesisFlowError, Inactive, InvalidState, NotFound
from genesis_flow.domain.values.lifecycle import Stage
from tests.contracts.samples import NOW, new_experiment, new_run, unique
from tests.contracts.stores import Stores

NAMES = ("n", "N", "n ", "n.", "ñ", "n\u0303", "n%", "$n")

keys = st.sampled_from(("a", "A", "a.b", "$a", "%", "á", "a\u0301"))
tags = st.dictionaries(keys, st.sampled_from(("", "1", "A", "a")), max_size=3)
names = st.sampled_from(NAMES)
times = st.integers(NOW, NOW + 9)


class ExperimentMachine(RuleBasedStateMachine):
    """An experiment repository beside a dict."""

    ids = Bundle("ids")

    def __init__(self, open_stores: Callable[[], Stores]) -> None:
        super().__init__()
        self.stores = open_stores()
        # The store may hold what other examples left: names get a beginning of their own.
        self.prefix = unique()
        self.model: dict[str, Experiment] = {}
        self.runs: dict[str, Run] = {}
        self.last_id = 0

    @rule(target=ids, name=names, tags=tags)
    def add(self, name: str, tags: dict[str, str]) -> str:
        """A free name is added under a greater id."""
        new = new_experiment(self.prefix + name, tags=tags)
        known = self._id_of(new.name)
        if known is not None:
            self._expect(AlreadyExists, lambda: self.stores.experiments.add(new))
            return known
        added = self.stores.experiments.add(new)
        assert int(added.id) > self.last_id
        assert new.with_id(added.id) == added
        self.model[added.id], self.last_id = added, int(added.id)
        return added.id

    @rule(id=ids)
    def add_run(self, id: str) -> None:
        """Only an active experiment takes runs."""
        run, error = new_run(id), self._writing_error(id)
        self._expect(error, lambda: self.stores.runs.add(run))
        if error is None:
            self.runs[run.id] = run

    @rule(id=ids, name=names, at=times)
    def rename(self, id: str, name: str, at: int) -> None:
        """An active experiment takes a free name."""
        error = self._writing_error(id)
        if error is Inactive:
            error = InvalidState
        elif error is None and self._id_of(self.prefix + name) not in (None, id):
            error = AlreadyExists
        self._expect(error, lambda: self.stores.experiments.rename(id, self.prefix + name, at=at))
        if error is None:
            self._change(id, name=self.prefix + name, updated_at=at)

    @rule(id=ids, tags=tags.filter(bool), at=times)
    def set_tags(self, id: str, tags: dict[str, str], at: int) -> None:
        """An active experiment takes tags."""
        error = self._writing_error(id)
        self._expect(error, lambda: self.stores.experiments.set_tags(id, tags, at=at))
        if error is None:
            self._change(id, tags={**self.model[id].tags, **tags}, updated_at=at)

    @rule(id=ids, key=keys, at=times)
    def remove_tag(self, id: str, key: str, at: int) -> None:
        """A tag that is there goes."""
        error = self._writing_error(id)
        if error is None and key not in self.model[id].tags:
            error = NotFound
        self._expect(error, lambda: self.stores.experiments.remove_tag(id, key, at=at))
        if error is None:
            left = {other: value for other, value in self.model[id].tags.items() if other != key}
            self._change(id, tags=left, updated_at=at)

    @rule(id=ids, at=times)
    def remove(self, id: str, at: int) -> None:
        """An active experiment is deleted with its runs."""
        is_active = id in self.model and self.model[id].stage is Stage.ACTIVE
        self._expect(None if is_active else NotFound, lambda: self.stores.experiments.remove(id, at=at))
        if is_active:
            self._change(id, stage=Stage.DELETED, updated_at=at)
            for run in self._runs_of(id):
                if run.stage is Stage.ACTIVE:
                    self.runs[run.id] = attrs.evolve(run, stage=Stage.DELETED, deleted_at=at)

    @rule(id=ids, at=times)
    def restore(self, id: str, at: int) -> None:
        """A deleted experiment is restored with its runs."""
        is_deleted = id in self.model and self.model[id].stage is Stage.DELETED
        self._expect(None if is_deleted else NotFound, lambda: self.stores.experiments.restore(id, at=at))
        if is_deleted:
            self._change(id, stage=Stage.ACTIVE, updated_at=at)
            for run in self._runs_of(id):
                self.runs[run.id] = attrs.evolve(run, stage=Stage.ACTIVE, deleted_at=None)

    @rule(id=ids)
    def purge(self, id: str) -> None:
        """Only a deleted experiment is purged."""
        error: type[GenesisFlowError] | None = None if id in self.model else NotFound
        if id in self.model and self.model[id].stage is Stage.ACTIVE:
            error = InvalidState
        self._expect(error, lambda: self.stores.experiments.purge(id))
        if error is None:
            for run in self._runs_of(id):
                del self.runs[run.id]
                self._expect(NotFound, partial(self.stores.runs.get, run.id))
            del self.model[id]

    @invariant()
    def everything_is_as_in_the_model(self) -> None:
        """Experiments and runs are as they should be, and names name what they should."""
        assert self.model == {id: self.stores.experiments.get(id) for id in self.model}
        assert self.runs == {id: self.stores.runs.get(id) for id in self.runs}
        for name in NAMES:
            known = self._id_of(self.prefix + name)
            if known is None:
                self._expect(NotFound, partial(self.stores.experiments.get_by_name, self.prefix + name))
            else:
                assert self.model[known] == self.stores.experiments.get_by_name(self.prefix + name)

    def teardown(self) -> None:
        """Close the store."""
        self.stores.close()

    def _id_of(self, name: str) -> str | None:
        return next((id for id, experiment in self.model.items() if experiment.name == name), None)

    def _runs_of(self, id: str) -> list[Run]:
        return [run for run in self.runs.values() if run.experiment_id == id]

    def _change(self, id: str, **changes: Any) -> None:
        self.model[id] = attrs.evolve(self.model[id], **changes)

    def _writing_error(self, id: str) -> type[GenesisFlowError] | None:
        if id not in self.model:
            return NotFound
        return None if self.model[id].stage is Stage.ACTIVE else Inactive

    def _expect(self, error: type[GenesisFlowError] | None, call: Callable[[], object]) -> None:
        if error is None:
            call()
        else:
            with pytest.raises(error):
                call()


def run_experiment_machine(open_stores: Callable[[], Stores]) -> None:
    """Run the machine on stores that `open_stores` opens."""
    run_state_machine_as_test(lambda: ExperimentMachine(open_stores))
