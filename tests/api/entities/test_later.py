"""Runs of a search are made when they are looked at, and nobody can tell."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from genesis_flow.api.entities import Run
from genesis_flow.api.entities.translation import run_to_view, runs_to_views
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import Run as Entity
from genesis_flow.domain.values.pages import Lazily
from tests.contracts.samples import new_run


def entity() -> Entity:
    """A run with something of everything."""
    return new_run("1", params={"p": "1"}, tags={"t": "2"}, metrics={"m": Metric("m", 0.5, 1, 2)})


def test_a_run_that_is_made_later_looks_like_any_other() -> None:
    """All parts, the dictionary and the text are those of a run that was made at once."""
    given = entity()
    (later,) = runs_to_views([given])
    assert run_to_view(given, False).to_dictionary() == later.to_dictionary()
    (later,) = runs_to_views([given])
    assert given.id == later.info.run_id
    assert {"m": 0.5} == later.data.metrics
    assert [] == later.inputs.dataset_inputs == later.outputs.model_outputs


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))])
def test_a_run_that_is_made_later_can_be_copied(copied: Callable[[Run], Run]) -> None:
    """Copies and pickles hold the run, whether it was looked at or not."""
    (later,) = runs_to_views([entity()])
    expected = run_to_view(entity(), False)
    assert expected.data.to_dictionary() == copied(later).data.to_dictionary()
    assert expected.data.to_dictionary() == copied(later).data.to_dictionary()


def test_a_run_is_made_once() -> None:
    """Looking twice gives the same parts, and a change of one stays."""
    made: list[str] = []

    def make(row: str) -> Entity:
        made.append(row)
        return entity()

    (later,) = runs_to_views(Lazily(["row"], make))
    assert [] == made
    later.data.tags["mine"] = "1"
    assert "1" == later.data.tags["mine"]
    assert later.info is later.info
    assert ["row"] == made


def test_a_lazy_sequence_is_a_sequence() -> None:
    """Places, slices, length, order and comparison are those of the items."""
    lazy = Lazily([1, 2, 3], str)
    assert ["1", "2", "3"] == list(lazy) == [lazy[0], lazy[1], lazy[-1]]
    assert ["2", "3"] == lazy[1:]
    assert 3 == len(lazy)
    assert "2" in lazy
    with pytest.raises(IndexError):
        lazy[3]
