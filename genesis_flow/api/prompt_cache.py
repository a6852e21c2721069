"""Prompts that were loaded a moment ago, by store."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.settings import MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS, MLFLOW_VERSION_PROMPT_CACHE_TTL_SECONDS

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application

#: Of one prompt: its name, and the number or alias that it was asked for by.
Key = tuple[str, str]


@attrs.define(eq=False)
class PromptCache:
    """
    Loaded prompts, each until its time is over; forgotten with the store that they came from.

    What another process changes is seen when the time of an entry is over.
    """

    _entries: WeakKeyDictionary[Application, dict[Key, tuple[Any, float]]] = attrs.field(
        factory=WeakKeyDictionary, init=False
    )
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def get(self, store: Application, name: str, wanted: str) -> Any:
        """The prompt, None if it is not there or its time is over."""
        with self._lock:
            entries = self._entries.get(store, {})
            prompt, until = entries.get((name, wanted), (None, 0.0))
            if prompt is not None and time.monotonic() >= until:
                del entries[name, wanted]
                return None
            return prompt

    def put(self, store: Application, name: str, wanted: str, prompt: Any, seconds: float) -> None:
        """Keep a prompt for some seconds."""
        with self._lock:
            self._entries.setdefault(store, {})[name, wanted] = (prompt, time.monotonic() + seconds)

    def forget(self, store: Application, name: str, wanted: str | None = None) -> None:
        """Forget one entry of a prompt, or all of them."""
        with self._lock:
            entries = self._entries.get(store, {})
            for key in [key for key in entries if key[0] == name and wanted in (None, key[1])]:
                del entries[key]


def time_to_live(seconds: float | None, wanted: str) -> float:
    """
    For how long to keep a prompt that was asked for by the number or alias `wanted`.

    Raises:
        InvalidInput: `seconds` is negative, or not a number.
    """
    if seconds is None:
        by_number = wanted.isdecimal()
        variable = MLFLOW_VERSION_PROMPT_CACHE_TTL_SECONDS if by_number else MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS
        seconds = variable.get()
    if not seconds >= 0:
        raise InvalidInput("cache_ttl_seconds", "`cache_ttl_seconds` argument must be greater than or equal to 0.")
    return seconds
