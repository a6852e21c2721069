"""The results as a page of Markdown and as JSON."""

from __future__ import annotations

import dataclasses
import os
import platform
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import genesis_flow
from benchmarks.contenders import AGAIN, ALL, MONGODB, Contender, Place
from benchmarks.data import Sizes
from benchmarks.figures import Figure, Ratio, figure
from benchmarks.footprint import MOST_CPU_S, MOST_MEMORY_MB, Footprint
from benchmarks.operations import BY_NAME, OPERATIONS
from benchmarks.rounds import Pace, Results
from benchmarks.targets import Target, contenders_of, noise, targets

BEGIN: Final = "<!-- results: begin -->"
END: Final = "<!-- results: end -->"


@dataclass(frozen=True)
class Outcome:
    """Everything there is to report."""

    place: Place
    sizes: Sizes
    pace: Pace
    results: Results
    footprints: Sequence[Footprint]
    surroundings: dict[str, str]


def surroundings(place: Place, stock_version: str | None) -> dict[str, str]:
    """What the figures depend on besides the code; names no host, user or path."""
    found = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{_processor()}, {os.cpu_count()} CPUs, {_memory_gb():.0f} GB, {platform.system()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "genesis-flow": genesis_flow.__version__,
        "stock MLflow": stock_version or "not there",
    }
    if place.mongodb_uri is not None:
        from pymongo import MongoClient, version

        with MongoClient[dict[str, Any]](place.mongodb_uri) as client:
            info = client.server_info()
        found["MongoDB"] = f"wire version of {info['version']} ({info.get('gitVersion')}), pymongo {version}"
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def markdown(outcome: Outcome) -> str:
    """The results as sections of a page."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    yield from ("## Results", "")
    yield from _table(["", ""], ([key, text] for key, text in outcome.surroundings.items()))
    yield from _measured(outcome)
    yield from _judged(outcome)
    yield from _noise(outcome)
    yield from _footprints(outcome.footprints)
    yield from _problems(outcome.results)


def _measured(outcome: Outcome) -> Iterator[str]:
    seconds = outcome.results.seconds
    there = [one for one in ALL if one is not AGAIN and any(name == one.name for _, name in seconds)]
    rows = [
        [operation.titled(outcome.sizes), *(_cell(outcome.results, operation.name, one) for one in there)]
        for operation in OPERATIONS
        if any(name == operation.name for name, _ in seconds)
    ]
    if rows:
        yield from ("### Milliseconds a call: median [quartiles]", "")
        yield from _table(["operation", *(one.title for one in there)], rows)


def _cell(results: Results, operation: str, contender: Contender) -> str:
    rounds = results.seconds.get((operation, contender.name))
    if rounds is None:
        return "failed" if (operation, contender.name) in results.failures else ""
    return _milliseconds(figure(rounds))


def _milliseconds(found: Figure) -> str:
    return f"{_short(1e3 * found.median)} [{_short(1e3 * found.lower)}–{_short(1e3 * found.upper)}]"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _judged(outcome: Outcome) -> Iterator[str]:
    groups: dict[str, list[list[str]]] = {}
    for target in targets(outcome.results):
        measured = target.ratio(outcome.results)
        if measured is not None:
            groups.setdefault(target.group, []).append(_verdict(target, measured, outcome.sizes))
    for group, rows in groups.items():
        yield from (f"### {group}", "")
        yield from _table(["operation", "compared", "ratio (rounds)", "target", ""], rows)


def _verdict(target: Target, measured: Ratio, sizes: Sizes) -> list[str]:
    dividend, divisor = contenders_of(target)
    sign = "<=" if target.is_upper else ">="
    compared = dividend.title if dividend is divisor else f"{dividend.title} / {divisor.title}"
    return [
        BY_NAME[target.dividend[0]].titled(sizes), compared, _ratio(measured), f"{sign} {target.bound:g}",
        "pass" if target.is_met(measured) else "**FAIL**",
    ]  # fmt: skip


def _ratio(measured: Ratio) -> str:
    return f"{_short(measured.value)} ({_short(measured.least)}–{_short(measured.greatest)})"


def _noise(outcome: Outcome) -> Iterator[str]:
    found = noise(outcome.results)
    if not found:
        return
    yield from ("### Noise: plain pymongo against itself", "")
    worst = max(max(each.value, 1 / each.value) for each in found.values())
    yield from (
        f"Two processes with the same code took turns with all others; the ratios of their medians should be 1. "
        f"The worst is off by a factor of {worst:.2f}.",
        "",
    )
    rows = [[BY_NAME[name].titled(outcome.sizes), _ratio(each)] for name, each in found.items()]
    yield from _table(["operation", "ratio (rounds)"], rows)


def _footprints(found: Sequence[Footprint]) -> Iterator[str]:
    if not found:
        return
    yield from ("### Import and first `log_metric` on SQLite, in a fresh process", "")
    head = ["", "file", "CPU s: import", "CPU s: first metric", "MB: import", "MB: first metric", "target", ""]
    rows = []
    for each in found:
        bounds = [f"<= {MOST_CPU_S} s, <= {MOST_MEMORY_MB:.0f} MB", "pass" if each.is_within else "**FAIL**"]
        is_ours = each.contender.startswith("genesis-flow")
        rows.append(
            [
                each.contender, "new" if each.is_new else "there", f"{each.cpu_s:.3f}", f"{each.logged_cpu_s:.3f}",
                f"{each.memory_mb:.1f}", f"{each.logged_memory_mb:.1f}", *(bounds if is_ours else ["", ""]),
            ]
        )  # fmt: skip
    yield from _table(head, rows)
    yield from ("Above a bare interpreter of the same environment; medians.", "")


def _problems(results: Results) -> Iterator[str]:
    if results.failures:
        yield from ("### Failures", "")
        rows = [[operation, name, text] for (operation, name), text in results.failures.items()]
        yield from _table(["operation", "contender", "error"], rows)
    if results.disagreements:
        yield from ("### Contenders that gave different answers", "")
        rows = [[name, f"`{answers}`"] for name, answers in results.disagreements.items()]
        yield from _table(["operation", "answers"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(text.replace('|', '/') for text in row)} |"
    yield ""


def raw(outcome: Outcome) -> dict[str, Any]:
    """Everything that was measured, for other programs."""
    results = outcome.results
    return {
        "surroundings": outcome.surroundings,
        "sizes": dataclasses.asdict(outcome.sizes),
        "pace": dataclasses.asdict(outcome.pace),
        "seconds": {f"{name}/{contender}": rounds for (name, contender), rounds in results.seconds.items()},
        "failures": {f"{name}/{contender}": text for (name, contender), text in results.failures.items()},
        "disagreements": results.disagreements,
        "footprints": [dataclasses.asdict(each) for each in outcome.footprints],
        "targets": [
            {**dataclasses.asdict(target), "ratio": dataclasses.asdict(measured), "is_met": target.is_met(measured)}
            for target in targets(results)
            if (measured := target.ratio(results)) is not None
        ],
    }


def write(path: Path, text: str) -> None:
    """Write the results to a page: between its markers where it has them, else as all of it."""
    page = path.read_text() if path.exists() else ""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        text = f"{before}{BEGIN}\n\n{text}\n{END}{after}"
    path.write_text(text)


def has_missed(outcome: Outcome) -> bool:
    """Whether something failed, differed or missed its target."""
    results = outcome.results
    measured = [(target, target.ratio(results)) for target in targets(results)]
    ours = [each for each in outcome.footprints if each.contender.startswith(MONGODB.title.split()[0])]
    return bool(
        results.failures
        or results.disagreements
        or any(found is not None and not target.is_met(found) for target, found in measured)
        or any(not each.is_within for each in ours)
    )
