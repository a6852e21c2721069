"""Which model a prompt is for, and how it is called."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Self


@dataclass(kw_only=True)
class PromptModelConfig:
    """
    Which model a prompt is for, and how it is called.

    Attributes:
        provider, model_name: Such as "openai" and "gpt-4".
        temperature: From 0. max_tokens, top_k: From 1. top_p: From 0 to 1.
        extra_params: What only some providers know.

    Raises:
        ValueError: A number is out of its range, or not a number.
    """

    provider: str | None = None
    model_name: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    top_k: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop_sequences: list[str] | None = None
    extra_params: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("temperature", "top_p", "frequency_penalty", "presence_penalty"):
            _require(name, getattr(self, name), float, name in ("temperature", "top_p"), 0)
        for name in ("max_tokens", "top_k"):
            _require(name, getattr(self, name), int, True, 1)
        if self.top_p is not None and self.top_p > 1:
            raise ValueError(f"top_p must be at most 1, got {self.top_p}")
        for name in ("provider", "model_name"):
            if not isinstance(getattr(self, name), (str, type(None))):
                raise ValueError(f"{name} must be a text, got {getattr(self, name)!r}")
        sequences = self.stop_sequences
        if sequences is not None and not (isinstance(sequences, list) and all(isinstance(s, str) for s in sequences)):
            raise ValueError(f"stop_sequences must be a list of texts, got {sequences!r}")
        if not isinstance(self.extra_params, dict):
            raise ValueError(f"extra_params must be a dict, got {self.extra_params!r}")

    def to_dict(self) -> dict[str, Any]:
        """What is not None, by name, with `extra_params` beside the others."""
        known = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "extra_params"}
        return {name: value for name, value in known.items() if value is not None} | self.extra_params

    @classmethod
    def from_dict(cls, config_dict: dict[str, Any]) -> Self:
        """The configuration that `to_dict` wrote; unknown names become `extra_params`."""
        known = {each.name for each in fields(cls)} - {"extra_params"}
        extra = {name: value for name, value in config_dict.items() if name not in known}
        return cls(**{name: config_dict[name] for name in config_dict if name in known}, extra_params=extra)


def _require(name: str, value: Any, kind: type, is_bounded: bool, least: int) -> None:
    if value is None:
        return
    fits = isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
    if not fits:
        raise ValueError(f"{name} must be a number, got {value!r}")
    if is_bounded and not value >= least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
