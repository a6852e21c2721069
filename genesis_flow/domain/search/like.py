"""
LIKE patterns as regular expressions that Python's `re` and PCRE2 read alike.

Only constructs with one meaning in both are used: no flags, no `.`, `$` or `\\w`, whose meanings depend on
options. What a `%` skips is decided once, by an atomic group: the leftmost place where the text up to the
next `%` fits is always good enough, so there is no backtracking that grows with the number of `%`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_ANY: Final = r"[\s\S]"
_END: Final = r"(?![\s\S])"
_PERCENTS: Final = re.compile("%+")
_PIECES: Final = re.compile(r"_+|[^_]")


def like_regex(pattern: str, ignore_case: bool = False) -> str:
    """
    A regular expression that finds something in a text exactly if LIKE `pattern` matches the whole text.

    Args:
        pattern: `%` stands for any run of characters, `_` for one; nothing escapes them.
        ignore_case: ILIKE: a character of the pattern also stands for its lower and upper form, as far as
            these are single characters.

    Returns:
        Text for `re.search` or PCRE2 in UTF mode, without options. It starts with `^` and the literal prefix.
    """
    head, *rest = (_literal(part, ignore_case) for part in _PERCENTS.split(pattern))
    if not rest:
        return f"^{head}{_END}"
    *middle, tail = rest
    skips = "".join(f"(?>{_ANY}*?{part})" for part in middle)
    return f"^{head}{skips}{_ANY}*{tail}{_END}" if tail else f"^{head}{skips}"


def like_prefix(pattern: str) -> str:
    """The text before the first wildcard of `pattern`: whatever LIKE (not ILIKE) matches starts with it."""
    return re.split("[%_]", pattern, maxsplit=1)[0]


def _literal(text: str, ignore_case: bool) -> str:
    return "".join(_pieces(text, ignore_case))


def _pieces(text: str, ignore_case: bool) -> Iterator[str]:
    for found in _PIECES.finditer(text):
        piece = found.group()
        if piece[0] == "_":
            yield _ANY if len(piece) == 1 else f"{_ANY}{{{len(piece)}}}"
            continue
        forms = _forms(piece) if ignore_case else [piece]
        yield f"[{''.join(forms)}]" if len(forms) > 1 else _escaped(piece)


def _forms(character: str) -> list[str]:
    """`character` and its one-character lower and upper forms. Whatever has two of them is a letter."""
    forms = dict.fromkeys((character, character.lower(), character.upper()))
    return [form for form in forms if len(form) == 1]


def _escaped(character: str) -> str:
    if not character.isascii() or character.isalnum() or character == " ":
        return character
    return f"\\{character}" if character.isprintable() else f"\\x{ord(character):02x}"
