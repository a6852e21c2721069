"""The differences that are meant in the model registry; see `decisions.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.compat.differential.comparing import ANY, SAME, Decision, Seen
from tests.compat.differential.performing import START
from tests.compat.differential.wire import Command, Entity, Raised

_MODEL: Final = Command("create_registered_model", {"name": "m"})
_VERSION: Final = Command("create_model_version", {"name": "m", "source": "s3://b/p"})
_BLANK: Final = ("The name must not be an empty string", "The stage must not be an empty string")
_NAMING: Final = ("create_registered_model", "rename_registered_model")
_INVALID: Final = Raised("MlflowException", "INVALID_PARAMETER_VALUE")
_RENAME: Final = Command("rename_registered_model", {"name": "m", "new_name": "n"}, START + 5_000)


def renamed(seen: Seen) -> Any:
    """Stock answers nothing when it renames."""
    return ANY if seen.command.name == "rename_registered_model" and seen.stock is None and not seen.field else SAME


def renamed_versions(seen: Seen) -> Any:
    """A model was renamed: the times of its versions differ from then on, and so do orders by them."""
    was_renamed = any(
        command.name == "rename_registered_model" and not isinstance(answer, Raised) for command, answer in seen.before
    )
    if not was_renamed:
        return SAME
    is_order = seen.command.name == "search_model_versions" and not seen.field and not isinstance(seen.stock, Raised)
    return ANY if is_order or seen.field == "ModelVersion.last_updated_timestamp" else SAME


def latest_versions(seen: Seen) -> Any:
    """Stock lists stages in the order in which it met them."""
    is_list = seen.command.name == "get_latest_versions" and not seen.field and isinstance(seen.stock, list)
    in_order = sorted(seen.stock, key=_number) if is_list else None
    return in_order if is_list and in_order != seen.stock else SAME


def blank(seen: Seen) -> Any:
    """Stock's client complains of an empty new name or stage."""
    said = isinstance(seen.stock, Raised) and seen.stock.message.startswith(_BLANK) and not seen.field
    return Raised("MlflowException", "INVALID_PARAMETER_VALUE") if said else SAME


def source(seen: Seen) -> Any:
    """Stock takes a source that leads out of where it begins."""
    given = str(seen.command.arguments.get("source", ""))
    leads_out = seen.command.name == "create_model_version" and ".." in given.split("/")
    return _INVALID if leads_out and not isinstance(seen.stock, Raised) and not seen.field else SAME


def long_name(seen: Seen) -> Any:
    """Stock's SQLite keeps names of any length."""
    names = [seen.command.arguments.get(key) for key in ("name", "new_name")]
    is_long = seen.command.name in _NAMING and any(isinstance(name, str) and len(name) > 500 for name in names)
    return _INVALID if is_long and not isinstance(seen.stock, Raised) and not seen.field else SAME


def _number(version: Entity) -> int:
    return int(version.fields["version"])


REGISTRY_DECISIONS: Sequence[Decision] = (
    Decision(
        "renaming-returns-the-model",
        "MLflow's client says that it returns the renamed model, and returns None.",
        renamed,
        [_MODEL, _RENAME],
    ),
    Decision(
        "renaming-leaves-versions-alone",
        "A rename changes one record, however many versions there are; MLflow writes a new time to each of them.",
        renamed_versions,
        [_MODEL, _VERSION, _RENAME, Command("get_model_version", {"name": "n", "version": 1})],
    ),
    Decision(
        "latest-versions-come-by-number",
        "MLflow lists the stages in the order in which their first versions were registered.",
        latest_versions,
        [
            _MODEL,
            *[_VERSION] * 3,
            Command("transition_model_version_stage", {"name": "m", "version": 2, "stage": "Staging"}),
            Command("get_latest_versions", {"name": "m"}),
        ],
    ),
    Decision(
        "blank-arguments-are-invalid",
        "An empty new name or stage is an invalid value; MLflow's client calls it an internal error.",
        blank,
        [
            _MODEL,
            _VERSION,
            Command("rename_registered_model", {"name": "m", "new_name": " "}),
            Command("transition_model_version_stage", {"name": "m", "version": 1, "stage": ""}),
        ],
    ),
    Decision(
        "sources-lead-nowhere-else",
        "A source with '..' names files that nobody sees in it; MLflow's server refuses it, its store does not.",
        source,
        [_MODEL, Command("create_model_version", {"name": "m", "source": "s3://b/../c"})],
    ),
    Decision(
        "names-of-models-have-limits",
        "Names have at most 500 characters; those of MLflow have a column for 256, at which SQLite does not look.",
        long_name,
        [Command("create_registered_model", {"name": "x" * 501})],
    ),
)
