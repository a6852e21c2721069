"""
The tags that say where a run comes from: user, source, commit.

Source: MLflow 3.17 `tracking/context/`; later providers override earlier ones, the user's tags override all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.git import git_tags
from genesis_flow.settings import MLFLOW_RUN_CONTEXT

USER: Final = "mlflow.user"
SOURCE_NAME: Final = "mlflow.source.name"
SOURCE_TYPE: Final = "mlflow.source.type"
PARENT_RUN_ID: Final = "mlflow.parentRunId"
NOTE: Final = "mlflow.note.content"


def with_context(tags: Mapping[str, Any]) -> dict[str, str]:
    """`tags` as texts, with those of the surroundings where `tags` does not have them."""
    found = _surroundings(_main_file())
    found |= _given_context()
    found |= {key: str(value) for key, value in tags.items()}
    return found


def _surroundings(main_file: str) -> dict[str, str]:
    kind = "NOTEBOOK" if "ipykernel" in sys.modules else "LOCAL"
    tags = {USER: user(), SOURCE_NAME: main_file, SOURCE_TYPE: kind}
    return tags | git_tags(Path() if main_file == "<console>" else Path(main_file).parent)


def _main_file() -> str:
    return sys.argv[0] if sys.argv and sys.argv[0] and sys.argv[0] != "-c" else "<console>"


def user() -> str:
    """Who runs this process, as the operating system says."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _given_context() -> dict[str, str]:
    text = MLFLOW_RUN_CONTEXT.get()
    if not text:
        return {}
    try:
        context = json.loads(text)
        return {str(key): str(value) for key, value in context.items()}
    except (ValueError, AttributeError):
        raise MlflowException.invalid_parameter_value(
            "The environment variable MLFLOW_RUN_CONTEXT must hold a JSON object of tags."
        ) from None
