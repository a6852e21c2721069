"""Kinds of entities that can be linked with each other."""

from __future__ import annotations

from typing import Final


class EntityAssociationType:
    """Kinds of entities that can be linked with each other."""

    EXPERIMENT: Final = "experiment"
    EVALUATION_DATASET: Final = "evaluation_dataset"
    RUN: Final = "run"
    MODEL: Final = "model"
    TRACE: Final = "trace"
    PROMPT_VERSION: Final = "prompt_version"
