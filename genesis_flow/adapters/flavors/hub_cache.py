"""Models of the hub that are on this machine already; nothing is downloaded."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow.domain.errors import CorruptRecord, NotFound

_log = logging.getLogger(__name__)

_REPOSITORY: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


def repository_of(model: Any) -> tuple[str, str] | None:
    """Where on the hub a model came from; None if it did not, and so has to be saved all the same."""
    name = str(model.name_or_path)
    commit = getattr(model.config, "_commit_hash", None) or _only_commit(name)
    if _REPOSITORY.fullmatch(name) and not Path(name).exists() and commit:
        return name, str(commit)
    _log.warning(
        "The save_pretrained parameter is set to False, but it is not known where on the hub the model came from. "
        "Therefore, the weights will be saved to disk anyway."
    )
    return None


def cached(noted: Mapping[str, Any]) -> Path:
    """Where the hub's cache on this machine has a model that was saved by its name only; nothing is downloaded."""
    from huggingface_hub import snapshot_download

    name, revision = noted.get("source_model_name"), noted.get("source_model_revision")
    if not (isinstance(name, str) and _REPOSITORY.fullmatch(name)) or not _COMMIT.fullmatch(str(revision)):
        raise CorruptRecord("The model was saved by its name only, and its record does not say which it is.")
    try:
        return Path(snapshot_download(name, revision=str(revision), local_files_only=True))
    except Exception as error:  # the library has a class of its own for this, in another place in each version
        raise NotFound(
            "model", name,
            f"The model was saved with save_pretrained=False, and '{name}' at revision {revision} is not in the local "
            "cache of the hub. Nothing is downloaded while a model is loaded: fetch it first with "
            f"huggingface_hub.snapshot_download('{name}', revision='{revision}').",
        ) from error  # fmt: skip


def _only_commit(name: str) -> str | None:
    """The commit of a repository that the cache has; None if it has several, as a model does not say which it is of."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    if not _REPOSITORY.fullmatch(name):
        return None
    place = Path(constants.HF_HUB_CACHE, repo_folder_name(repo_id=name, repo_type="model"), "snapshots")
    found = [each.name for each in place.iterdir()] if place.is_dir() else []
    return found[0] if len(found) == 1 and _COMMIT.fullmatch(found[0]) else None
