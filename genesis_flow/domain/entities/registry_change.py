"""
Changes of the model registry that webhooks are told of: which event each of them is, and its data.

Source: MLflow 3.17 `mlflow/webhooks/types.py`, and what its server sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.prompt import TEXT_TAG, TYPE_TAG
from genesis_flow.domain.entities.registered_model import PROMPT_TAG
from genesis_flow.domain.values.webhook_events import WebhookEvent

Data = Mapping[str, Any]


@attrs.frozen
class Notice:
    """That `event` happened, with its `data`: a JSON object."""

    event: WebhookEvent
    data: Data


@attrs.frozen
class RegistryChange:
    """
    A change of a registered model or prompt that webhooks are told of.

    Attributes:
        name: Of the model or prompt.
        of_model, of_prompt: What is told if it is the one or the other; None for nothing.
        is_prompt: Which of them it is; None where whoever tells has to look.
    """

    name: str
    of_model: Notice | None
    of_prompt: Notice | None
    is_prompt: bool | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What may have to be told."""
        choices = {True: (self.of_prompt,), False: (self.of_model,), None: (self.of_model, self.of_prompt)}
        return tuple(notice for notice in choices[self.is_prompt] if notice is not None)

    @property
    def size(self) -> int:
        """How many characters it holds, about; each of any number of tags may have 100,000."""
        return max(_size(notice.data) for notice in (self.of_model, self.of_prompt) if notice is not None)


def model_created(name: str, tags: Mapping[str, str], description: str | None) -> RegistryChange:
    """A registered model or prompt was created."""
    data = {"name": name, "tags": dict(tags), "description": description or ""}
    prompt = {**data, "tags": _without(tags, PROMPT_TAG, TYPE_TAG)}
    return _change(name, ("registered_model", data), ("prompt", prompt), "created", is_prompt(tags))


def version_created(
    name: str, version: int, *, source: str, run_id: str | None, tags: Mapping[str, str], description: str | None
) -> RegistryChange:
    """A version of a registered model or prompt was created."""
    head = {"name": name, "version": str(version)}
    model = {**head, "source": source, "run_id": run_id or None, "tags": dict(tags), "description": description or None}
    prompt = {
        **head, "template": tags.get(TEXT_TAG), "tags": _without(tags, PROMPT_TAG, TYPE_TAG, TEXT_TAG),
        "description": description or None,
    }  # fmt: skip
    return _change(name, ("model_version", model), ("prompt_version", prompt), "created", is_prompt(tags))


def model_tag_set(name: str, key: str, value: str) -> RegistryChange:
    """A tag was set on a registered model, of which nothing is told, or on a prompt."""
    return _change(name, None, ("prompt_tag", {"name": name, "key": key, "value": value}), "set")


def model_tag_deleted(name: str, key: str) -> RegistryChange:
    """A tag was deleted from a registered model, of which nothing is told, or from a prompt."""
    return _change(name, None, ("prompt_tag", {"name": name, "key": key}), "deleted")


def version_tag_set(name: str, version: object, key: str, value: str) -> RegistryChange:
    """A tag was set on a version of a registered model or prompt."""
    data = {"name": name, "version": str(version), "key": key, "value": value}
    return _change(name, ("model_version_tag", data), ("prompt_version_tag", data), "set")


def version_tag_deleted(name: str, version: object, key: str) -> RegistryChange:
    """A tag was deleted from a version of a registered model or prompt."""
    data = {"name": name, "version": str(version), "key": key}
    return _change(name, ("model_version_tag", data), ("prompt_version_tag", data), "deleted")


def alias_set(name: str, alias: str, version: object) -> RegistryChange:
    """An alias names a version of a registered model or prompt now."""
    data = {"name": name, "alias": alias, "version": str(version)}
    return _change(name, ("model_version_alias", data), ("prompt_alias", data), "created")


def alias_deleted(name: str, alias: str) -> RegistryChange:
    """An alias of a registered model or prompt was deleted."""
    data = {"name": name, "alias": alias}
    return _change(name, ("model_version_alias", data), ("prompt_alias", data), "deleted")


def is_prompt(tags: Mapping[str, str]) -> bool:
    """Whether what has these tags is a prompt, as MLflow's server decides it when it tells of something."""
    return tags.get(PROMPT_TAG, "false").lower() == "true"


def _change(
    name: str, model: tuple[str, Data] | None, prompt: tuple[str, Data], action: str, is_prompt: bool | None = None
) -> RegistryChange:
    of_model, of_prompt = (
        None if given is None else Notice(WebhookEvent(given[0], action), given[1]) for given in (model, prompt)
    )
    return RegistryChange(name, of_model, of_prompt, is_prompt)


def _size(data: Data) -> int:
    return sum(
        _size(value) if isinstance(value, Mapping) else len(key) + len(value or "") for key, value in data.items()
    )


def _without(tags: Mapping[str, str], *keys: str) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key not in keys}


_TAGS: Final = {"example_key": "example_value"}
_TAG: Final = {"key": "example_key", "value": "example_value"}
_ALIAS: Final = {"alias": "example_alias", "version": "1"}
_MODEL: Final = {"name": "example_model"}
_PROMPT: Final = {"name": "example_prompt"}
_VERSION: Final = {"version": "1"}

#: What a test of a webhook sends, by the text of the event.
EXAMPLES: Final[Mapping[str, Data]] = {
    "registered_model.created": {**_MODEL, "tags": _TAGS, "description": "An example registered model"},
    "model_version.created": {
        **_MODEL, **_VERSION, "source": "models:/123", "run_id": "abcd1234abcd5678", "tags": _TAGS,
        "description": "An example model version",
    },
    "model_version_tag.set": {**_MODEL, **_VERSION, **_TAG},
    "model_version_tag.deleted": {**_MODEL, **_VERSION, "key": "example_key"},
    "model_version_alias.created": {**_MODEL, **_ALIAS},
    "model_version_alias.deleted": {**_MODEL, "alias": "example_alias"},
    "prompt.created": {**_PROMPT, "tags": _TAGS, "description": "An example prompt"},
    "prompt_version.created": {
        **_PROMPT, **_VERSION, "template": "Hello {{name}}!", "tags": _TAGS,
        "description": "An example prompt version",
    },
    "prompt_tag.set": {**_PROMPT, **_TAG},
    "prompt_tag.deleted": {**_PROMPT, "key": "example_key"},
    "prompt_version_tag.set": {**_PROMPT, **_VERSION, **_TAG},
    "prompt_version_tag.deleted": {**_PROMPT, **_VERSION, "key": "example_key"},
    "prompt_alias.created": {**_PROMPT, **_ALIAS},
    "prompt_alias.deleted": {**_PROMPT, "alias": "example_alias"},
    "budget_policy.exceeded": {
        "budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0, "current_spend": 105.5,
        "duration_unit": "MONTHS", "duration_value": 1, "target_scope": "ENDPOINT", "workspace": "default",
        "target_value": "ep-abc123", "window_start": 1704067200000,
    },
}  # fmt: skip
