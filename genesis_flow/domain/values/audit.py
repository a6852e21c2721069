"""What a stored file would make if it were loaded."""

from __future__ import annotations

from enum import StrEnum

import attrs


class Verdict(StrEnum):
    """What is said of a name that a file uses."""

    ALLOWED = "allowed"
    TRUSTED = "trusted"
    TRUSTABLE = "can be trusted"
    REFUSED = "refused"


@attrs.frozen(order=True)
class AuditedName:
    """A class or function that a file uses, by its full name."""

    name: str
    verdict: Verdict


@attrs.frozen
class FileAudit:
    """
    What one file would make.

    Attributes:
        path: The file, relative to where the audit began.
        format: What the file is: "pickle", "skops", "torch", "npz", "safetensors", "python code", "other", ...
        names: What it uses, in order of name; empty for formats without names.
        problem: Why it would not be loaded; "" if it would be.
    """

    path: str
    format: str
    names: tuple[AuditedName, ...] = ()
    problem: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether it would be loaded."""
        return not self.problem
