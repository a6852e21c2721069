"""Prompts, as `MlflowClient` has them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from genesis_flow.api import session
from genesis_flow.api.client.connected import Connected, texts
from genesis_flow.api.entities.registry_translation import prompt_to_view, prompt_version_to_view
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paged_list import PagedList
from genesis_flow.api.prompt_cache import PromptCache, time_to_live
from genesis_flow.domain.entities.prompt import EXPERIMENTS_TAG
from genesis_flow.domain.errors import GenesisFlowError, InvalidInput, NotFound
from genesis_flow.domain.values.ids import DEFAULT_EXPERIMENT_ID
from genesis_flow.domain.values.model_names import LATEST
from genesis_flow.domain.values.model_uris import PROMPTS, model_uri
from genesis_flow.settings import (
    MLFLOW_EXPERIMENT_ID,
    MLFLOW_EXPERIMENT_NAME,
)

if TYPE_CHECKING:
    from genesis_flow.api.entities.model_registry import Prompt, PromptVersion

P = ParamSpec("P")
R = TypeVar("R")

_MODEL_WORDS = re.compile(r"registered model|model version", re.IGNORECASE)


def about_prompts(method: Callable[P, R]) -> Callable[P, R]:
    """Raise MLflow's errors, and call models prompts in their texts."""

    @functools.wraps(method)
    def worded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return translating_errors(method)(*args, **kwargs)
        except MlflowException as error:
            text = _MODEL_WORDS.sub(lambda match: "Prompt" if match[0][0].isupper() else "prompt", error.message)
            if text == error.message:
                raise
            raise MlflowException(text, error.error_code) from error

    return worded


