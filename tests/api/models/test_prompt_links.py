"""Prompts are linked to the runs and logged models that use them, as MLflow 3.17.2 links them."""

from __future__ import annotations

import json
import logging

import pytest

import genesis_flow as mlflow
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.exceptions import MlflowException
from tests.contracts.samples import unique

MISSING = "m-" + "0" * 32


def linked(model_id: str) -> list[tuple[str, str]]:
    """The prompts on a logged model, as MLflow notes them."""
    found = json.loads(mlflow.get_logged_model(model_id).tags.get("mlflow.linkedPrompts", "[]"))
    return [(each["name"], each["version"]) for each in found]


def test_what_is_loaded_is_linked(uri: str) -> None:
    """To the active run and the active model, or to the model that is named; once, however often it is loaded."""
    name = mlflow.register_prompt(unique("p"), "text {{x}}").name
    active, named, unlinked = (mlflow.initialize_logged_model(name=each).model_id for each in "anu")
    mlflow.set_active_model(model_id=active)
    with mlflow.start_run() as run:
        for _ in range(2):
            mlflow.load_prompt(name, 1)
        mlflow.load_prompt(f"prompts:/{name}/1", model_id=named)
        mlflow.load_prompt(name, 1, link_to_model=False, model_id=unlinked)

    assert [[(name, "1")], [(name, "1")], []] == [linked(each) for each in (active, named, unlinked)]
    text = mlflow.get_run(run.info.run_id).data.tags["mlflow.linkedPrompts"]
    assert [{"name": name, "version": "1"}] == json.loads(text)
    assert [(name, 1)] == [(p.name, p.version) for p in MlflowClient().list_logged_prompts(run.info.run_id)]


def test_a_link_that_fails_is_said(uri: str, caplog: pytest.LogCaptureFixture) -> None:
    """The prompt is returned all the same."""
    name = mlflow.register_prompt(unique("p"), "text").name
    with caplog.at_level(logging.WARNING):
        prompt = mlflow.load_prompt(name, 1, model_id=MISSING)

    assert prompt is not None
    assert name == prompt.name
    assert f"Failed to link prompt '{name}' version '1' to model '{MISSING}'" in caplog.text


def test_linking_says_what_is_missing(uri: str) -> None:
    """The model, the prompt, or its version: each is RESOURCE_DOES_NOT_EXIST."""
    name = mlflow.register_prompt(unique("p"), "text").name
    model_id = mlflow.initialize_logged_model(name="m").model_id
    client = MlflowClient()
    for arguments in ((name, "1", MISSING), (unique("q"), "1", model_id), (name, "7", model_id)):
        with pytest.raises(MlflowException) as caught:
            client.link_prompt_version_to_model(*arguments)
        assert "RESOURCE_DOES_NOT_EXIST" == caught.value.error_code
    assert [] == linked(model_id)
