"""The model registry at the client; codes and texts are what MLflow 3.17.2 answers, where not said otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities.model_registry import ModelVersion, RegisteredModel
from tests.api.refusals import INVALID, MISSING, TAKEN, refusal

INTERNAL = "INTERNAL_ERROR"


@pytest.fixture
def name(client: MlflowClient) -> str:
    """A registered model with three versions."""
    client.create_registered_model("M1", tags={"a": "b"}, description="d")
    for number in range(3):
        client.create_model_version("M1", "s3://b/p", tags={"x": "1"} if number == 1 else None)
    return "M1"


def numbers(versions: list[ModelVersion]) -> list[Any]:
    """The numbers of versions."""
    return [version.version for version in versions]


def test_a_new_model_is_complete(client: MlflowClient) -> None:
    """It has what it was created with, and no versions."""
    made = client.create_registered_model("M", {"a": 1}, "d")
    assert ("M", "d", {"a": "1"}, [], {}) == (
        made.name, made.description, made.tags, made.latest_versions, made.aliases,
    )
    assert made == client.get_registered_model("M")
    assert isinstance(made, RegisteredModel)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a/b", "Invalid model name 'a/b'. Names cannot contain '/' or ':'."),
        ("a:b", "Invalid model name 'a:b'. Names cannot contain '/' or ':'."),
        ("", "Missing value for required parameter 'name'."),
        (None, "Missing value for required parameter 'name'."),
        ("..", "Invalid value \"..\" for parameter 'name' supplied: Names may be treated as files"),
        ("x" * 501, "'name' exceeds the maximum length of 500 characters"),
        ("\ud800", "Invalid value for 'name'"),
    ],
)
def test_names_that_are_none(client: MlflowClient, name: Any, text: str) -> None:
    """A name is a text that could be a file's, without slashes and colons."""
    code, message = refusal(lambda: client.create_registered_model(name))
    assert (INVALID, True) == (code, message.startswith(text))


@pytest.mark.parametrize("name", ["a b@c", "n" * 300, "é", " a", "1"])
def test_names_with_spaces_signs_and_length(client: MlflowClient, name: str) -> None:
    """Everything else can be a name."""
    assert name == client.create_registered_model(name).name


def test_what_does_not_exist(client: MlflowClient, name: str) -> None:
    """Missing models and versions are named as in MLflow."""
    missing = (MISSING, "Registered Model with name=nope not found")
    assert missing == refusal(lambda: client.get_registered_model("nope"))
    assert missing == refusal(lambda: client.create_model_version("nope", "s"))
    assert (MISSING, "Model Version (name=M1, version=9) not found") == refusal(
        lambda: client.get_model_version(name, "9")
    )
    assert (INVALID, "Parameter 'version' must be an integer, got 'x'.") == refusal(
        lambda: client.get_model_version(name, "x")
    )
    assert (TAKEN, "Registered Model (name=M1) already exists.") == refusal(
        lambda: client.create_registered_model(name)
    )


def test_versions_are_ready_at_once(client: MlflowClient, name: str) -> None:
    """A version has the next number, no stage, and no user."""
    made = client.create_model_version(name, "s3://b/q", "run", {"t": 1}, "http://r", "d")
    assert (4, "READY", "None", "s3://b/q", "run", "http://r", "d", {"t": "1"}, None, []) == (
        made.version, made.status, made.current_stage, made.source, made.run_id, made.run_link, made.description,
        made.tags, made.user_id, made.aliases,
    )
    assert made == client.get_model_version(name, "4") == client.get_model_version(name, "04")