class PromptClient(Connected):
    """Register, load, change, delete and find prompts."""

    @about_prompts
    def create_prompt(
        self, name: str, description: str | None = None, tags: dict[str, str] | None = None
    ) -> Prompt:
        """
        Create a prompt without versions.

        Raises:
            MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.create_prompt`.
        """
        return prompt_to_view(self._registry.prompts.create(name, tags=texts(tags), description=description))

    @about_prompts
    def register_prompt(
        self,
        name: str,
        template: str | list[dict[str, Any]],
        commit_message: str | None = None,
        tags: dict[str, str] | None = None,
        response_format: Any = None,
        model_config: Any = None,
    ) -> PromptVersion:
        """
        Register a version of a prompt, which is created if there is none.

        Args:
            template: A text, or a list of messages with "role" and "content"; `{{ name }}` is a variable.
            tags: Set on the version and on the prompt.
            response_format: What answers look like: a JSON schema, or a Pydantic class.
            model_config: A `PromptModelConfig`, or its dict.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE, also where the name is that of a model.
            ValueError: A message or the configuration of the model is wrong.

        Source: MLflow `MlflowClient.register_prompt`.
        """
        from genesis_flow.api.entities.model_registry.prompt_version import content_tags

        content = content_tags(template, response_format, model_config)
        version = self._registry.prompts.register(name, content, tags=texts(tags), description=commit_message)
        self._cache.forget(self._registry, version.name, LATEST)
        self._note_experiment(version.name)
        return prompt_version_to_view(version)

    @about_prompts
    def create_prompt_version(
        self,
        name: str,
        template: str | list[dict[str, Any]],
        description: str | None = None,
        tags: dict[str, str] | None = None,
        response_format: Any = None,
        model_config: Any = None,
    ) -> PromptVersion:
        """
        Register a version of a prompt that exists; see `register_prompt`.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.create_prompt_version`.
        """
        from genesis_flow.api.entities.model_registry.prompt_version import content_tags

        content = content_tags(template, response_format, model_config)
        version = self._registry.prompts.add_version(name, content, tags=texts(tags), description=description)
        self._cache.forget(self._registry, version.name, LATEST)
        return prompt_version_to_view(version)

    @about_prompts
    def get_prompt(self, name: str) -> Prompt | None:
        """
        The prompt with this name, None if there is none or it is a model.

        Source: MLflow `MlflowClient.get_prompt`.
        """
        try:
            return prompt_to_view(self._registry.prompts.get(name))
        except (NotFound, InvalidInput):
            return None

    @about_prompts
    def get_prompt_version(self, name: str, version: str | int) -> PromptVersion | None:
        """
        The version with this number, or with this alias if it is not a number.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_prompt_version`.
        """
        return prompt_version_to_view(self._registry.prompts.get_version(name, version))

    @about_prompts
    def get_prompt_version_by_alias(self, name: str, alias: str) -> PromptVersion:
        """
        The version that an alias names; "latest" in any case is the one with the greatest number.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST. INVALID_PARAMETER_VALUE: No such alias.

        Source: MLflow `MlflowClient.get_prompt_version_by_alias`.
        """
        return prompt_version_to_view(self._registry.prompts.get_version(name, alias))

    @about_prompts
    def load_prompt(
        self,
        name_or_uri: str,
        version: str | int | None = None,
        allow_missing: bool = False,
        cache_ttl_seconds: float | None = None,
    ) -> PromptVersion | None:
        """
        A version of a prompt, perhaps one that was loaded a moment ago.

        Args:
            name_or_uri: The name, or `prompts:/name/1` or `prompts:/name@alias`.
            version: With a name: the number; the latest by default.
            allow_missing: Whether to return None where there is none.
            cache_ttl_seconds: How long to keep it; 0 to load it anew. By default as
                `MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS` and `MLFLOW_VERSION_PROMPT_CACHE_TTL_SECONDS` say.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.load_prompt`.
        """
        name, wanted = _named(name_or_uri, version)
        seconds = time_to_live(cache_ttl_seconds, wanted)
        known: PromptVersion | None = self._cache.get(self._registry, name, wanted) if seconds else None
        if known is not None:
            return known
        try:
            loaded = prompt_version_to_view(self._registry.prompts.get_version(name, wanted))
        except (NotFound, InvalidInput):
            if allow_missing:
                return None
            raise
        self._note_experiment(name)
        if seconds:
            self._cache.put(self._registry, name, wanted, loaded, seconds)
        return loaded

    @about_prompts
    def parse_prompt_uri(self, uri: str) -> tuple[str, str]:
        """
        Name and number of the version that a `prompts:/` URI names.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.parse_prompt_uri`.
        """
        name, wanted = _named(uri, None)
        if wanted.isdecimal():
            return name, wanted
        return name, str(self._registry.prompts.get_version(name, wanted).version)

    @about_prompts
    def search_prompts(
        self,
        filter_string: str | None = None,
        max_results: int = 1000,
        page_token: Any = None,
        order_by: list[str] | None = None,
    ) -> PagedList[Prompt]:
        """
        One page of the prompts that match a filter.

        Args:
            filter_string: Such as `name LIKE 'pre%'` or `experiment_id = '1'`.
            order_by: As for registered models.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.search_prompts`.
        """
        page = self._registry.prompts.find(
            filter_string=filter_string, order_by=order_by, page_token=page_token,
            max_results=100 if max_results is None else max_results,
        )
        return PagedList([prompt_to_view(prompt) for prompt in page.items], page.next_token)

    @about_prompts
    def search_prompt_versions(
        self, name: str, max_results: int | None = None, page_token: Any = None
    ) -> PagedList[PromptVersion]:
        """
        One page of the versions of a prompt, the greatest number first.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.search_prompt_versions`.
        """
        page = self._registry.prompts.find_versions(
            name, max_results=100 if max_results is None else max_results, page_token=page_token
        )
        return PagedList([prompt_version_to_view(version) for version in page.items], page.next_token)

    @about_prompts
    def delete_prompt(self, name: str) -> None:
        """
        Erase a prompt with its versions, for good.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_prompt`.
        """
        self._registry.prompts.delete(name)
        self._cache.forget(self._registry, name)

    @about_prompts
    def delete_prompt_version(self, name: str, version: str) -> None:
        """
        Erase a version of a prompt; its number is not given again.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_prompt_version`.
        """
        self._registry.prompts.delete_version(name, version)
        self._cache.forget(self._registry, name)

    @about_prompts
    def set_prompt_tag(self, name: str, key: str, value: str) -> None:
        """
        Set a tag of a prompt.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_prompt_tag`.
        """
        self._registry.prompts.set_tags(name, {key: str(value)})

    @about_prompts
    def delete_prompt_tag(self, name: str, key: str) -> None:
        """
        Remove a tag of a prompt; one that it does not have, nothing.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_prompt_tag`.
        """
        self._registry.prompts.remove_tag(name, key)

    @about_prompts
    def set_prompt_version_tag(self, name: str, version: str | int, key: str, value: str) -> None:
        """
        Set a tag of a version of a prompt.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_prompt_version_tag`.
        """
        self._registry.prompts.set_version_tags(name, version, {key: str(value)})
        self._cache.forget(self._registry, name)

    @about_prompts
    def delete_prompt_version_tag(self, name: str, version: str | int, key: str) -> None:
        """
        Remove a tag of a version of a prompt; one that it does not have, nothing.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_prompt_version_tag`.
        """
        self._registry.prompts.remove_version_tag(name, version, key)
        self._cache.forget(self._registry, name)

    @about_prompts
    def set_prompt_alias(self, name: str, alias: str, version: int) -> None:
        """
        Let an alias name this version of a prompt, and no other any more.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_prompt_alias`.
        """
        self._registry.prompts.set_alias(name, alias, version)
        self._cache.forget(self._registry, name)

    @about_prompts
    def delete_prompt_alias(self, name: str, alias: str) -> None:
        """
        Remove an alias of a prompt; one that it does not have, nothing.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_prompt_alias`.
        """
        self._registry.prompts.remove_alias(name, alias)
        self._cache.forget(self._registry, name)

    @property
    def _cache(self) -> PromptCache:
        return session.shared("prompt cache", PromptCache)

    def _note_experiment(self, name: str) -> None:
        """Write on a prompt that it is used in the experiment of new runs, once; `search_prompts` finds it there."""
        try:
            experiment_id = self._experiment_in_use()
            known = self._registry.prompts.get(name).tags.get(EXPERIMENTS_TAG, "")
            ids = [id for id in known.split(",") if id]
            if experiment_id not in ids:
                self._registry.prompts.set_tags(name, {EXPERIMENTS_TAG: f",{','.join([*ids, experiment_id])},"})
        except (GenesisFlowError, MlflowException) as error:  # the prompt itself is fine
            import logging

            logging.getLogger(__name__).warning("Failed to tag prompt '%s' with an experiment: %s", name, error)

    def _experiment_in_use(self) -> str:
        chosen, name = session.experiment_id() or MLFLOW_EXPERIMENT_ID.get(), MLFLOW_EXPERIMENT_NAME.get()
        if chosen is None and name:
            return self._application.experiments.get_by_name(name).id
        return chosen or DEFAULT_EXPERIMENT_ID


def _named(name_or_uri: str, version: str | int | None) -> tuple[str, str]:
    """The name of a prompt, and the number or alias of a version."""
    if not name_or_uri.startswith(f"{PROMPTS}:"):
        return name_or_uri, LATEST if version is None else str(version)
    if version is not None:
        raise InvalidInput(
            "version", "The `version` argument should not be specified when loading a prompt by URI."
        )
    wanted = model_uri(name_or_uri, PROMPTS)
    if wanted.logged_model_id is not None:
        raise InvalidInput("prompt_uri", f"Invalid prompt URI format: {name_or_uri}")
    return wanted.name, str(wanted.version) if wanted.alias is None else wanted.alias
