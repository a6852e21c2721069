"""
Versions of packages, and which of them a constraint such as ">=1.4,<2" allows.

Source: PEP 440 (versions, and its specifiers except `===`); what a local build adds to a version counts only
where the constraint names it. Versions before a release are ordered as PEP 440 has them and are not left out.
"""

from __future__ import annotations

import re
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.text import shown

_VERSION: Final = re.compile(
    r"""\s*v?(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)
    (?:[-_.]?(?P<stage>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<stage_number>[0-9]*))?
    (?:-(?P<short_post>[0-9]+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>[0-9]*))?
    (?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>[0-9]*))?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_CLAUSE: Final = re.compile(r"\s*(~=|==|!=|<=|>=|<|>)\s*([^\s,]+)\s*")
_STAGES: Final = {"alpha": "a", "a": "a", "beta": "b", "b": "b"}

#: Longer texts are nobody's version.
_LONGEST: Final = 200

_BEFORE: Final = (-1, "", 0)
_AFTER: Final = (1, "", 0)


@attrs.frozen(order=False)
class Version:
    """A version, in the parts that it is compared by."""

    epoch: int
    release: tuple[int, ...]
    stage: tuple[str, int] | None
    post: int | None
    dev: int | None
    local: tuple[tuple[int, Any], ...]

    @property
    def public_key(self) -> tuple[Any, ...]:
        """What orders it among others, without what a local build added."""
        if self.stage is not None:
            stage: tuple[int, str, int] = (0, *self.stage)
        else:
            stage = _BEFORE if self.dev is not None and self.post is None else _AFTER
        post = -1 if self.post is None else self.post
        dev = (1, 0) if self.dev is None else (0, self.dev)
        return (self.epoch, _trimmed(self.release), stage, post, dev)

    @property
    def is_before_release(self) -> bool:
        """Whether it comes before the release that it is named after."""
        return self.stage is not None or self.dev is not None


def version(text: Any) -> Version:
    """
    The version that `text` is.

    Raises:
        InvalidInput: It is none.
    """
    match = _VERSION.fullmatch(text) if isinstance(text, str) and len(text) <= _LONGEST else None
    if match is None:
        raise InvalidInput("version", f"'{shown(text)}' is not a version, such as '1.4.2'.")
    stage = match["stage"] and match["stage"].lower()
    return Version(
        int(match["epoch"] or 0),
        tuple(int(part) for part in match["release"].split(".")),
        (_STAGES.get(stage, "rc"), int(match["stage_number"] or 0)) if stage else None,
        int(match["short_post"] or match["post_number"] or 0) if match["short_post"] or match["post"] else None,
        int(match["dev_number"] or 0) if match["dev"] else None,
        tuple(_local(part) for part in re.split("[-_.]", (match["local"] or "").lower()) if part),
    )


def is_allowed(candidate: str, constraint: str) -> bool:
    """
    Whether the version `candidate` is one that `constraint` allows; an empty one allows all.

    Raises:
        InvalidInput: One of them cannot be read.
    """
    found = version(candidate)
    return all(_passes(found, *clause) for clause in _clauses(constraint))


def _clauses(constraint: str) -> list[tuple[str, str]]:
    if not isinstance(constraint, str) or len(constraint) > 5 * _LONGEST:
        raise InvalidInput("constraint", f"'{shown(constraint)}' is not a constraint, such as '>=1.4,<2'.")
    parts = [part for part in constraint.split(",") if part.strip()]
    matches = [_CLAUSE.fullmatch(part) for part in parts]
    if None in matches:
        raise InvalidInput("constraint", f"'{shown(constraint)}' is not a constraint, such as '>=1.4,<2'.")
    return [(match[1], match[2]) for match in matches if match]


def _passes(found: Version, operator: str, text: str) -> bool:
    is_prefix = text.endswith(".*") and operator in ("==", "!=")
    bound = version(text.removesuffix(".*") if is_prefix else text)
    ours, theirs = found.public_key, bound.public_key
    match operator:
        case "==":
            return _starts_with(found, bound) if is_prefix else _equals(found, bound)
        case "!=":
            return not (_starts_with(found, bound) if is_prefix else _equals(found, bound))
        case "~=":
            if len(bound.release) < 2:
                raise InvalidInput("constraint", f"'~={shown(text)}' needs a version with two parts at least.")
            return ours >= theirs and _starts_with(found, attrs.evolve(bound, release=bound.release[:-1]))
        case "<=":
            return ours <= theirs
        case ">=":
            return ours >= theirs
        case "<":
            is_before_same = found.is_before_release and _base(found) == _base(bound)
            return ours < theirs and not (is_before_same and not bound.is_before_release)
        case _:
            is_after_same = found.post is not None and bound.post is None and _base(found) == _base(bound)
            return ours > theirs and not is_after_same


def _equals(found: Version, bound: Version) -> bool:
    return found.public_key == bound.public_key and (not bound.local or found.local == bound.local)


def _starts_with(found: Version, bound: Version) -> bool:
    release = found.release + (0,) * (len(bound.release) - len(found.release))
    return found.epoch == bound.epoch and release[: len(bound.release)] == bound.release


def _base(found: Version) -> tuple[Any, ...]:
    return (found.epoch, _trimmed(found.release))


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    length = len(release)
    while length > 1 and release[length - 1] == 0:
        length -= 1
    return release[:length]


def _local(part: str) -> tuple[int, Any]:
    return (1, int(part)) if part.isdigit() else (0, part)