def test_stages(client: MlflowClient, name: str) -> None:
    """Stages are written in any case and kept in one; others can be archived from active ones only."""
    assert "Production" == client.transition_model_version_stage(name, "1", "production").current_stage
    assert (INVALID, "Invalid Model Version stage: foo. Value must be one of None, Staging, Production, Archived.") == (
        refusal(lambda: client.transition_model_version_stage(name, "1", "foo"))
    )
    assert (
        INTERNAL,
        "Model version transition cannot archive existing model versions because 'Archived' is not an Active stage. "
        "Valid stages are ['Staging', 'Production']",
    ) == refusal(lambda: client.transition_model_version_stage(name, "1", "Archived", True))
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    assert [(1, "Archived"), (2, "Production"), (3, "None")] == [
        (each.version, each.current_stage) for each in client.get_latest_versions(name)
    ]
    assert [2] == numbers(client.get_latest_versions(name, ["production"]))
    assert [1, 2, 3] == numbers(client.get_latest_versions(name, []))
    assert ["None", "Staging", "Production", "Archived"] == client.get_model_version_stages(name, "1")


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("latest", "'latest' alias name (case insensitive) is reserved."),
        ("Latest", "'latest' alias name (case insensitive) is reserved."),
        ("v1", "Version alias name 'v1' is reserved."),
        ("V2", "Version alias name 'V2' is reserved."),
        ("a b", "Invalid alias name: 'a b'. Names may only contain alphanumerics, underscores (_), and dashes (-)."),
        ("a\n", "Invalid alias name: 'a\\n'. Names may only contain alphanumerics, underscores (_), and dashes (-)."),
        ("", "Registered model alias name cannot be empty."),
        ("a" * 256, "'Registered model alias name' exceeds the maximum length of 255 characters"),
    ],
)
def test_aliases_that_are_none(client: MlflowClient, name: str, alias: str, text: str) -> None:
    """Reserved and malformed aliases are refused as in MLflow."""
    assert (INVALID, text) == refusal(lambda: client.set_registered_model_alias(name, alias, "1"))


def test_aliases(client: MlflowClient, name: str) -> None:
    """An alias names one version, is found in its case only, and goes with the version."""
    for alias in ("champ", "1", "héé"):
        client.set_registered_model_alias(name, alias, "2")
    client.set_registered_model_alias(name, "champ", "1")
    assert {"1": 2, "champ": 1, "héé": 2} == client.get_registered_model(name).aliases
    assert (1, ["champ"]) == (
        client.get_model_version_by_alias(name, "champ").version, client.get_model_version(name, "1").aliases,
    )
    assert 3 == client.get_model_version_by_alias(name, "LATEST").version
    assert (INVALID, "Registered model alias CHAMP not found.") == refusal(
        lambda: client.get_model_version_by_alias(name, "CHAMP")
    )
    assert (MISSING, "Model Version (name=M1, version=99) not found") == refusal(
        lambda: client.set_registered_model_alias(name, "a", "99")
    )
    client.delete_registered_model_alias(name, "missing")
    client.delete_model_version(name, "1")
    assert INVALID == refusal(lambda: client.get_model_version_by_alias(name, "champ"))[0]
    assert 4 == client.create_model_version(name, "s").version


def test_tags(client: MlflowClient, name: str) -> None:
    """Values become texts of at most 100,000 characters; what is not there can be deleted."""
    client.set_registered_model_tag(name, "n", None)
    client.set_model_version_tag(name, "1", "n", 1.5)
    client.transition_model_version_stage(name, "2", "Staging")
    client.set_model_version_tag(name, key="s", value="v", stage="staging")
    client.delete_model_version_tag(name, "1", "missing")
    client.delete_registered_model_tag(name, "a")
    assert {"n": "None"} == client.get_registered_model(name).tags
    assert [{"n": "1.5"}, {"x": "1", "s": "v"}] == [client.get_model_version(name, each).tags for each in ("1", "2")]
    assert (INVALID, "'value' exceeds the maximum length of 100000 characters") == refusal(
        lambda: client.set_registered_model_tag(name, "k", "x" * 100_001)
    )
    assert (INVALID, "version and stage cannot be set together") == refusal(
        lambda: client.set_model_version_tag(name, "1", "k", "v", stage="Staging")
    )
    assert (INVALID, "version or stage must be set") == refusal(lambda: client.delete_model_version_tag(name, key="k"))
    assert (INTERNAL, "Could not find any model version for Production stage") == refusal(
        lambda: client.delete_model_version_tag(name, key="k", stage="Production")
    )


