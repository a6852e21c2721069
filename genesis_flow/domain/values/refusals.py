"""
The refusals that every adapter words alike, because clients match on their texts.

Source: MLflow 3.17 `store/tracking/sqlalchemy_store.py`.
"""

from __future__ import annotations

from genesis_flow.domain.errors import AlreadyExists, InvalidInput, InvalidState, NotFound


def no_experiment(experiment_id: str) -> NotFound:
    """There is no such experiment, or none in the stage that is needed."""
    return NotFound("experiment", experiment_id, f"No Experiment with id={experiment_id} exists")


def no_experiment_named(name: str) -> NotFound:
    """There is no experiment with this name."""
    return NotFound("experiment", name, f"Could not find experiment with name '{name}'")


def experiment_name_taken(name: str) -> AlreadyExists:
    """Another experiment, perhaps a deleted one, has the name."""
    return AlreadyExists(
        "experiment",
        name,
        f"Experiment(name={name}) already exists. If it was deleted, restore it or erase it for good first.",
    )


def no_experiment_tag(experiment_id: str, key: str) -> NotFound:
    """The experiment has no such tag."""
    return NotFound("tag", key, f"No tag with name: {key} in experiment with id {experiment_id}")


def rename_of_deleted(experiment_id: str) -> InvalidState:
    """A deleted experiment keeps its name."""
    return InvalidState("experiment", experiment_id, "Cannot rename a non-active experiment.")


def purge_of_active(entity: str, id: str) -> InvalidState:
    """Only what is deleted can be erased for good."""
    return InvalidState(
        entity,
        id,
        f"The {entity} {id} is active. Only {entity}s in `deleted` lifecycle stage can be deleted for good.",
    )


def no_run(run_id: str) -> NotFound:
    """There is no such run."""
    return NotFound("run", run_id, f"Run with id={run_id} not found")


def run_exists(run_id: str) -> AlreadyExists:
    """A run has the id already."""
    return AlreadyExists("run", run_id, f"Run with id={run_id} already exists.")


def no_run_tag(run_id: str, key: str) -> NotFound:
    """The run has no such tag."""
    return NotFound("tag", key, f"No tag with name: {key} in run with id {run_id}")


def no_model(name: str) -> NotFound:
    """There is no registered model with this name."""
    return NotFound("registered model", name, f"Registered Model with name={name} not found")


def model_name_taken(name: str) -> AlreadyExists:
    """Another registered model has the name."""
    return AlreadyExists("registered model", name, f"Registered Model (name={name}) already exists.")


def no_version(name: str, version: int) -> NotFound:
    """The registered model has no such version."""
    return NotFound(
        "model version", f"{name}/{version}", f"Model Version (name={name}, version={version}) not found"
    )


def no_alias(alias: str) -> InvalidInput:
    """The registered model has no such alias; MLflow calls that a wrong argument."""
    return InvalidInput("alias", f"Registered model alias {alias} not found.")


def hidden_prompt(name: str) -> NotFound:
    """A prompt is not found where a model is asked for."""
    return NotFound("registered model", name, f"Registered Model with name='{name}' not found.")


def no_logged_model(model_id: str) -> NotFound:
    """There is no such logged model, or it is deleted."""
    return NotFound("logged model", model_id, f"Logged model with ID '{model_id}' not found.")


def logged_model_exists(model_id: str) -> AlreadyExists:
    """A logged model has the id already."""
    return AlreadyExists("logged model", model_id, f"Logged model with ID '{model_id}' already exists.")


def no_logged_model_tag(model_id: str, key: str) -> NotFound:
    """The logged model has no such tag."""
    return NotFound("tag", key, f"No tag with key {key!r} found for model with ID {model_id!r}.")


def no_webhook(id: str) -> NotFound:
    """There is no such webhook."""
    return NotFound("webhook", id, f"Webhook with ID {id} not found.")
