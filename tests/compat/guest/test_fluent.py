"""Scripts of stock MLflow work on our stores as on its own."""

from __future__ import annotations

from typing import Any

import pytest

from genesis_flow import MlflowClient
from genesis_flow.api import session
from tests.compat.guest.conftest import Guest

pytestmark = [pytest.mark.stock, pytest.mark.mongodb, pytest.mark.xdist_group("guest-scripts")]


@pytest.fixture(scope="module")
def done(guest: Guest, mongodb_uri: str) -> tuple[str, dict[str, Any]]:
    """The URI of a store, and what a script found when it was done with it."""
    uri = f"{mongodb_uri}_fluent_{guest.version.replace('.', '_')}"
    return uri, guest.run("tests.compat.guest.fluent_script", uri)


def test_what_is_logged_is_found(done: tuple[str, dict[str, Any]]) -> None:
    """Params, tags, histories, nested runs, searches and artifacts."""
    assert {
        "found": ["parent"],
        "params": {"depth": "3", "kind": "tree"},
        "history": [0.5, 0.75],
        "text": "words",
    } == done[1]["logged"]
    assert 50 == done[1]["background"]


def test_autologging_logs(done: tuple[str, dict[str, Any]]) -> None:
    """What MLflow notes of a training by scikit-learn, its dataset included."""
    assert {"C": "0.5", "score": True, "datasets": ["train"]} == done[1]["autologged"]


def test_models_are_registered_and_loaded(done: tuple[str, dict[str, Any]]) -> None:
    """By alias and by run; the logged model knows its metrics, its run and its versions."""
    assert {
        "predicted": True,
        "by run": True,
        "version": [1, True, "READY"],
        "logged": ["classifier"],
        "outputs": 1,
        "versions": "churn",
    } == done[1]["registered"]


def test_prompts_are_versions(done: tuple[str, dict[str, Any]]) -> None:
    """Registered, found by alias, and listed."""
    assert ["good day Ann", 1, ["greeting"]] == done[1]["prompted"]


def test_genesis_flow_reads_the_same(done: tuple[str, dict[str, Any]]) -> None:
    """What stock MLflow wrote is there without it; the run that the script left active was ended."""
    uri, found = done
    try:
        client = MlflowClient(uri)
        left = client.get_run(found["left"])
        runs = client.search_runs([left.info.experiment_id], order_by=["attributes.run_name ASC"])
        champion = client.get_model_version_by_alias("churn", "champion")
        greeting = client.get_prompt_version("greeting", 2)
    finally:
        session.close_all()

    assert "FINISHED" == left.info.status
    assert left.info.end_time is not None
    assert ["automatic", "background", "child", "left", "model", "parent"] == [run.info.run_name for run in runs]
    assert ("1", "churn") == (str(champion.version), champion.name)
    assert "good day {{name}}" == greeting.template