def test_renaming_and_deleting(client: MlflowClient, name: str) -> None:
    """Versions follow a new name; deleting is for good, and the name starts anew."""
    assert ("M2", 3) == (
        client.rename_registered_model(name, "M2").name, client.get_latest_versions("M2")[0].version,
    )
    client.create_registered_model("M1")
    assert (TAKEN, "Registered Model (name=M1) already exists.") == refusal(
        lambda: client.rename_registered_model("M2", "M1")
    )
    client.delete_registered_model("M2")
    assert [] == list(client.search_model_versions())
    client.create_registered_model("M2")
    assert 1 == client.create_model_version("M2", "s").version


def test_descriptions(client: MlflowClient, name: str) -> None:
    """A version needs a new description to be updated, a model does not."""
    assert "new" == client.update_model_version(name, "1", "new").description
    assert None is client.update_registered_model(name).description
    assert (INTERNAL, "Attempting to update model version with no new field values.") == refusal(
        lambda: client.update_model_version(name, "1")
    )


VERSION_FILTERS: dict[str, Any] = {
    "name='M1'": [3, 2, 1],
    "name LIKE 'M%'": [3, 2, 1],
    "name ILIKE 'm%' AND version_number >= 2": [3, 2],
    "name IN ('M1','x')": [3, 2, 1],
    "name NOT IN ('M1')": [],
    "version_number = '2'": [2],
    "run_id = ''": [],
    "source_path LIKE 's3%'": [3, 2, 1],
    "tags.x = '1'": [2],
    "tag.`x` != '2'": [2],
    "attribute.name='M1' AND": [3, 2, 1],
    "tags.x IS NULL": [3, 1],
    "version_number > 1.5": INVALID,
    "version_number = 'x'": INVALID,
    "version = 2": INVALID,
    "source_path IN ('a')": INVALID,
    "current_stage = 'Production'": INVALID,
    "creation_timestamp > 0": INVALID,
    "attributes.name='M1'": INVALID,
    "name='M1' OR name='x'": INVALID,
    " ": INVALID,
}


@pytest.mark.parametrize("text", VERSION_FILTERS)
def test_filters_of_versions(client: MlflowClient, name: str, text: str) -> None:
    """What MLflow finds is found, what it refuses is refused; IS NULL is a welcome extension."""
    expected = VERSION_FILTERS[text]
    if isinstance(expected, str):
        assert expected == refusal(lambda: client.search_model_versions(text))[0]
    else:
        assert expected == numbers(client.search_model_versions(text, order_by=["version_number DESC"]))


@pytest.mark.parametrize(
    ("order", "code"),
    [(["tags.x"], INVALID), (["run_id"], INVALID), (["source_path"], INVALID), (["name", "name"], INTERNAL)],
)
def test_orders_of_versions_that_are_none(client: MlflowClient, order: list[str], code: str) -> None:
    """Tags, runs and sources order nothing, and nothing orders twice."""
    assert code == refusal(lambda: client.search_model_versions(order_by=order))[0]


@pytest.mark.parametrize("order", ["creation_timestamp", "tags.a", "run_id"])
def test_orders_of_models_that_are_none(client: MlflowClient, order: str) -> None:
    """Models are ordered by name and by the time of their last change."""
    assert INVALID == refusal(lambda: client.search_registered_models(order_by=[order]))[0]


@pytest.mark.parametrize("text", ["creation_timestamp > 0", "description='d'", "last_updated_timestamp > 0", "foo='x'"])
def test_filters_of_models_that_are_none(client: MlflowClient, text: str) -> None:
    """Models are found by name and tags."""
    code, message = refusal(lambda: client.search_registered_models(text))
    assert (INVALID, True) == (code, message.startswith("Invalid attribute key"))


