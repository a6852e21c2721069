"""A repository of logged models beside a dict: any sequence of operations must leave the same in both."""

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

from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric, ModelStatus, ordered_points
from genesis_flow.domain.errors import GenesisFlowError, InvalidState, NotFound, ParamConflict
from genesis_flow.domain.values.lifecycle import Stage, View
from tests.contracts.samples import NOW, added_experiment, added_run, model_point, new_model, shown_points
from tests.contracts.searching import model_query
from tests.contracts.stores import Stores

KEYS = ("a", "A", "a.b", "a b", "$a", "%", "", "á", "a\u0301")
VALUES = ("", "1", "A", "$a", "á")
texts = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=3)
rows = st.lists(
    st.tuples(
        st.sampled_from(KEYS[:4]),
        st.sampled_from((0.0, 1.0, -1.0, float("nan"), float("inf"), 1 + 1e-12)),
        st.sampled_from((NOW, NOW + 1)),
        st.sampled_from((0, 1, -1)),
        st.sampled_from((None, ("d", "1"), ("d", "2"), ("D", "1"))),
    ),
    max_size=4,
)


def shown(model: LoggedModel) -> tuple[LoggedModel, list[str]]:
    """A model as what can be compared, NaN included."""
    return attrs.evolve(model, metrics=()), shown_points(model.metrics)


class LoggedModelMachine(RuleBasedStateMachine):
    """A repository of logged models beside a dict."""

    ids = Bundle("ids")

    def __init__(self, open_stores: Callable[[], Stores]) -> None:
        super().__init__()
        self.stores = open_stores()
        self.model: dict[str, LoggedModel] = {}
        self.gone: set[str] = set()

    @initialize()
    def add_experiments(self) -> None:
        """Two experiments take the models, two runs measure them."""
        self.experiments = tuple(added_experiment(self.stores).id for _ in range(2))
        self.runs = tuple(added_run(self.stores, id).id for id in self.experiments)

    @rule(target=ids, number=st.integers(0, 1), params=texts, tags=texts, name=st.sampled_from(("a", "b")))
    def add(self, number: int, params: dict[str, str], tags: dict[str, str], name: str) -> str:
        """A new model is as it was given."""
        model = new_model(self.experiments[number], name, params=params, tags=tags)
        self.stores.logged_models.add(model)
        self.model[model.id] = model
        return model.id

    @rule(id=ids, params=texts, tags=texts, again=st.booleans())
    def append(self, id: str, params: dict[str, str], tags: dict[str, str], again: bool) -> None:
        """Params and tags are stored whole or refused whole; repeating them changes nothing."""
        for _ in range(1 + again):
            known = {} if id in self.gone else self.model[id].params
            would_change = any(known.get(key, value) != value for key, value in params.items())
            error = self._error(id) or (ParamConflict if would_change else None)
            self._expect(error, lambda: self.stores.logged_models.append(id, params=params, tags=tags))
            if error is None:
                found = self.model[id]
                self._change(id, params={**found.params, **params}, tags={**found.tags, **tags})

    @rule(id=ids, other=ids, run=st.integers(0, 1), given=rows, again=st.booleans())
    def measure(self, id: str, other: str, run: int, given: list[tuple[Any, ...]], again: bool) -> None:
        """Points of two models are stored, each once however often it is sent, or all refused."""
        points: list[ModelMetric] = [
            model_point(which, key, value, self.runs[run], timestamp=at, step=step, dataset=dataset)
            for which in dict.fromkeys((id, other))
            for key, value, at, step, dataset in given
        ]
        error = (self._error(id) or self._error(other)) if points else None
        for _ in range(1 + again):
            self._expect(error, lambda: self.stores.runs.append(self.runs[run], model_metrics=points))
        if error is None:
            for which in {id, other} if points else ():
                own = [point for point in points if point.model_id == which]
                self._change(which, metrics=ordered_points([*self.model[which].metrics, *own]))

    @rule(id=ids, key=st.sampled_from(KEYS))
    def remove_tag(self, id: str, key: str) -> None:
        """A tag that is there goes."""
        error = self._error(id) or (None if key in self.model[id].tags else NotFound)
        self._expect(error, lambda: self.stores.logged_models.remove_tag(id, key))
        if error is None:
            self._change(id, tags={name: text for name, text in self.model[id].tags.items() if name != key})

    @rule(id=ids, status=st.sampled_from(ModelStatus), at=st.integers(NOW, NOW + 3))
    def update(self, id: str, status: ModelStatus, at: int) -> None:
        """The status changes and is returned."""
        error = self._error(id)
        found = self._expect(error, lambda: self.stores.logged_models.update(id, status=status, at=at))
        if error is None:
            self._change(id, status=status, updated_at=at)
            assert shown(self.model[id]) == shown(found)

    @rule(id=ids, at=st.integers(NOW, NOW + 3))
    def remove(self, id: str, at: int) -> None:
        """An active model becomes deleted, a deleted one stays as it is."""
        self._expect(NotFound if id in self.gone else None, lambda: self.stores.logged_models.remove(id, at=at))
        if id not in self.gone and self.model[id].stage is Stage.ACTIVE:
            self._change(id, stage=Stage.DELETED, updated_at=at)

    @rule(id=ids)
    def purge(self, id: str) -> None:
        """Only deleted models are erased."""
        error: type[GenesisFlowError] | None = NotFound if id in self.gone else None
        if error is None and self.model[id].stage is Stage.ACTIVE:
            error = InvalidState
        self._expect(error, lambda: self.stores.logged_models.purge(id))
        if error is None:
            del self.model[id]
            self.gone.add(id)

    @rule(number=st.integers(0, 1))
    def purge_run(self, number: int) -> None:
        """Erasing the run that measured leaves models as they are."""
        run = added_run(self.stores, self.experiments[number])
        kept = next((m for m in self.model.values() if m.stage is Stage.ACTIVE), None)
        if kept is not None:
            point = model_point(kept.id, "purged", 1.0, run.id)
            self.stores.runs.append(run.id, model_metrics=[point])
            self._change(kept.id, metrics=ordered_points([*kept.metrics, point]))
        self.stores.runs.remove(run.id, at=NOW)
        self.stores.runs.purge(run.id)

    @invariant()
    def holds_what_the_dict_holds(self) -> None:
        """Every model is as it should be, read alone or found by a search."""
        for id, model in self.model.items():
            assert shown(model) == shown(self.stores.logged_models.get(id))
        for id in self.gone:
            with pytest.raises(NotFound):
                self.stores.logged_models.get(id)
        if hasattr(self, "experiments"):
            found = self.stores.logged_models.find(model_query(self.experiments, view=View.ALL)).items
            assert {id: shown(model) for id, model in self.model.items()} == {m.id: shown(m) for m in found}

    def teardown(self) -> None:
        """Let go of the store."""
        self.stores.close()

    def _error(self, id: str) -> type[GenesisFlowError] | None:
        return NotFound if id in self.gone or self.model[id].stage is Stage.DELETED else None

    def _change(self, id: str, **changes: Any) -> None:
        self.model[id] = attrs.evolve(self.model[id], **changes)

    def _expect(self, error: type[GenesisFlowError] | None, act: Callable[[], Any]) -> Any:
        if error is None:
            return act()
        with pytest.raises(error):
            act()
        return None


def check_any_sequence(open_stores: Callable[[], Stores]) -> None:
    """Run the machine on stores that `open_stores` opens."""
    run_state_machine_as_test(lambda: LoggedModelMachine(open_stores))
