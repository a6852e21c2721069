"""Prompts are registered models, and their versions are model versions, with what these tags say."""

from __future__ import annotations

from typing import Final

from genesis_flow.domain.entities.registered_model import PROMPT_TAG
from genesis_flow.domain.values.registry_rules import PROMPT_TEXT_TAG

TEXT_TAG: Final = PROMPT_TEXT_TAG
TYPE_TAG: Final = "_mlflow_prompt_type"
RESPONSE_FORMAT_TAG: Final = "_mlflow_prompt_response_format"
MODEL_CONFIG_TAG: Final = "_mlflow_prompt_model_config"
#: On a prompt: `,1,2,`, the experiments in which it was registered or loaded.
EXPERIMENTS_TAG: Final = "_mlflow_experiment_ids"
#: On a version: `a,b`, the runs that it is linked to.
RUNS_TAG: Final = "mlflow.prompt.associatedRunIds"
#: On a run or logged model: JSON list of {name, version}.
LINKED_TAG: Final = "mlflow.linkedPrompts"

TEXT_TYPE: Final = "text"
CHAT_TYPE: Final = "chat"

#: Tags of versions that are not for users.
RESERVED_TAGS: Final = frozenset({PROMPT_TAG, TEXT_TAG, TYPE_TAG, RESPONSE_FORMAT_TAG, MODEL_CONFIG_TAG})

#: Versions need a source; those of prompts have no files.
SOURCE: Final = "dummy-source"
