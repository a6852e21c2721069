"""
Loads every attack in a process that watches itself, and prints what came of each.

A line of JSON: for each attack [its outcome, the events that code was run or the system was touched].
"""

from __future__ import annotations

import copyreg
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from genesis_flow.adapters.flavors import loading
from genesis_flow.adapters.flavors.secure.catalogue import every_entry
from genesis_flow.adapters.flavors.secure.entries import resolved
from genesis_flow.adapters.flavors.secure.limits import Limits
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.domain.values.trust import trust
from tests.adapters.flavors.attacks import CANARY, Attack, vouched
from tests.adapters.flavors.attacks.every import every
from tests.adapters.flavors.attacks.streams import EXTENSION
from tests.adapters.flavors.honest import warm_up

LIMITS = Limits(free_expansion_bytes=1 << 22, members=2_000, seconds=20)
LOADERS = {
    "pickle": loading.load_pickle,
    "skops": loading.load_skops,
    "torch": loading.load_torch,
    "npy": loading.load_npy,
    "npz": loading.load_npz,
}
#: Events of an interpreter that runs code or touches the system; see the documentation of `sys.audit`.
WATCHED = (
    "compile",
    "exec",
    "import",
    "os.",
    "subprocess.",
    "socket.",
    "ctypes.",
    "shutil.",
    "pty.",
    "sqlite3.",
    "urllib.",
    "ftplib.",
    "smtplib.",
    "http.",
    "webbrowser.",
    "tempfile.",
    "glob.",
    "pickle.find_class",
    "marshal.",
    "code.__new__",
    "function.__new__",
    "object.__setattr__",
    "object.__delattr__",
    "sys.set",
    "sys._current",
    "gc.",
    "signal.",
    "mmap.",
    "builtins.input",
    "builtins.breakpoint",
    "pdb.",
    "winreg.",
    "cpython.",
    "fcntl.",
    "resource.",
    "setopencodehook",
    "logging",
)

_events: list[str] = []
_is_watching = False


def _watch(event: str, args: tuple[Any, ...]) -> None:
    # Text that is parsed as a literal (`ast.literal_eval` of an array's header) is compiled to a tree, never to code.
    is_literal = event == "compile" and args[1] == "<unknown>"
    if _is_watching and not is_literal and (event.startswith(WATCHED) or event == "open"):
        _events.append(f"{event} {str(args)[:100]}")


def _load(attack: Attack) -> tuple[str, list[str]]:
    global _is_watching
    trusted = trust(attack.trusted)
    modules = set(sys.modules)
    _events.clear()
    _is_watching = True
    try:
        found = LOADERS[attack.kind](attack.content, trusted, limits=LIMITS)
        outcome = f"loaded {type(found).__name__}"
    except GenesisFlowError as error:
        outcome = f"{type(error).__name__}: {error.message}"
    except BaseException as error:
        outcome = f"escaped: {type(error).__name__}: {error}"
    finally:
        _is_watching = False
    events = list(_events)
    events += [f"module {name}" for name in set(sys.modules) - modules]
    events += ["canary"] if os.path.exists(CANARY) or CANARY in os.environ else []
    if os.path.exists(CANARY):
        Path(CANARY).unlink()
    return outcome, events


def main() -> None:
    """Load all, in a directory of its own."""
    os.chdir(tempfile.mkdtemp())
    copyreg.add_extension("os", "system", EXTENSION)
    assert vouched.system is os.system
    attacks = every()
    for entry in every_entry().values():
        try:
            resolved(entry)
        except LookupError:
            continue
    warm_up()
    sys.addaudithook(_watch)
    start = time.monotonic()
    result = {attack.name: _load(attack) for attack in attacks}
    print(json.dumps({"outcomes": result, "count": len(attacks), "seconds": time.monotonic() - start}))


if __name__ == "__main__":
    main()
