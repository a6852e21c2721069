"""
Text to tokens, in one pass over the characters.

Strings stand in single or double quotes. Nothing escapes a quote: a doubled one belongs to the string as it
stands, both characters of it, and a backslash is an ordinary character. Names are words of letters, digits,
`_` and dots; what stands before the first dot, or the key after it, may be in backticks, and the key also in
quotes. Whatever fits nothing else becomes a token of kind JUNK, which the parser reports with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

import attrs

from genesis_flow.domain.errors import InvalidSearch
from genesis_flow.domain.values.text import shown

#: The most characters of a number; Python takes quadratic time to read longer ones.
LONGEST_NUMBER: Final = 1_000


class TokenKind(Enum):
    """What a token can be."""

    NAME = auto()
    STRING = auto()
    NUMBER = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    SEMICOLON = auto()
    JUNK = auto()


@attrs.frozen
class Token:
    """
    A piece of the text from `start` to before `end`.

    Attributes:
        prefix: Of a NAME, what stands before its first dot, None without one.
        value: Of a NAME, its key; of a STRING, what is inside the quotes; of others, their text.
        is_bare: Whether it is a NAME without quotes, so that it can be a keyword.
    """

    kind: TokenKind
    value: str
    start: int
    end: int
    prefix: str | None = None
    is_bare: bool = False


_SPACE: Final = re.compile(r"\s*")
# Runs of one character class: each pattern reads a character once and never goes back.
_WORD: Final = re.compile(r"[^\s'\"`()<>=!~,;]+")
_OPERATOR: Final = re.compile(r"[<>=!~]+")
_NAME: Final = re.compile(r"\w+(?:\.[\w.]*)?")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MARKS: Final = {"(": TokenKind.OPEN, ")": TokenKind.CLOSE, ",": TokenKind.COMMA, ";": TokenKind.SEMICOLON}
_QUOTES: Final = "'\"`"


def tokens(text: str) -> Iterator[Token]:
    """
    The tokens of `text` in turn.

    Raises:
        InvalidSearch: A quote is not closed, or a number is too long to read.
    """
    at = _skip_space(text, 0)
    while at < len(text):
        token = _token(text, at)
        yield token
        at = _skip_space(text, token.end)


def number(text: str) -> int | float | None:
    """The number that `text` spells, None if it is not one. Whole numbers without exponent are `int`."""
    if _NUMBER.fullmatch(text) is None:
        return None
    digits = text.lstrip("+-")
    return int(text) if digits.isdecimal() else float(text)


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _token(text: str, at: int) -> Token:
    character = text[at]
    if character in _MARKS:
        return Token(_MARKS[character], character, at, at + 1)
    if character in "'\"":
        end = _quoted_end(text, at)
        return Token(TokenKind.STRING, text[at + 1 : end - 1], at, end)
    if character == "`":
        return _backticked(text, at)
    operator = _OPERATOR.match(text, at)
    if operator:
        return Token(TokenKind.OPERATOR, operator.group(), at, operator.end())
    return _word(text, at)


def _quoted_end(text: str, start: int) -> int:
    """Where the string or name that begins at `start` with its quote ends."""
    quote = text[start]
    at = text.find(quote, start + 1)
    while at >= 0:
        if quote == "`" or text[at + 1 : at + 2] != quote:
            return at + 1
        at = text.find(quote, at + 2)
    raise InvalidSearch(
        f"Invalid clause(s) in filter string: '{shown(text[start:start + 50])}': the quote is not closed.",
        text=text, position=start,
    )


def _backticked(text: str, start: int) -> Token:
    """A name that begins with a backtick: a key, or a prefix with a key behind its dot."""
    end = _quoted_end(text, start)
    inner = text[start + 1 : end - 1]
    if text[end : end + 1] != ".":
        return Token(TokenKind.NAME, inner, start, end)
    return _with_quoted_key(text, start, end + 1, inner) or _with_bare_key(text, start, end + 1, inner)


def _with_quoted_key(text: str, start: int, key_start: int, prefix: str) -> Token | None:
    if key_start >= len(text) or text[key_start] not in _QUOTES:
        return None
    end = _quoted_end(text, key_start)
    return Token(TokenKind.NAME, text[key_start + 1 : end - 1], start, end, prefix)


def _with_bare_key(text: str, start: int, key_start: int, prefix: str) -> Token:
    found = _WORD.match(text, key_start)
    if found is None or _NAME.fullmatch(found.group()) is None:
        end = found.end() if found else key_start
        return Token(TokenKind.JUNK, text[start:end], start, end)
    return Token(TokenKind.NAME, found.group(), start, found.end(), prefix)


def _word(text: str, start: int) -> Token:
    """A number, a bare name, the prefix of a quoted key, or junk."""
    found = _WORD.match(text, start)
    end = found.end() if found else start + 1
    word = text[start:end]
    if _NUMBER.fullmatch(word):
        return _number(text, word, start)
    if word.endswith(".") and word.count(".") == 1 and _NAME.fullmatch(word[:-1]):
        quoted = _with_quoted_key(text, start, end, word[:-1])
        if quoted:
            return quoted
    if _NAME.fullmatch(word):
        prefix, dot, key = word.partition(".")
        if dot:
            return Token(TokenKind.NAME, key, start, end, prefix, is_bare=True)
        return Token(TokenKind.NAME, word, start, end, is_bare=True)
    return Token(TokenKind.JUNK, word, start, end)


def _number(text: str, word: str, start: int) -> Token:
    if len(word) > LONGEST_NUMBER:
        raise InvalidSearch(
            f"Invalid number '{shown(word, 20)}': it has more than {LONGEST_NUMBER} characters.",
            text=text, position=start,
        )
    return Token(TokenKind.NUMBER, word, start, start + len(word))
