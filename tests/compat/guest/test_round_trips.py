"""What a guest asks of MongoDB: nothing more than the repositories need."""

from __future__ import annotations

import pytest

from tests.compat.guest.conftest import Guest

pytestmark = [pytest.mark.stock, pytest.mark.mongodb]

COMMANDS = {
    "create_run": ["insert"],
    "log_metric": ["findAndModify"],
    "log_param": ["findAndModify"],
    "set_tag": ["findAndModify"],
    "log_batch": ["findAndModify"],
    "log_batch of 1,000 points": ["findAndModify", "insert"],
    "get_run": ["find"],
    "search_runs": ["find"],
    "get_metric_history": ["find", "find"],
    "start_run, log_metric, log_params, end_run": ["insert", "findAndModify", "findAndModify", "findAndModify"],
    "create_registered_model, first of all": ["insert"],  # the connection is that of the first tracking store
    "create_model_version": ["findAndModify", "insert"],
    "get_model_version": ["aggregate"],
    "set_model_version_tag": ["find", "update"],
    "set_registered_model_alias": ["aggregate", "update", "find"],
    "get_model_version_by_alias": ["aggregate"],
    "get_model_version_download_uri": ["aggregate"],
    "search_model_versions": ["find", "aggregate"],
}


def test_a_guest_sends_what_it_must(newest: Guest, mongodb_uri: str) -> None:
    """A run is started, written to, read and found in one command each; versions take their model's, too."""
    assert COMMANDS == newest.run("tests.compat.guest.round_trips_script", f"{mongodb_uri}_trips")
