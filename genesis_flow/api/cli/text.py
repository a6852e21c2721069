"""Text for terminals: what others wrote is shown literally and harmlessly, and passwords are not shown."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime
from typing import Final

from genesis_flow.domain.values.uris import redacted

# Joiners are invisible, but many scripts and emoji are misspelt without them.
_JOINERS: Final = frozenset("\u200c\u200d")
_HARMLESS: Final = frozenset({"Zs", "Co", "Cn"})
_URI: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://\S*@")
# The part before "@" is the name of a container there, unless a colon says that a password follows it.
_CONTAINER: Final = re.compile(r"(?:abfss?|wasbs?)://[^\s/:@]+@", re.IGNORECASE)


def clean(value: object) -> str:
    """`value` as one line of printable characters: control, bidirectional and other invisible ones are escaped."""
    text = str(value)
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable() or character in _JOINERS or unicodedata.category(character) in _HARMLESS:
        return character
    return character.encode("unicode_escape").decode()


def one_line(message: object) -> str:
    """A message that may have several lines as a single clean one, without passwords."""
    return clean(" ".join(without_passwords(str(message)).split()))


def without_passwords(text: str) -> str:
    """`text` with `***` for what stands before the "@" of any URI in it."""
    return _URI.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    return match[0] if _CONTAINER.fullmatch(match[0]) else f"{match[1]}://***@"


def shown_uri(uri: str) -> str:
    """A URI without user, password and query; containers of Azure storage keep their names, and paths are no URIs."""
    scheme, mark, rest = uri.partition("://")
    if not mark:
        return uri
    authority = rest.partition("/")[0]
    if _CONTAINER.fullmatch(f"{scheme}://{authority.rpartition('@')[0]}@"):
        return uri.partition("?")[0]
    return redacted(uri)


def number(value: float) -> str:
    """A metric value with at most six digits that count."""
    if math.isfinite(value):
        return f"{value:.6g}"
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def moment(milliseconds: int | None) -> str:
    """Milliseconds since the epoch as local date and time, "-" for none."""
    if milliseconds is None:
        return "-"
    try:
        return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds} ms"


def duration(started_at: int, ended_at: int | None) -> str:
    """The time between two moments in milliseconds, such as "3m 4s"; "-" for one that has no end."""
    if ended_at is None or ended_at < started_at:
        return "-"
    seconds = (ended_at - started_at) / 1000
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m" if hours < 48 else f"{hours // 24}d {hours % 24}h"


def size(size_bytes: int | None) -> str:
    """A size such as "1.5 MB" (powers of 1,000); "-" for none."""
    if size_bytes is None:
        return "-"
    amount = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
