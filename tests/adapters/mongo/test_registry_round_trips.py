"""How many commands each operation of the model registry sends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from genesis_flow.domain.entities.model_version import VersionStage
from genesis_flow.domain.search.ast import TextComparison
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import open_database, stores_on
from tests.contracts.registry_samples import (
    added_model,
    added_version,
    model_query,
    new_model,
    new_version,
    version_query,
)
from tests.contracts.samples import NOW, unique
from tests.contracts.searching import attribute
from tests.contracts.stores import Stores


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What is sent to the server."""
    return Commands()


@pytest.fixture(scope="module")
def stores(commands: Commands) -> Iterator[Stores]:
    """Repositories on a database of their own, connected already."""
    database = open_database("registry_round_trips", listeners=(commands,))
    stores = stores_on(database)
    stores.experiments.get("0")
    yield stores
    database.client().drop_database(database.uri.rpartition("/")[2])
    database.close()


@pytest.fixture
def name(stores: Stores) -> str:
    """A registered model with two versions and an alias."""
    name = added_model(stores, tags={"a": "b"}).name
    for _ in range(2):
        added_version(stores, name, tags={"a": "b"})
    stores.models.set_alias(name, "best", 1)
    return name


def test_reading_is_one_round_trip(stores: Stores, commands: Commands, name: str) -> None:
    """A model, a version with its tags and aliases, and one by its alias are read in one command each."""
    for call, expected in (
        (lambda: stores.models.get(name), "find"),
        (lambda: stores.versions.get(name, 1), "aggregate"),
        (lambda: stores.versions.get_by_alias(name, "best"), "aggregate"),
    ):
        with commands.recorded() as names:
            call()
        assert [expected] == names
    model = stores.models.get(name)
    with commands.recorded() as names:
        assert 1 == len(stores.versions.find_latest([model, model]))
    assert ["aggregate"] == names


def test_adding(stores: Stores, commands: Commands, name: str) -> None:
    """A model is added in one command, with the claim on its name; a version in two: a number and a document."""
    with commands.recorded() as names:
        stores.models.add(new_model())
    assert ["insert"] == names
    with commands.recorded() as names:
        stores.versions.add(new_version(name))
    assert ["findAndModify", "insert"] == names


def test_changing(stores: Stores, commands: Commands, name: str) -> None:
    """Models change in one command; versions in two, as their model is looked up by name."""
    for call, expected in (
        (lambda: stores.models.describe(name, "d", at=NOW), ["findAndModify"]),
        (lambda: stores.models.set_tags(name, {"x": "y"}), ["update"]),
        (lambda: stores.models.remove_tag(name, "x"), ["update"]),
        (lambda: stores.versions.describe(name, 1, "d", at=NOW), ["find", "findAndModify"]),
        (lambda: stores.versions.set_tags(name, 1, {"x": "y"}), ["find", "update"]),
        (lambda: stores.versions.remove_tag(name, 1, "x"), ["find", "update"]),
        (lambda: stores.models.set_alias(name, "best", 2), ["aggregate", "update", "find"]),
        (lambda: stores.models.remove_alias(name, "best"), ["update"]),
    ):
        with commands.recorded() as names:
            call()
        assert expected == names


def test_moving_takes_one_more_to_archive(stores: Stores, commands: Commands, name: str) -> None:
    """A version changes its stage in four commands, and archives any number of others in one more."""
    for archives, expected in ((False, 4), (True, 5)):
        with commands.recorded() as names:
            stores.versions.move(name, 1, VersionStage.PRODUCTION, archiving_others=archives, at=NOW)
        assert expected == len(names)


def test_renaming_does_not_depend_on_the_number_of_versions(stores: Stores, commands: Commands, name: str) -> None:
    """A model with a hundred versions is renamed in as many commands as one with two."""
    counts = []
    for more in (0, 98):
        for _ in range(more):
            added_version(stores, name)
        new = unique()
        with commands.recorded() as names:
            stores.models.rename(name, new, at=NOW)
        counts.append(list(names))
        name = new
    assert [["find", "insert", "findAndModify", "delete"]] * 2 == counts


def test_a_page_is_one_round_trip_or_two(stores: Stores, commands: Commands, name: str) -> None:
    """A page is one command, and one more to look up a model that a search of versions names."""
    named = TextComparison(attribute("name"), "=", name)
    for call, expected in (
        (lambda: stores.models.find(model_query(limit=1)), 1),
        (lambda: stores.models.find(model_query(named)), 1),
        (lambda: stores.versions.find(version_query(limit=1)), 1),
        (lambda: stores.versions.find(version_query(named)), 2),
    ):
        with commands.recorded() as names:
            assert 1 <= len(call().items)
        assert expected == len(names)
