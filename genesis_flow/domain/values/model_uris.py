"""
URIs that name models and prompts.

`models:/name/1`, `models:/name/Stage`, `models:/name/latest` (any case), `models:/name@alias` and
`models:/m-<id>`, each perhaps with a path behind it; `prompts:/name/1` and `prompts:/name@alias`.

Source: MLflow 3.17 `_parse_model_uri`, `split_models_uri`.
"""

from __future__ import annotations

import re
from typing import Final

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.model_names import LATEST
from genesis_flow.domain.values.text import shown

MODELS: Final = "models"
PROMPTS: Final = "prompts"

_LOGGED_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
_DIGITS = re.compile(r"[0-9]+")


@attrs.frozen
class ModelUri:
    """
    What a URI names: a logged model by its id, or a version of a registered model.

    Without id, version, stage and alias it is the latest version of all stages.

    Attributes:
        path: What stands behind it, relative to the files of the model; "" for all of them.
    """

    name: str = ""
    version: int | None = None
    stage: str | None = None
    alias: str | None = None
    logged_model_id: str | None = None
    path: str = ""


def is_model_uri(uri: str) -> bool:
    """Whether `uri` has the scheme of models."""
    return uri.startswith(f"{MODELS}:")


def model_uri(uri: str, scheme: str = MODELS) -> ModelUri:
    """
    What `uri` names.

    Raises:
        InvalidInput: It names nothing, or a stage or "latest" of a prompt.
    """
    start, _, rest = uri.partition(":")
    if start != scheme or not rest.startswith("/") or rest.startswith("//"):
        raise _improper(uri, scheme)
    head, path = _split(rest[1:]) if scheme == MODELS else (rest[1:], "")
    parts = head.split("/")
    if len(parts) > 2 or any(part.strip() == "" for part in parts):
        raise _improper(uri, scheme)
    if len(parts) == 2:
        return _suffixed(parts[0], parts[1], path, uri, scheme)
    name, at, alias = parts[0].rpartition("@")
    if not at:
        return ModelUri(logged_model_id=head, path=path)
    if name.strip() == "" or alias.strip() == "":
        raise _improper(uri, scheme)
    return ModelUri(name, alias=alias, path=path)


def _split(text: str) -> tuple[str, str]:
    """What names a model, and the path behind it."""
    first, _, rest = text.partition("/")
    if _LOGGED_MODEL_ID.fullmatch(first):
        return first, rest
    second, _, path = rest.partition("/")
    return (f"{first}/{second}", path) if path else (text, "")


def _suffixed(name: str, suffix: str, path: str, uri: str, scheme: str) -> ModelUri:
    if _DIGITS.fullmatch(suffix) and len(suffix) <= 100:
        return ModelUri(name, version=int(suffix), path=path)
    if scheme != MODELS:
        raise _improper(uri, scheme)
    if suffix.lower() == LATEST:
        return ModelUri(name, path=path)
    return ModelUri(name, stage=suffix, path=path)


def _improper(uri: str, scheme: str) -> InvalidInput:
    kinds = "a version, stage, or the string 'latest'" if scheme == MODELS else "a version"
    return InvalidInput(
        f"{scheme.removesuffix('s')}_uri",
        f"Not a proper {scheme}:/ URI: {shown(uri)}. {scheme.capitalize()} URIs must be of the form "
        f"'{scheme}:/name/suffix' or '{scheme}:/name@alias' where suffix is {kinds} and where alias is a "
        f"registered {scheme.removesuffix('s')} alias. Only one of suffix or alias can be defined at a time.",
    )
