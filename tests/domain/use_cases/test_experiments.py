"""Experiments below the facade: rules hold for every caller, not only for MLflow's clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.errors import AlreadyExists, Inactive, InvalidInput, InvalidSearch, InvalidState, NotFound
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.settings import Settings


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    """A new application on a store in memory."""
    made = open_application(Settings("memory://", str(tmp_path)))
    yield made
    made.close()


def test_a_new_experiment_is_complete(app: Application, tmp_path: Path) -> None:
    """It says where its artifacts are, and when it was made."""
    made = app.experiments.create("e", tags={"k": "v"})

    assert (made, f"{tmp_path}/{made.id}") == (app.experiments.get(made.id), made.artifact_location)
    assert made.created_at == made.updated_at > 0


@pytest.mark.parametrize(
    ("call", "kind", "field"),
    [
        (lambda e: e.create(None), InvalidInput, "name"),
        (lambda e: e.create("n" * 501), InvalidInput, "name"),
        (lambda e: e.create("e", artifact_location="runs:/x"), InvalidInput, "artifact_location"),
        (lambda e: e.create("e", tags={"a@": "b"}), InvalidInput, "key"),
        (lambda e: e.create("e", tags={"a": 5}), InvalidInput, "value"),
        (lambda e: e.get("x"), InvalidInput, "experiment_id"),
        (lambda e: e.get_by_name(5), InvalidInput, "name"),
        (lambda e: e.find(max_results=0), InvalidInput, "max_results"),
        (lambda e: e.find(filter_string="name > 'a'"), InvalidSearch, "filter_string"),
        (lambda e: e.find(order_by=["nothing"]), InvalidSearch, "order_by"),
        (lambda e: e.find(page_token="!"), InvalidInput, "page_token"),
    ],
)
def test_what_breaks_a_rule_names_its_field(app: Application, call: Any, kind: type[InvalidInput], field: str) -> None:
    """Nothing is stored."""
    with pytest.raises(kind) as caught:
        call(app.experiments)

    assert field == caught.value.field
    assert ["Default"] == [found.name for found in app.experiments.find(view=View.ALL).items]


def test_the_states(app: Application) -> None:
    """What cannot be done says why, as a type."""
    id = app.experiments.create("e").id
    app.experiments.delete(id)
    for kind, call in [
        (AlreadyExists, lambda: app.experiments.create("e")),
        (Inactive, lambda: app.experiments.set_tags(id, {"a": "b"})),
        (Inactive, lambda: app.lifecycle.create(id)),
        (InvalidState, lambda: app.experiments.rename(id, "f")),
        (NotFound, lambda: app.experiments.delete(id)),
        (NotFound, lambda: app.experiments.restore("0")),
        (NotFound, lambda: app.experiments.remove_tag("0", "nothing")),
        (NotFound, lambda: app.experiments.get_by_name("nobody")),
    ]:
        with pytest.raises(kind):
            call()


def test_tags_are_all_or_nothing(app: Application) -> None:
    """One wrong tag leaves none."""
    with pytest.raises(InvalidInput):
        app.experiments.set_tags("0", {"good": "1", "b@d": "1"})

    assert {} == dict(app.experiments.get("0").tags)
