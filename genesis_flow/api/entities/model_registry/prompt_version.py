"""Versions of prompts: templates with variables, and what is made of them."""

from __future__ import annotations

import json
from typing import Any

from genesis_flow.api.content.prompt_templates import (
    Template,
    checked_messages,
    filled,
    is_jinja,
    rendered,
    single_braced,
    variables_of,
)
from genesis_flow.api.entities.model_registry._views import _RegistryView
from genesis_flow.api.entities.model_registry.model_version_tag import ModelVersionTag
from genesis_flow.api.entities.model_registry.prompt_model_config import PromptModelConfig
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.entities.prompt import (
    CHAT_TYPE,
    MODEL_CONFIG_TAG,
    RESERVED_TAGS,
    RESPONSE_FORMAT_TAG,
    TEXT_TAG,
    TEXT_TYPE,
    TYPE_TAG,
)
from genesis_flow.domain.entities.registered_model import PROMPT_TAG

__all__ = ["PromptModelConfig", "PromptVersion", "content_tags"]

_MOST_SHOWN = 30


class PromptVersion(_RegistryView):
    """A version of a prompt: a text, or a list of chat messages, with variables such as `{{ name }}`."""

    def __init__(
        self,
        name: str,
        version: int,
        template: Template,
        commit_message: str | None = None,
        creation_timestamp: int | None = None,
        tags: dict[str, str] | None = None,
        aliases: list[str] | None = None,
        last_updated_timestamp: int | None = None,
        user_id: str | None = None,
        response_format: Any = None,
        model_config: PromptModelConfig | dict[str, Any] | None = None,
    ) -> None:
        self._name = name
        self._version = str(version)
        self._creation_time = creation_timestamp or 0
        self._tags = {**(tags or {}), **content_tags(template, response_format, model_config)}
        self._variables = variables_of(self._tags[TEXT_TAG])
        self._last_updated_timestamp = last_updated_timestamp
        self._description = commit_message
        self._user_id = user_id
        self._aliases = aliases or []

    def __repr__(self) -> str:
        text = self._tags[TEXT_TAG]
        shown = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
        return f"PromptVersion(name={self.name}, version={self.version}, template={shown})"

    @property
    def template(self) -> Template:
        """The text, or the list of messages with "role" and "content"."""
        text = self._tags[TEXT_TAG]
        if self.is_text_prompt:
            return text
        messages: list[dict[str, Any]] = json.loads(text)
        return messages

    @property
    def is_text_prompt(self) -> bool:
        """Whether the template is a text, not a list of messages."""
        return self._tags[TYPE_TAG] == TEXT_TYPE

    @property
    def response_format(self) -> dict[str, Any] | None:
        """What answers look like, as a JSON schema."""
        return self._loaded(RESPONSE_FORMAT_TAG)

    @property
    def model_config(self) -> dict[str, Any] | None:
        """Which model the prompt is for, and how it is called."""
        return self._loaded(MODEL_CONFIG_TAG)

    def _loaded(self, tag: str) -> dict[str, Any] | None:
        loaded: dict[str, Any] | None = json.loads(self._tags[tag]) if tag in self._tags else None
        return loaded

    def to_single_brace_format(self) -> Template:
        """The template with `{name}` for `{{ name }}`, as other libraries have it."""
        return single_braced(self.template)

    @staticmethod
    def convert_response_format_to_dict(response_format: Any) -> dict[str, Any]:
        """The JSON schema of a Pydantic class; a dict as it is."""
        if isinstance(response_format, type) and hasattr(response_format, "model_json_schema"):
            schema: dict[str, Any] = response_format.model_json_schema()
            return schema
        known: dict[str, Any] = response_format
        return known

    @property
    def variables(self) -> set[str]:
        """The names in double braces."""
        return self._variables

    @property
    def commit_message(self) -> str | None:
        """What was changed."""
        return self._description

    @property
    def tags(self) -> dict[str, str]:
        """Texts by key, without those that say what the version is."""
        return {key: value for key, value in self._tags.items() if key not in RESERVED_TAGS}

    @property
    def uri(self) -> str:
        """The URI that loads this version, `prompts:/<name>/<version>`."""
        return f"prompts:/{self.name}/{self.version}"

    @property
    def name(self) -> str:
        """Name of the prompt."""
        return self._name

    @name.setter
    def name(self, new_name: str) -> None:
        self._name = new_name

    @property
    def version(self) -> int:
        """Number of the version."""
        return int(self._version)

    @property
    def creation_timestamp(self) -> int:
        """Milliseconds since the epoch (UTC)."""
        return self._creation_time

    @property
    def last_updated_timestamp(self) -> int | None:
        """Milliseconds since the epoch (UTC)."""
        return self._last_updated_timestamp

    @last_updated_timestamp.setter
    def last_updated_timestamp(self, updated_timestamp: int) -> None:
        self._last_updated_timestamp = updated_timestamp

    @property
    def description(self) -> str | None:
        """The commit message."""
        return self._description

    @description.setter
    def description(self, description: str) -> None:
        self._description = description

    @property
    def user_id(self) -> str | None:
        """Who registered it."""
        return self._user_id

    @property
    def aliases(self) -> list[str]:
        """The aliases that name it."""
        return self._aliases

    @aliases.setter
    def aliases(self, aliases: list[str]) -> None:
        self._aliases = aliases

    def _add_tag(self, tag: ModelVersionTag) -> None:
        self._tags[tag.key] = tag.value

    def format(
        self, allow_partial: bool = False, use_jinja_sandbox: bool = True, **kwargs: Any
    ) -> PromptVersion | Template:
        """
        The template with values in place of its variables.

        Every variable is replaced once: what a value holds is not looked at. A template with `{% %}` is one of
        Jinja2, and rendered by it.

        Args:
            allow_partial: Whether variables may be left; the result is then a prompt, not a template.
            use_jinja_sandbox: Whether Jinja2 keeps the template away from Python's inner workings.
            kwargs: Values by variable.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: Values are missing, or Jinja2 is not installed.

        Source: MLflow `PromptVersion.format`.
        """
        template = self.template
        if is_jinja(template):
            return rendered(template, kwargs, sandboxed=use_jinja_sandbox)
        result = filled(template, kwargs)
        missing = self.variables - set(kwargs)
        if not missing:
            return result
        if allow_partial:
            return PromptVersion(
                self.name, self.version, result, self.commit_message, self.creation_timestamp, self.tags,
                self.aliases, self.last_updated_timestamp, self.user_id, self.response_format, self.model_config,
            )
        raise MlflowException.invalid_parameter_value(
            f"Missing variables: {missing}. To partially format the prompt, set `allow_partial=True`."
        )


def content_tags(
    template: Template, response_format: Any = None, model_config: PromptModelConfig | dict[str, Any] | None = None
) -> dict[str, str]:
    """
    The tags that say what a version of a prompt is.

    Raises:
        ValueError: A message has no role or content, or the configuration of the model is wrong.
    """
    is_text = isinstance(template, str)
    text = template if isinstance(template, str) else json.dumps(checked_messages(template))
    found = {PROMPT_TAG: "true", TYPE_TAG: TEXT_TYPE if is_text else CHAT_TYPE, TEXT_TAG: text}
    if response_format:
        found[RESPONSE_FORMAT_TAG] = json.dumps(PromptVersion.convert_response_format_to_dict(response_format))
    if model_config:
        config = (
            model_config if isinstance(model_config, PromptModelConfig) else PromptModelConfig.from_dict(model_config)
        )
        found[MODEL_CONFIG_TAG] = json.dumps(config.to_dict())
    return found
