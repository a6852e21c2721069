"""
Tokens to clauses: `name operator value`, joined by AND.

As in MLflow, ANDs that join nothing are let through, and so are clauses without an AND between them.
Nothing recurses, so that the depth of parentheses does not matter.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

import attrs

from genesis_flow.domain.errors import InvalidSearch
from genesis_flow.domain.search import lexer
from genesis_flow.domain.search.lexer import Token, TokenKind
from genesis_flow.domain.search.syntax import (
    Bare,
    Clause,
    Listing,
    Name,
    Number,
    OrderClause,
    Scalar,
    Text,
    Value,
)
from genesis_flow.domain.values.text import shown

#: Operators that are words, by their words. Longer ones come first.
_WORD_OPERATORS: Final = (
    ("IS", "NOT", "NULL"), ("IS", "NULL"), ("NOT", "IN"), ("NOT", "LIKE"), ("NOT", "ILIKE"), ("NOT", "RLIKE"),
    ("IN",), ("LIKE",), ("ILIKE",), ("RLIKE",),
)
_ILL_FORMED: Final = (
    "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list."
)


def parse_filter(text: str) -> tuple[Clause, ...]:
    """
    The clauses of a filter.

    Raises:
        InvalidSearch: It is not a list of comparisons; the message shows the first place that is not one.
    """
    return _FilterParser(text, tuple(lexer.tokens(text))).clauses()


def parse_order(text: str) -> OrderClause:
    """
    One clause of an order.

    Raises:
        InvalidSearch: It is not a name, followed by ASC, DESC or nothing.
    """
    unreadable = f"Invalid order_by clause '{shown(text)}'. Could not be parsed."
    try:
        found = tuple(islice(lexer.tokens(text), 3))
    except InvalidSearch as error:
        raise _invalid_order(unreadable, text, error.position) from None
    if not 1 <= len(found) <= 2 or not _can_be_name(found[0], text):
        raise _invalid_order(unreadable, text, 0)
    if len(found) == 1:
        return OrderClause(_name(found[0], text), ascending=True)
    if not _is_word(found[1], "ASC", "DESC"):
        message = f"Invalid ordering key in order_by clause '{shown(text)}'."
        raise _invalid_order(message, text, found[1].start)
    return OrderClause(_name(found[0], text), ascending=_is_word(found[1], "ASC"))


def _invalid_order(message: str, text: str, position: int) -> InvalidSearch:
    return InvalidSearch(message, text=text, position=position, field="order_by")


def _can_be_name(token: Token, text: str) -> bool:
    return token.kind is TokenKind.NAME or (token.kind is TokenKind.STRING and text[token.start] == '"')


def _name(token: Token, text: str) -> Name:
    return Name(token.prefix, token.value, text[token.start : token.end], token.start)


def _is_word(token: Token | None, *words: str) -> bool:
    if token is None or not token.is_bare or token.prefix is not None:
        return False
    # ASCII only: the upper form of some other letters is a plain "I" or "S".
    return token.value.isascii() and token.value.upper() in words


@attrs.define
class _FilterParser:
    """Reads the tokens of `text` from left to right."""

    text: str
    tokens: tuple[Token, ...]
    at: int = 0

    def clauses(self) -> tuple[Clause, ...]:
        found = []
        while (token := self._peek()) is not None:
            if _is_word(token, "AND"):
                self.at += 1
            else:
                found.append(self._clause(token))
        return tuple(found)

    def _peek(self, ahead: int = 0) -> Token | None:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def _clause(self, first: Token) -> Clause:
        self._require_name(first)
        self.at += 1
        operator, position = self._operator(first)
        name = _name(first, self.text)
        if operator in ("IS NULL", "IS NOT NULL"):
            return Clause(name, operator, position, None)
        value = self._value(first)
        if (operator in ("IN", "NOT IN")) and not isinstance(value, Listing):
            raise self._invalid(first, value.position + len(value.text))
        return Clause(name, operator, position, value)

    def _require_name(self, token: Token) -> None:
        if _can_be_name(token, self.text):
            return
        if token.kind is TokenKind.SEMICOLON:
            raise self._several(token)
        follower = self._peek(1)
        if follower is not None and follower.kind is TokenKind.OPERATOR:
            written = self._slice(token, token.end)
            raise self._error(f"Invalid comparison clause. Expected 'Identifier' found '{written}'", token)
        raise self._invalid(token, self._end_of_group())

    def _operator(self, first: Token) -> tuple[str, int]:
        token = self._peek()
        if token is None:
            raise self._invalid(first, first.end)
        if token.kind is TokenKind.OPERATOR:
            self.at += 1
            return token.value, token.start
        for words in _WORD_OPERATORS:
            if all(_is_word(self._peek(i), word) for i, word in enumerate(words)):
                self.at += len(words)
                return " ".join(words), token.start
        raise self._invalid(first, first.end)

    def _value(self, first: Token) -> Value:
        token = self._peek()
        if token is None:
            raise self._invalid(first, self.tokens[-1].end)
        if token.kind is TokenKind.OPEN:
            return self._listing(token)
        value = self._scalar(token)
        if value is None or _is_word(token, "TRUE", "FALSE"):  # of which no field is
            raise self._invalid(first, token.end)
        self.at += 1
        return value

    def _scalar(self, token: Token) -> Scalar | None:
        written = self.text[token.start : token.end]
        if token.kind is TokenKind.STRING:
            return Text(token.value, written, token.start)
        if token.kind is TokenKind.NUMBER:
            value = lexer.number(token.value)
            return Bare(written, token.start) if value is None else Number(value, written, token.start)
        if token.kind in (TokenKind.NAME, TokenKind.JUNK):
            return Bare(written, token.start)
        return None

    def _listing(self, opening: Token) -> Listing:
        items: list[Scalar] = []
        self.at += 1
        while (token := self._peek()) is not None and token.kind is not TokenKind.CLOSE:
            item = self._scalar(token)
            if item is None:
                raise self._error(_ILL_FORMED, token)
            items.append(item)
            self.at += 1
            self._comma()
        closing = self._peek()
        if closing is None:
            raise self._invalid(opening, len(self.text))
        self.at += 1
        return Listing(tuple(items), self.text[opening.start : closing.end], opening.start)

    def _comma(self) -> None:
        token = self._peek()
        if token is not None and token.kind is TokenKind.COMMA:
            self.at += 1
        elif token is not None and token.kind is not TokenKind.CLOSE:
            raise self._error(_ILL_FORMED, token)

    def _end_of_group(self) -> int:
        """Where the parenthesis that begins here is closed, or the end of the token that begins here."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += {TokenKind.OPEN: 1, TokenKind.CLOSE: -1}.get(token.kind, 0)
            if depth <= 0:
                return token.end
        return len(self.text)

    def _several(self, semicolon: Token) -> InvalidSearch:
        if self._peek(1) is None:
            return self._invalid(semicolon, semicolon.end)
        return self._error(
            f"Search filter contained multiple expression '{shown(self.text)}'. "
            "Provide AND-ed expression list.",
            semicolon,
        )

    def _invalid(self, first: Token, end: int) -> InvalidSearch:
        return self._error(f"Invalid clause(s) in filter string: '{self._slice(first, end)}'", first)

    def _slice(self, first: Token, end: int) -> str:
        return shown(self.text[first.start : min(end, first.start + 500)])

    def _error(self, message: str, token: Token) -> InvalidSearch:
        return InvalidSearch(message, text=self.text, position=token.start)
