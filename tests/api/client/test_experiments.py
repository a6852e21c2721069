"""Experiments at the client; codes and texts are what MLflow 3.17.2 answers, where not said otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import ViewType
from tests.api.refusals import INVALID, MISSING, TAKEN, refusal


def test_there_is_a_default_experiment(client: MlflowClient) -> None:
    """Experiment "0" is there at first use, and ids count up from it as texts."""
    assert ("Default", "0") == (client.get_experiment("0").name, client.get_experiment_by_name("Default").experiment_id)
    ids = [client.create_experiment("a"), client.create_experiment("b")]
    assert [True, True] == [id.isdecimal() for id in ids]
    assert "0" not in ids
    assert 2 == len(set(ids))


@pytest.mark.parametrize("id", [0, "0", "00"])
def test_ids_have_one_form(client: MlflowClient, id: Any) -> None:
    """Whole numbers, as text or not, name the experiment in its canonical form."""
    assert "0" == client.get_experiment(id).experiment_id


@pytest.mark.parametrize(
    "id", ["abc", "", " 0", "+0", "-1", "1_0", "0.0", "\u0660", None, True, 0.5, "0\n", "9" * 39, 2**63]
)
def test_what_is_no_id_is_refused(client: MlflowClient, id: Any) -> None:
    """Only digits make an id, and no more of them than 64 bits hold."""
    calls = [
        lambda: client.get_experiment(id),
        lambda: client.create_run(id),
        lambda: client.delete_experiment(id),
        lambda: client.search_runs([id]),
    ]

    assert [INVALID] * 4 == [refusal(call)[0] for call in calls]


def test_an_experiment_that_is_not_there(client: MlflowClient) -> None:
    """By id it is an error, by name it is None."""
    expected = (MISSING, "No Experiment with id=999 exists")

    assert expected == refusal(lambda: client.get_experiment("999"))
    assert expected == refusal(lambda: client.create_run("999"))
    assert expected == refusal(lambda: client.delete_experiment("999"))
    assert expected == refusal(lambda: client.restore_experiment("999"))
    assert expected == refusal(lambda: client.rename_experiment("999", "x"))
    assert expected == refusal(lambda: client.set_experiment_tag("999", "k", "v"))
    assert client.get_experiment_by_name("nobody") is None


def test_names_are_unique_also_among_deleted(client: MlflowClient) -> None:
    """The message names the name."""
    client.delete_experiment(client.create_experiment("gone"))

    for name in ("gone", "Default"):
        code, message = refusal(lambda name=name: client.create_experiment(name))  # type: ignore[misc]  # binds now
        assert (TAKEN, True) == (code, name in message)


@pytest.mark.parametrize("name", [None, "", 5, {}, b"x", ["a"]])
def test_names_are_texts(client: MlflowClient, name: Any) -> None:
    """Nothing else is a name, also not for renaming."""
    assert INVALID == refusal(lambda: client.create_experiment(name))[0]
    assert INVALID == refusal(lambda: client.rename_experiment("0", name))[0]


@pytest.mark.parametrize("name", ["my exp", "a/b", "ü", "x\n", " ", "a'b", "%_", "🙂" * 250])
def test_names_are_kept_as_they_are(client: MlflowClient, name: str) -> None:
    """Names are found again exactly, and only exactly."""
    id = client.create_experiment(name)

    assert (id, None) == (client.get_experiment_by_name(name).experiment_id, client.get_experiment_by_name(name + "x"))


def test_deleting_and_restoring(client: MlflowClient) -> None:
    """A deleted experiment is readable, refuses writes, takes its runs along and brings all of them back."""
    id = client.create_experiment("e")
    before, after = client.create_run(id).info.run_id, client.create_run(id).info.run_id
    client.delete_run(before)
    client.delete_experiment(id)

    assert ["deleted"] * 3 == [
        client.get_experiment(id).lifecycle_stage,
        *(client.get_run(r).info.lifecycle_stage for r in (before, after)),
    ]
    inactive = (INVALID, f"The experiment {id} must be in the 'active' state. Current state is deleted.")
    assert inactive == refusal(lambda: client.create_run(id))
    assert inactive == refusal(lambda: client.set_experiment_tag(id, "k", "v"))
    assert ("INVALID_STATE", "Cannot rename a non-active experiment.") == refusal(
        lambda: client.rename_experiment(id, "n")
    )
    assert (MISSING, f"No Experiment with id={id} exists") == refusal(lambda: client.delete_experiment(id))
    client.restore_experiment(id)
    assert ["active"] * 2 == [client.get_run(r).info.lifecycle_stage for r in (before, after)]
    assert (MISSING, f"No Experiment with id={id} exists") == refusal(lambda: client.restore_experiment(id))


def test_renaming(client: MlflowClient) -> None:
    """To a free name, or to its own; a taken one is refused (ours: MLflow says BAD_REQUEST)."""
    id = client.create_experiment("e")
    client.rename_experiment(id, "f")
    client.rename_experiment(id, "f")

    assert "f" == client.get_experiment(id).name
    assert TAKEN == refusal(lambda: client.rename_experiment(id, "Default"))[0]


def test_tags(client: MlflowClient) -> None:
    """Set, replaced, removed; values become texts."""
    id = client.create_experiment("e", tags={"a": 1, "b": None})
    client.set_experiment_tag(id, "a", {"x": 1})
    client.delete_experiment_tag(id, "b")

    assert {"a": "{'x': 1}"} == client.get_experiment(id).tags
    assert (MISSING, f"No tag with name: b in experiment with id {id}") == refusal(
        lambda: client.delete_experiment_tag(id, "b")
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("rel/x y", "{cwd}/rel/x y"),
        ("file:rel/x y", "file://{cwd}/rel/x%20y"),
        ("/abs/x", "/abs/x"),
        ("s3://bucket/p", "s3://bucket/p"),
        ("file:///abs/a%20b", "file:///abs/a%20b"),
        ("s3://[x", "s3://[x"),
        ("a#b?c", "{cwd}/a#b?c"),
        ("~nobody-of-this-name/x", "{cwd}/~nobody-of-this-name/x"),
    ],
)
def test_artifact_locations_are_absolute(client: MlflowClient, fresh: Path, given: str, kept: str) -> None:
    """Relative paths count from the working directory of the creator; URIs stay as they are."""
    location = kept.replace("{cwd}", str(fresh))
    id = client.create_experiment("e", artifact_location=given)
    run = client.create_run(id).info

    assert location == client.get_experiment(id).artifact_location
    assert f"{location}/{run.run_id}/artifacts" == run.artifact_uri


@pytest.mark.parametrize("location", ["runs:/x", "runs:/x/y"])
def test_artifacts_do_not_lie_in_runs(client: MlflowClient, location: str) -> None:
    """A location is a place of its own."""
    assert INVALID == refusal(lambda: client.create_experiment("e", artifact_location=location))[0]


def test_pages(client: MlflowClient) -> None:
    """Pages follow each other without gap or repetition, and the last has no token."""
    names = [f"e{i}" for i in range(5)]
    for name in names:
        client.create_experiment(name)
    found, token = [], None
    while True:
        page = client.search_experiments(
            max_results=2, order_by=["name"], filter_string="name LIKE 'e%'", page_token=token
        )
        found += [experiment.name for experiment in page]
        token = page.token
        if token is None:
            break

    assert names == found


@pytest.mark.parametrize(
    "given",
    [
        {"max_results": 0},
        {"max_results": -1},
        {"max_results": 50_001},
        {"max_results": "5"},
        {"max_results": True},
        {"max_results": 1.0},
        {"page_token": "!"},
        {"page_token": 5},
        {"view_type": 9},
        {"order_by": ["tags.x"]},
        {"order_by": "name"},
        {"filter_string": "attributes.name = 'x'"},
        {"filter_string": "lifecycle_stage = 'active'"},
        {"filter_string": " "},
        {"filter_string": 5},
    ],
)
def test_wrong_searches_are_refused(client: MlflowClient, given: dict[str, Any]) -> None:
    """Every argument is checked."""
    assert INVALID == refusal(lambda: client.search_experiments(**given))[0]


def test_views(client: MlflowClient) -> None:
    """Active, deleted or all."""
    client.delete_experiment(client.create_experiment("gone"))
    found = {
        view: {e.name for e in client.search_experiments(view_type=view)}
        for view in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL)
    }

    assert {1: {"Default"}, 2: {"gone"}, 3: {"Default", "gone"}} == found
