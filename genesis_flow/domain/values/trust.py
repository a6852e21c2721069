"""What a caller vouches for before a stored model is loaded."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Final

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.text import shown

_CLASS_NAME: Final = re.compile(r"(?:[^\W\d]\w*\.)+[^\W\d]\w*")


@attrs.frozen
class Trust:
    """
    Classes that may be created, beyond those that are safe for everybody.

    It comes from the caller, never from the model. A class of `names` may be created and be given its state;
    it may not be called, and a function is not made callable by naming it.

    Attributes:
        names: Full names ("package.module.Class"), each exact: no wildcard, no prefix.
        allow_unsafe: Load as the format's own library would, running whatever code the content holds.
        is_own: The caller wrote the content itself, a moment ago, so that using `allow_unsafe` needs no warning.
        own_models: Digests of the manifests of models that this process wrote: these hold no code but its own.
    """

    names: frozenset[str] = frozenset()
    allow_unsafe: bool = False
    is_own: bool = False
    own_models: Container[str] = attrs.field(default=frozenset(), eq=False, repr=False)


NO_TRUST: Final = Trust()
#: In what this process wrote itself.
OWN: Final = Trust(allow_unsafe=True, is_own=True)


def trust(names: Iterable[str] | None = None, *, allow_unsafe: bool = False, field: str = "trusted") -> Trust:
    """
    The trust in `names`, checked.

    Raises:
        InvalidInput: `names` is one text instead of several, or holds something else than "package.module.Class".
    """
    if isinstance(names, str):
        raise InvalidInput(field, f"'{field}' is a list of class names, such as [{shown(names)}], not one text.")
    found = tuple(names or ())
    for name in found:
        if not isinstance(name, str) or _CLASS_NAME.fullmatch(name) is None:
            raise InvalidInput(
                field,
                f"'{field}' holds {shown(name)}, which is not the full name of a class, such as "
                "'package.module.Class'. Wildcards and prefixes are not supported.",
            )
    return Trust(frozenset(found), allow_unsafe is True)
