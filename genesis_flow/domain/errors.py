"""
What can go wrong, as types that carry data.

GenesisFlowError
├── NotFound             an entity that was asked for does not exist
├── AlreadyExists        a name or id is taken
├── InvalidInput         a value breaks a rule; names the field
│   ├── UnsafePath       a path could leave its place
│   └── InvalidSearch    a filter, order or page token is wrong; names the place
│       └── DuplicateOrder   ... because an order names a field twice
├── InvalidState         the entity is in a state that forbids the operation
│   └── Inactive         ... because it is deleted
├── Conflict             another writer was first, or an immutable value would change
│   └── ParamConflict    a param would change its value
├── Unsupported          this backend or build cannot do it
│   └── NeedsCredentials ... with the credentials in use
├── Unavailable          the backend cannot be reached or did not answer in time; may be retried
│   └── Throttled        ... because its budget of requests is used up
├── Unauthenticated      the backend refused the credentials
├── Forbidden            the credentials do not allow it
├── CorruptRecord        stored data cannot be read back
└── UntrustedContent     content that would run code or escape its place

Messages say what to do and never hold a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class GenesisFlowError(Exception):
    """Root of every error that this library raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message, self.__dict__))


def _rebuild(kind: type[GenesisFlowError], message: str, state: dict[str, Any]) -> GenesisFlowError:
    error = kind.__new__(kind, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class NotFound(GenesisFlowError):
    """`entity` (such as "run") with `key` (such as its id) does not exist."""

    def __init__(self, entity: str, key: str, message: str | None = None) -> None:
        super().__init__(message or f"No {entity} {key!r} exists.")
        self.entity, self.key = entity, key


class AlreadyExists(GenesisFlowError):
    """`entity` with `key` is there already."""

    def __init__(self, entity: str, key: str, message: str | None = None) -> None:
        super().__init__(message or f"{entity} {key!r} already exists.")
        self.entity, self.key = entity, key


class InvalidInput(GenesisFlowError):
    """The value of `field` breaks a rule that the message names."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnsafePath(InvalidInput):
    """A path is absolute, climbs, or is no name on some system."""


class InvalidSearch(InvalidInput):
    """A filter, order or page token is wrong, at `position` (0-based, -1 if unknown) of `text`."""

    def __init__(
        self, message: str, *, text: str = "", position: int = -1, field: str = "filter_string"
    ) -> None:
        super().__init__(field, message)
        self.text, self.position = text, position


class DuplicateOrder(InvalidSearch):
    """An order names one field twice; MLflow reports this as its own fault."""


class InvalidState(GenesisFlowError):
    """`entity` with `key` is in a state that forbids the operation."""

    def __init__(self, entity: str, key: str, message: str) -> None:
        super().__init__(message)
        self.entity, self.key = entity, key


class Inactive(InvalidState):
    """`entity` with `key` is deleted; restore it first."""

    def __init__(self, entity: str, key: str) -> None:
        super().__init__(
            entity, key,
            f"The {entity} {key} must be in the 'active' state. Current state is deleted.",
        )


class Conflict(GenesisFlowError):
    """Another writer was first; read again and decide."""


class ParamConflict(Conflict):
    """`changes` (key, stored value, refused value) would change params of the `owner` (such as "run") `run_id`."""

    def __init__(self, run_id: str, changes: Sequence[tuple[str, str, str]], owner: str = "run") -> None:
        self.run_id, self.changes = run_id, tuple(changes)
        if len(self.changes) == 1:
            key, old, new = self.changes[0]
            message = (
                f"Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' "
                f"for {owner} ID='{run_id}'. Attempted logging new value '{new}'."
            )
        else:
            message = self.listed(owner)
        super().__init__(message)

    def listed(self, owner: str = "run") -> str:
        """The message as MLflow words it where several params were given, even if only one of them would change."""
        rows = [{"key": key, "old_value": old, "new_value": new} for key, old, new in self.changes]
        return (
            f"Changing param values is not allowed. Params were already logged='{rows}' for {owner} "
            f"ID='{self.run_id}'."
        )


class Unsupported(GenesisFlowError):
    """This backend, or this build, cannot do what was asked."""


class NeedsCredentials(Unsupported):
    """The backend could do what was asked, with other credentials than those in use; the message says which."""


class Unavailable(GenesisFlowError):
    """The backend cannot be reached or did not answer in time; the call may be repeated."""


class Throttled(Unavailable):
    """The backend has no capacity left: `waited_s` of at most `limit_s` seconds were waited for some."""

    def __init__(self, message: str, *, waited_s: float = 0.0, limit_s: float = 0.0) -> None:
        super().__init__(message)
        self.waited_s, self.limit_s = waited_s, limit_s


class Unauthenticated(GenesisFlowError):
    """The backend refused the credentials."""


class Forbidden(GenesisFlowError):
    """The credentials do not allow the operation."""


class CorruptRecord(GenesisFlowError):
    """Stored data cannot be read back."""


class UntrustedContent(GenesisFlowError):
    """
    Content that would run code or leave its place was refused.

    `names` are the full names of what it wanted and may not have, `source` is the file that wanted it; both are
    empty where they do not apply.
    """

    def __init__(self, message: str, *, names: Sequence[str] = (), source: str = "") -> None:
        super().__init__(message)
        self.names, self.source = tuple(names), source
