"""Scripts of stock MLflow work on our stores as on its own."""

from __future__ import annotations

import pytest

from genesis_flow import MlflowClient
from genesis_flow.api import session
from tests.compat.guest.conftest import Guest

pytestmark = [pytest.mark.stock, pytest.mark.mongodb]

EXPECTED = {
    "logged": {
        "found": ["parent"],
        "params": {"depth": "3", "kind": "tree"},
        "history": [0.5, 0.75],
        "text": "words",
    },
    "background": 50,
    "autologged": {"C": "0.5", "score": True, "datasets": ["train"]},
    "registered": {
        "predicted": True,
        "by run": True,
        "version": [1, True, "READY"],
        "logged": ["classifier"],
        "outputs": 1,
        "versions": "churn",
    },
    "prompted": ["good day Ann", 1, ["greeting"]],
}


def test_a_script_works(guest: Guest, mongodb_uri: str) -> None:
    """Logging, searches, autologging, models, registry and prompts; genesis-flow reads the same without MLflow."""
    uri = f"{mongodb_uri}_fluent_{guest.version.replace('.', '_')}"
    found = guest.run("tests.compat.guest.fluent_script", uri)
    left_active = found.pop("left")
    try:
        client = MlflowClient(uri)
        left = client.get_run(left_active)
        runs = client.search_runs([left.info.experiment_id], order_by=["attributes.run_name ASC"])
        champion = client.get_model_version_by_alias("churn", "champion")
        greeting = client.get_prompt_version("greeting", 2)
    finally:
        session.close_all()

    assert EXPECTED == found
    assert ("FINISHED", True) == (left.info.status, left.info.end_time is not None)  # MLflow ends it when it exits
    assert ["automatic", "background", "child", "left", "model", "parent"] == [run.info.run_name for run in runs]
    assert ("1", "churn") == (str(champion.version), champion.name)
    assert "good day {{name}}" == greeting.template
