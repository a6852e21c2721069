"""Every public name of MLflow is the same here, takes more, or is declared to be absent."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.compat.ledger.judge import deviation
from tests.compat.ledger.policy import ABSENT, POLICY, SUPERSET, row_of, verdict_of
from tests.compat.ledger.snapshot import SYMBOLS, VERSION, entries

ENTRIES = entries()


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_symbol_and_its_members_are_what_the_policy_says(entry: str) -> None:
    """What has no row in the policy has MLflow's names, order, kinds and defaults."""
    judged = [deviation(name, SYMBOLS[name], verdict_of(name)) for name in ENTRIES[entry]]

    assert [] == [each for each in judged if each is not None]


def test_every_row_of_the_policy_decides_about_something() -> None:
    """A row that decides about no symbol is a slip of the pen, or out of date."""
    deciding = {row_of(name) for name in SYMBOLS}

    assert [] == [row for row in POLICY if row not in deciding]


def test_every_row_of_the_policy_has_a_reason() -> None:
    """Nobody has to guess why something is absent or different."""
    assert [] == [row for row, verdict in POLICY.items() if len(verdict.reason) < 10]


@pytest.mark.stock
def test_the_snapshot_is_what_mlflow_says() -> None:
    """The pinned facts are those of the real package of the pinned version."""
    mlflow = pytest.importorskip("mlflow")
    if mlflow.__version__ != VERSION:
        pytest.skip(f"mlflow {mlflow.__version__} is installed, {VERSION} is pinned")
    judged = [deviation(name, fact, None, root="mlflow") for name, fact in SYMBOLS.items()]

    assert [] == [each for each in judged if each is not None]


def ours() -> ModuleType:
    """A stand-in package with one of each kind."""
    package = ModuleType("stand_in")

    class Thing:
        LIMIT = 3

        def __init__(self, name: str, size: int = 1) -> None:
            self.name, self.size = name, size

        @property
        def fixed(self) -> str:
            return self.name

        @classmethod
        def made(cls, name: str) -> object:
            return cls(name)

    def log(key: str, value: float, step: int | None = None, *, extra: bool = False) -> None:
        """Something to log with."""

    package.__dict__.update(Thing=Thing, log=log, Same=Thing)
    return package


SAME_AS_OURS = {
    "mlflow.log": {"kind": "function", "signature": "(key, value, step=None, *, extra=False)"},
    "mlflow.Thing": {"kind": "class", "signature": "(name, size=1)"},
    "mlflow.Thing.LIMIT": {"kind": "constant", "value": 3},
    "mlflow.Thing.fixed": {"kind": "property", "settable": False},
    "mlflow.Thing.made": {"kind": "method", "binding": "classmethod", "signature": "(name)"},
    "mlflow.Same": {"kind": "alias", "of": "mlflow.Thing"},
}

UNLIKE_OURS = {
    "a default": ("mlflow.log", {"kind": "function", "signature": "(key, value, step=0, *, extra=False)"}),
    "a name": ("mlflow.log", {"kind": "function", "signature": "(key, val, step=None, *, extra=False)"}),
    "the order": ("mlflow.log", {"kind": "function", "signature": "(value, key, step=None, *, extra=False)"}),
    "a kind": ("mlflow.log", {"kind": "function", "signature": "(key, value, step=None, extra=False)"}),
    "a class": ("mlflow.Thing", {"kind": "function", "signature": "(name, size=1)"}),
    "a value": ("mlflow.Thing.LIMIT", {"kind": "constant", "value": 4}),
    "a setter": ("mlflow.Thing.fixed", {"kind": "property", "settable": True}),
    "a binding": ("mlflow.Thing.made", {"kind": "method", "binding": "static", "signature": "(name)"}),
    "no module": ("mlflow.log", {"kind": "module"}),
    "an alias": ("mlflow.Same", {"kind": "alias", "of": "mlflow.log"}),
    "missing": ("mlflow.gone", {"kind": "function", "signature": "()"}),
    "a missing member": ("mlflow.Thing.gone", {"kind": "property", "settable": False}),
}


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an importable stand-in for this library."""
    monkeypatch.setitem(sys.modules, "stand_in", ours())
    return "stand_in"


@pytest.mark.parametrize("name", SAME_AS_OURS)
def test_the_judge_accepts_what_is_the_same(stand_in: str, name: str) -> None:
    """Equal names, order, kinds and defaults are the same, whatever the annotations."""
    assert None is deviation(name, SAME_AS_OURS[name], None, stand_in)


@pytest.mark.parametrize("difference", UNLIKE_OURS)
def test_the_judge_reports_what_differs(stand_in: str, difference: str) -> None:
    """Any difference in a name, order, kind, default or value is reported."""
    name, fact = UNLIKE_OURS[difference]

    assert deviation(name, fact, None, stand_in) is not None


def test_the_judge_reports_a_stale_absence(stand_in: str) -> None:
    """What is there must not be declared to be absent."""
    later = ABSENT("comes later")

    assert deviation("mlflow.log", SAME_AS_OURS["mlflow.log"], later, stand_in) is not None
    assert None is deviation("mlflow.gone", SAME_AS_OURS["mlflow.log"], later, stand_in)


@pytest.mark.parametrize(
    ("signature", "accepted"),
    [
        ("(key, value, step=None)", True),
        ("(key, value, *, extra=False)", True),
        ("(key, value, step=None, *, extra=False)", False),
        ("(key, step=None)", False),
        ("(key, value, step=0)", False),
        ("(key, value, other=None)", False),
    ],
)
def test_a_superset_adds_only_what_may_be_left_out(stand_in: str, signature: str, accepted: bool) -> None:
    """A superset has all of MLflow's parameters as they are, and at least one more, with a default."""
    fact = {"kind": "function", "signature": signature}

    assert accepted == (deviation("mlflow.log", fact, SUPERSET("takes more"), stand_in) is None)


def test_a_module_that_cannot_import_is_not_merely_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that misses one of its own imports is broken, which no absence may hide."""
    package = tmp_path / "broken_stand_in"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "part.py").write_text("import there_is_no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ModuleNotFoundError, match="there_is_no_such_module"):
        deviation("mlflow.part", {"kind": "module"}, ABSENT("comes later"), "broken_stand_in")
