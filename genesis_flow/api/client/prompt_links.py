"""Which runs and logged models use which prompts, as `MlflowClient` has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from genesis_flow.api.client.prompts import PromptClient, about_prompts
from genesis_flow.api.entities.registry_translation import prompt_version_to_view
from genesis_flow.api.exceptions import RESOURCE_DOES_NOT_EXIST, MlflowException
from genesis_flow.domain.entities.prompt import LINKED_TAG, RUNS_TAG
from genesis_flow.domain.errors import NotFound

if TYPE_CHECKING:
    from genesis_flow.api.entities.model_registry import PromptVersion

Link = dict[str, str]


class PromptLinkClient(PromptClient):
    """Link prompts to runs and logged models, list and undo that."""

    @about_prompts
    def link_prompt_version_to_run(self, run_id: str, prompt: str | PromptVersion) -> None:
        """
        Write on a run that it uses a version of a prompt; once, however often it is called.

        Args:
            prompt: A prompt, or a `prompts:/` URI.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.link_prompt_version_to_run`.
        """
        version = self.load_prompt(prompt) if isinstance(prompt, str) else prompt
        from genesis_flow.api.entities.model_registry import PromptVersion

        if not isinstance(version, PromptVersion):
            raise MlflowException.invalid_parameter_value(
                "The `prompt` argument must be a Prompt object or a prompt URI."
            )
        known = self._application.lifecycle.get(run_id).tags.get(LINKED_TAG)
        links, link = _links(known), {"name": version.name, "version": str(version.version)}
        if link not in links:
            self._application.logging.set_tag(run_id, LINKED_TAG, json.dumps([*links, link]))

    @about_prompts
    def link_prompt_version_to_model(self, name: str, version: str, model_id: str) -> None:
        """
        Write on a logged model that it uses a version of a prompt; once, however often it is called.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.link_prompt_version_to_model`.
        """
        client: Any = self
        found = self._registry.prompts.get_version(name, version)
        if not hasattr(client, "get_logged_model"):
            raise MlflowException(
                f"Could not find model with ID '{model_id}' to which to link prompt '{name}'.",
                RESOURCE_DOES_NOT_EXIST,
            )
        links = _links(client.get_logged_model(model_id).tags.get(LINKED_TAG))
        link = {"name": found.name, "version": str(found.version)}
        if link not in links:
            client.set_logged_model_tags(model_id, {LINKED_TAG: json.dumps([*links, link])})

    @about_prompts
    def list_logged_prompts(self, run_id: str) -> list[PromptVersion]:
        """
        The versions of prompts that a run uses; those that are deleted are left out.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE: The run.

        Source: MLflow `MlflowClient.list_logged_prompts`.
        """
        found = {}
        for link in _links(self._application.lifecycle.get(run_id).tags.get(LINKED_TAG)):
            try:
                version = self._registry.prompts.get_version(link["name"], link["version"])
            except NotFound:
                continue
            found[version.name, version.version] = version
        for version in self._registry.prompts.find_linked(RUNS_TAG, f"%{run_id}%"):
            found.setdefault((version.name, version.version), version)
        return [prompt_version_to_view(version) for version in found.values()]

    @about_prompts
    def detach_prompt_from_run(self, run_id: str, prompt_uri: str) -> None:
        """
        Undo that a run uses a version of a prompt.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: It does not. RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.detach_prompt_from_run`.
        """
        name, number = self.parse_prompt_uri(prompt_uri)
        links = _links(self._application.lifecycle.get(run_id).tags.get(LINKED_TAG))
        left = [link for link in links if link != {"name": name, "version": number}]
        runs = (self._registry.prompts.get_version(name, number).tags.get(RUNS_TAG) or "").split(",")
        if len(left) == len(links) and run_id not in runs:
            raise MlflowException.invalid_parameter_value(
                f"Run '{run_id}' is not associated with prompt '{prompt_uri}'."
            )
        if len(left) < len(links):
            self._application.logging.set_tag(run_id, LINKED_TAG, json.dumps(left))
        if run_id in runs:
            others = ",".join(each for each in runs if each != run_id)
            if others:
                self.set_prompt_version_tag(name, number, RUNS_TAG, others)
            else:
                self.delete_prompt_version_tag(name, number, RUNS_TAG)


def _links(text: str | None) -> list[Link]:
    """The links that a tag holds."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        raise MlflowException(f"Invalid JSON format for '{LINKED_TAG}' tag: {text}") from None
    if not isinstance(found, list):
        raise MlflowException(f"Invalid format for '{LINKED_TAG}' tag: {text}")
    return found