def test_pages(client: MlflowClient) -> None:
    """Pages have the sizes that MLflow allows, and join without gaps."""
    for number in range(5):
        client.create_registered_model(f"m{number}")
    assert [] == list(client.search_registered_models(max_results=0))
    for most in (1_001, -1):
        assert INVALID == refusal(lambda most=most: client.search_registered_models(max_results=most))[0]
    for most in (0, 200_001, "x"):
        assert INVALID == refusal(lambda most=most: client.search_model_versions(max_results=most))[0]
    first = client.search_registered_models(max_results=3)
    second = client.search_registered_models(max_results=3, page_token=first.token)
    assert ["m0", "m1", "m2", "m3", "m4"] == [model.name for model in (*first, *second)]
    assert None is second.token


def test_sources_that_name_models(client: MlflowClient, name: str) -> None:
    """A source is kept as it is, and where it leads is resolved once and for all."""
    client.create_registered_model("M2")
    made = client.create_model_version("M2", "models:/M1/1")
    assert ("models:/M1/1", "s3://b/p") == (made.source, client.get_model_version_download_uri("M2", "1"))
    client.create_model_version("M2", "models:/M2/1")
    client.delete_registered_model(name)
    assert "s3://b/p" == client.get_model_version_download_uri("M2", "2")
    code, message = refusal(lambda: client.create_model_version("M2", "models:/nope/1"))
    began = "Unable to fetch model from model URI source artifact location"
    assert (INTERNAL, True) == (code, message.startswith(began))


@pytest.mark.parametrize(
    "source",
    [
        "s3://b/../p", "/tmp/../etc/passwd", "s3://b/%2e%2e/p", "file:///a/%252e%252e/b", "..", "a\\..\\b",
        "file:../x", "a\0b", "a\nb", "runs:/x/../../y", "models:/M1/1/../../x",
    ],
)  # fmt: skip
def test_sources_do_not_leave_their_place(client: MlflowClient, name: str, source: str) -> None:
    """Traversal is refused in any spelling, and nothing is registered (MLflow's server refuses it, its client not)."""
    assert INVALID == refusal(lambda: client.create_model_version(name, source))[0]
    assert 3 == len(client.search_model_versions())


@pytest.mark.parametrize("source", ["/tmp/a..b", "file:///tmp/x", "s3://b/a%20b", "./x", "", "https://h/x?a=../b"])
def test_other_sources_are_taken(client: MlflowClient, name: str, source: str) -> None:
    """What MLflow's SQL store takes and stays in its place is taken."""
    assert source == client.create_model_version(name, source).source


def test_copying(client: MlflowClient, name: str) -> None:
    """A copy keeps what the version was, and names it as its source; its registered model is created if missing."""
    client.set_registered_model_alias(name, "champ", "2")
    copied = client.copy_model_version("models:/M1@champ", "M9")
    assert ("M9", 1, "models:/M1/2", {"x": "1"}, []) == (
        copied.name, copied.version, copied.source, copied.tags, copied.aliases,
    )
    assert 2 == client.copy_model_version("models:/M1/latest", "M9").version
    for uri in ("models:/M1/99", "models:/M1@nope", "runs:/x/y", "models:/nope/latest"):
        assert INTERNAL == refusal(lambda uri=uri: client.copy_model_version(uri, "M10"))[0]
    assert MISSING == refusal(lambda: client.get_registered_model("M10"))[0]


def test_the_registry_may_be_another_store(fresh: Path) -> None:
    """A client's registry is the one that it was given, else the one that was chosen, else the tracking store."""
    client = MlflowClient("memory://tracking", "memory://registry")
    client.create_registered_model("m")
    assert [] == list(MlflowClient("memory://tracking").search_registered_models())
    assert ["m"] == [model.name for model in MlflowClient("memory://registry").search_registered_models()]
    session.set_registry_uri("memory://registry")
    assert ["m"] == [model.name for model in MlflowClient("memory://tracking").search_registered_models()]
