"""Compares answers field by field: by default exactly, types included; `RULES` says where another rule holds."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from tests.compat.differential.wire import Command, Entity, Pages, Raised, encode


class Mark(enum.Enum):
    """What is not an answer."""

    SAME = enum.auto()
    ANY = enum.auto()
    MISSING = enum.auto()


#: A decision has nothing to say here.
SAME = Mark.SAME
#: A decision makes the answers incomparable; its example says what ours is.
ANY = Mark.ANY
#: One side has no such entry.
MISSING = Mark.MISSING


@dataclass(frozen=True)
class Seen:
    """
    A part of what stock MLflow answered, about to be compared.

    Attributes:
        command: What was asked. before: All commands before it, with stock's answers.
        field: Where the part is, as "class.property"; "" for the whole answer and what is in its lists.
        stock: The part. parent: The entity that it is a property of.
    """

    command: Command
    before: Sequence[tuple[Command, Any]]
    field: str
    stock: Any
    parent: Entity | None = None


@dataclass(frozen=True)
class Difference:
    """A part of an answer that differs from what was expected of us."""

    command: Command
    number: int
    path: str
    expected: Any
    ours: Any

    def __str__(self) -> str:
        place, one, other = self.path or "the answer", type(self.expected).__name__, type(self.ours).__name__
        types = f" (types {one} and {other})" if one != other else ""
        answers = f"    expected {self.expected!r}\n    ours     {self.ours!r}"
        return f"[{self.number}] {self.command}\n  at {place}{types}\n{answers}"


@dataclass(frozen=True)
class Decision:
    """
    A difference that is meant.

    Attributes:
        name, reason: As in docs/decisions/0010.
        expected: What we must answer where stock answers what it saw, or SAME, or ANY.
        example: Commands that show it.
        ends: Whether nothing can be compared any more after one side alone did something.
        ours: What the example's last command must say in short on our side, where `expected` is ANY.
    """

    name: str
    reason: str
    expected: Callable[[Seen], Any]
    example: Sequence[Command]
    ends: bool = False
    ours: Any = None


@dataclass
class Verdict:
    """What a comparison found: unexplained differences, and the decisions that explained others."""

    differences: list[Difference] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    ended: bool = False

    def __str__(self) -> str:
        return "\n".join(map(str, self.differences))


#: The first words that clients match on; what the groups hold must be equal too.
PROMISED_MESSAGES = (
    r"Run with id=(.*?) not found",
    r"No Experiment with id=(\S+) exists",
    r"Changing param values is not allowed\.",
    r"The (?:run|experiment) (.+) must be in the '(\w+)' state\. Current state is (\w+)\.",
    r"Both 'run_name' argument and 'mlflow\.runName' tag are specified",
    r"No tag with name: (.*?) in run with id (\S+)",
    r"Logged model with ID '(.*?)' not found",
    r"Failed to get logged model with ID (.+?)\. ",
    r"No tag with key '(.*?)' found for model with ID '(.*?)'",
    r"Invalid model name \((.*?)\) provided",
    r"`model_id` must be a non-empty string, but got (.+)",
    r"Invalid order by field name: (.+)",
    r"`dataset_name` in the `datasets` clause must be specified",
    r"Both dataset_name and dataset_digest must be provided",
    r"Duplicate parameter keys have been submitted",
    r"A batch logging request can contain at most (\d+)",
    r"Invalid experiment ID '(.*?)'\. Experiment ID must be a valid integer",
    r"'(.+?)' exceeds the maximum length of (\d+) characters",
    r"Registered Model with name=(.*?) not found",
    r"Registered Model \(name=(.*?)\) already exists",
    r"Model Version \(name=(.*?), version=(.*?)\) not found",
    r"Registered model alias (.*?) not found",
    r"Registered model alias name cannot be empty",
    r"Invalid alias name: '(.*?)'",
    r"'latest' alias name \(case insensitive\) is reserved",
    r"Version alias name '(.*?)' is reserved",
    r"Invalid Model Version stage: (.*?)\. Value must be one of",
    r"Parameter 'version' must be an integer, got '(.*?)'",
    r"Invalid model name '(.*?)'\. Names cannot contain",
    r"Model version transition cannot archive existing model versions because '(.*?)' is not an Active stage",
    r"Could not find any model version for (.*?) stage",
)


def promised(message: str) -> str:
    """What a message must say, "" where that is free."""
    for pattern in PROMISED_MESSAGES:
        found = re.match(pattern, message, re.DOTALL)
        if found:
            return " | ".join((pattern, *found.groups()))
    return ""


def unordered(items: Any) -> Any:
    """A list as a sorted one, whatever its items are."""
    return sorted(items, key=lambda item: json.dumps(encode(item))) if isinstance(items, list) else items


#: How a field is seen before it is compared. A field without a row is compared as it is.
RULES: dict[str, Callable[[Any], Any]] = {
    "Raised.message": promised,
    "RunInputs.dataset_inputs": unordered,
    "DatasetInput.tags": unordered,
    "RegisteredModel.latest_versions": unordered,
    "ModelVersion.aliases": unordered,
    "LoggedModel.metrics": unordered,
}


def compare(
    commands: Sequence[Command], stock: Sequence[Any], ours: Sequence[Any], decisions: Iterable[Decision] = ()
) -> Verdict:
    """What differs between two lists of answers; nothing after a decision that ends the comparison."""
    verdict = Verdict()
    table = tuple(decisions)
    for number, command in enumerate(commands):
        seen = Seen(command, list(zip(commands[:number], stock, strict=False)), "", stock[number])
        for path, expected, got in _walk(seen, ours[number], "", table, verdict):
            verdict.differences.append(Difference(command, number, path, expected, got))
        if verdict.ended:
            break
    return verdict


def same(one: Any, other: Any) -> bool:
    """Whether two values are of one type and equal; NaN equals NaN, and -0.0 does not equal 0.0."""
    return type(one) is type(other) and repr(one) == repr(other)


def _walk(seen: Seen, ours: Any, path: str, decisions: tuple[Decision, ...], verdict: Verdict) -> Iterator[Any]:
    for decision in decisions:
        expected = decision.expected(seen)
        if expected is not SAME:
            verdict.used.add(decision.name)
            verdict.ended |= decision.ends and isinstance(seen.stock, Raised) != isinstance(ours, Raised)
            seen = replace(seen, stock=expected)
            break
    if seen.stock is ANY or (seen.field == "Raised.message" and _is_free(seen)):
        return
    rule = RULES.get(seen.field, lambda value: value)
    yield from _parts(replace(seen, stock=rule(seen.stock)), rule(ours), path, decisions, verdict)


def _is_free(seen: Seen) -> bool:
    """Whether we may say what we like: a batch has several faults at times, and any of them may be named."""
    is_batch = seen.command.name == "log_batch"
    return not promised(seen.stock) or (is_batch and re.match("Run|The|Changing", seen.stock) is None)


def _parts(seen: Seen, ours: Any, path: str, decisions: tuple[Decision, ...], verdict: Verdict) -> Iterator[Any]:
    stock = seen.stock
    if type(stock) is not type(ours) or _label(stock) != _label(ours):
        yield path, shown(stock), shown(ours)
        return
    pairs = _children(stock, ours, seen.field)
    parent = stock if isinstance(stock, Entity) else seen.parent
    if pairs is None:
        if not same(stock, ours):
            yield path, stock, ours
        return
    for name, field_, one, other in pairs:
        yield from _walk(
            replace(seen, field=field_, stock=one, parent=parent), other, f"{path}/{name}", decisions, verdict
        )


def _children(stock: Any, ours: Any, field_: str) -> list[tuple[str, str, Any, Any]] | None:
    """The parts of two values of one type, by name; None for scalars."""
    match stock:
        case Entity(kind, fields):
            return [(name, f"{kind}.{name}", *pair) for name, pair in _joined(fields, ours.fields)]
        case Raised():
            return [(name, f"Raised.{name}", *pair) for name, pair in _joined(vars(stock), vars(ours))]
        case Pages(pages):
            pairs = zip(chain.from_iterable(pages), chain.from_iterable(ours.pages), strict=False)
            return [(str(at), "", *pair) for at, pair in enumerate(pairs)]
        case list():
            return [(str(at), field_, *pair) for at, pair in enumerate(zip(stock, ours, strict=False))]
        case dict():
            return [(name, field_, *pair) for name, pair in _joined(stock, ours)]
        case _:
            return None


def _joined(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name in {**one, **other}:
        yield name, (one.get(name, MISSING), other.get(name, MISSING))


def _label(value: Any) -> Any:
    """What must be equal before the parts are looked at: classes, and which entities a list has in which order."""
    match value:
        case Pages(pages):
            return [[_identity(item) for item in page] for page in pages]
        case list():
            return [_identity(item) for item in value]
        case Entity(kind):
            return kind
        case _:
            return None


def _identity(item: Any) -> Any:
    match item:
        case Entity("Run", fields):
            return fields["info"].fields["run_id"]
        case Entity("Experiment", fields):
            return fields["experiment_id"]
        case Entity("RegisteredModel", fields):
            return fields["name"]
        case Entity("ModelVersion", fields):
            return fields["name"], fields["version"]
        case Entity("LoggedModel", fields):
            return fields["model_id"]
        case _:
            return None


def shown(value: Any) -> Any:
    """A value as a report shows it: entities by their ids."""
    return _label(value) if isinstance(value, Pages) or (isinstance(value, list) and any(_label(value))) else value
