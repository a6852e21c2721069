"""Running programs that say `import mlflow`, as if the interpreter had been started with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from genesis_flow import child_processes
from genesis_flow.api.drop_in.finder import DIRECTORY, ROOT

__all__ = ["run"]


def run(
    words: Sequence[str],
    *,
    tracking_uri: str | None = None,
    experiment_name: str | None = None,
    redirects: Sequence[str] = (),
    trust_policy: str | None = None,
) -> NoReturn:
    """
    Become an interpreter with these arguments, in which `import mlflow` gives this package; its children, too.

    Nothing of this process is left: what the program sees, how it ends and what it prints on errors is as ever.

    Args:
        words: A file and its arguments, or "-m", a module and its arguments.
        tracking_uri, experiment_name: What the program uses if it does not choose; None for what is in force.
        redirects: Which stores are used for those that it names, each as FROM=TO.
        trust_policy: The file that says what it trusts of models; None for the one in force.
    """
    # Where the interpreter was told to look for this package in a way that its child is not told.
    extra = [] if ROOT in sys.path[1:] else [ROOT]
    environment = child_processes.program_environment(
        first=[DIRECTORY], last=extra, tracking_uri=tracking_uri, experiment_name=experiment_name, redirects=redirects,
        trust_policy=trust_policy,
    )  # fmt: skip
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, *words]
    if os.name == "nt":  # where the caller would not wait for whatever took the place of this process
        sys.exit(subprocess.call(command, env=environment))  # noqa: S603 - that is what the user asks for
    os.execve(sys.executable, command, environment)  # noqa: S606
