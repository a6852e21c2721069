"""
A plugin of pytest that writes which store keeps which contract, from the tests that ran.

    python -m pytest -p tests.matrix --matrix docs/adapters.md tests/adapters -k Contract

The table replaces what is between the two markers of the file. A number says how many tests of a contract passed; one
that did not pass, or was skipped, is counted after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

BEGIN: Final = "<!-- contracts: begin -->"
END: Final = "<!-- contracts: end -->"

STORES: Final = ("memory", "SQLite", "MongoDB", "Cosmos DB vCore", "Cosmos DB RU", "Cosmos DB RU, large runs")

Outcomes = Counter[tuple[str, str, str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option: the file."""
    parser.addoption("--matrix", type=Path, help="a page of Markdown with the markers of the table of contracts")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Note at each test which contract it is of, and on which store it runs."""
    for item in items:
        kind = getattr(item, "cls", None)
        contract = next((base for base in getattr(kind, "__mro__", ()) if base.__name__.endswith("Contract")), None)
        if contract is not None and getattr(kind, "store", ""):
            item.user_properties.append(("contract", (contract.__name__, kind.store)))


class Matrix:
    """Counts outcomes, and writes the table when all tests ran."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: Outcomes = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test, once."""
        found = dict(report.user_properties).get("contract")
        if found is not None and (report.when == "call" or report.outcome != "passed"):
            contract, store = found
            self.outcomes[contract, store, report.outcome] += 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the table; nothing if no contract was tested."""
        if self.outcomes and not hasattr(session.config, "workerinput"):
            before, _, rest = self.path.read_text().partition(BEGIN)
            _, _, after = rest.partition(END)
            self.path.write_text("".join((before, BEGIN, "\n", *rows(self.outcomes), END, after)))


def pytest_configure(config: pytest.Config) -> None:
    """Count if a file was given."""
    path: Any = config.getoption("--matrix")
    if path is not None:
        config.pluginmanager.register(Matrix(path), "matrix")


def rows(outcomes: Outcomes) -> Iterator[str]:
    """The lines of the table."""
    seen = {store for _, store, _ in outcomes}
    stores = [store for store in STORES if store in seen]
    yield f"| contract | {' | '.join(stores)} |\n"
    yield f"|---|{'---|' * len(stores)}\n"
    for contract in sorted({contract for contract, _, _ in outcomes}):
        cells = [_cell(outcomes, contract, store) for store in stores]
        yield f"| `{contract.removesuffix('Contract')}` | {' | '.join(cells)} |\n"
    yield f"| **all** | {' | '.join(_total(outcomes, store) for store in stores)} |\n"


def _cell(outcomes: Outcomes, contract: str, store: str) -> str:
    counts = {kind: outcomes[contract, store, kind] for kind in ("passed", "failed", "skipped")}
    if not any(counts.values()):
        return "–"
    further = [f"{count} {kind}" for kind, count in counts.items() if count and kind != "passed"]
    return ", ".join([str(counts["passed"]), *further])


def _total(outcomes: Outcomes, store: str) -> str:
    passed = sum(count for (_, of, kind), count in outcomes.items() if of == store and kind == "passed")
    others = sum(count for (_, of, kind), count in outcomes.items() if of == store and kind != "passed")
    return f"**{passed}**" if not others else f"**{passed}**, {others} not"
