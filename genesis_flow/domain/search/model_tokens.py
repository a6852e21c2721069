"""
Page tokens of searches of logged models, which hold the search that they belong to.

A repository refuses a token of another search; here it is said what the two searches differ in.

Source: MLflow 3.17 `SearchLoggedModelsPaginationToken`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput

_PARTS: Final = {
    "experiment_ids": ("Experiment IDs in the page token do", "experiment IDs"),
    "filter_string": ("Filter string in the page token does", "filter string"),
    "order_by": ("Order by in the page token does", "order by"),
}


@attrs.frozen
class AskedFor:
    """What was asked for, as it was written."""

    experiment_ids: Sequence[str]
    filter_string: str | None
    order_by: Sequence[Mapping[str, Any]] | None

    def token(self, next_token: str | None) -> str | None:
        """A repository's `next_token` with this search, None for None."""
        if next_token is None:
            return None
        payload = json.dumps({**self._written(), "next": next_token}, separators=(",", ":"), default=str)
        return base64.urlsafe_b64encode(payload.encode()).decode()

    def explained(self, error: InvalidInput, token: str | bytes | None) -> InvalidInput:
        """Why a repository refused the token in `token`: what differs, if something does, else `error`."""
        found, asked = _payload(token), self._written()
        for part, (start, name) in _PARTS.items():
            if part in found and found[part] != asked[part]:
                return InvalidInput(
                    error.field,
                    f"{start} not match the requested {name}. Expected: {asked[part]}. Found: {found[part]}",
                )
        return error

    def _written(self) -> dict[str, Any]:
        order = [dict(row) for row in self.order_by or ()]
        return {
            "experiment_ids": list(self.experiment_ids), "filter_string": self.filter_string or None,
            "order_by": order or None,
        }  # fmt: skip


def next_token_in(token: str | bytes | None) -> str | bytes | None:
    """The repository's token that `token` holds; what is none of ours, as it is."""
    return _payload(token).get("next", token)


def _payload(token: str | bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(base64.b64decode(token or b"", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
