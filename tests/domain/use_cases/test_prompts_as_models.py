"""Prompts as registered models like any other, for stores of MLflow, which keep them so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.settings import Settings

MARK = {"mlflow.prompt.is_prompt": "true"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    """A new application on a store in memory."""
    made = open_application(Settings("memory://", str(tmp_path)))
    yield made
    made.close()


def _add_version(versions: Any) -> int:
    made = versions.create("p", "somewhere", tags={**MARK, "mlflow.prompt.text": "hi"}, find_logged_model=None)
    return int(made.version)


def test_prompts_are_hidden_unless_they_are_asked_for(app: Application) -> None:
    """By default they are refused and not found; where they are taken, every method works on them."""
    models = attrs.evolve(app.registered_models, takes_prompts=True)
    versions = attrs.evolve(app.model_versions, takes_prompts=True)
    with pytest.raises(InvalidInput):
        app.registered_models.create("p", tags=MARK)
    models.create("p", tags=MARK)
    with pytest.raises(InvalidInput):
        _add_version(app.model_versions)
    number = _add_version(versions)
    models.set_alias("p", "live", number)

    assert ("p", "p") == (models.get("p").name, versions.get("p", number).name)
    assert [number, number] == [versions.get_by_alias("p", "live").version, versions.latest("p")[0].version]
    assert "somewhere" == versions.location("p", number)
    for hidden in (
        lambda: app.registered_models.get("p"),
        lambda: app.model_versions.get("p", number),
        lambda: app.model_versions.get_by_alias("p", "live"),
        lambda: app.model_versions.latest("p"),
    ):
        with pytest.raises(NotFound):
            hidden()


def test_searches_leave_them_out_all_the_same(app: Application) -> None:
    """Unless the filter asks for them."""
    models = attrs.evolve(app.registered_models, takes_prompts=True)
    models.create("p", tags=MARK)
    models.create("m")

    assert ["m"] == [found.name for found in models.find().items]
    assert ["p"] == [found.name for found in models.find(filter_string="tags.`mlflow.prompt.is_prompt` = 'true'").items]


def test_an_alias_needs_a_version(app: Application) -> None:
    """Of a model that is not there, MLflow says that the version is missing."""
    with pytest.raises(NotFound, match=r"Model Version \(name=nobody, version=1\) not found"):
        app.registered_models.set_alias("nobody", "champion", 1)
