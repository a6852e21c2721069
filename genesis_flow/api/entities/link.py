"""Links between spans of different traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from genesis_flow.api.entities._mlflow_object import _MlflowObject


@dataclass
class Link(_MlflowObject):
    """
    A link to a span of another trace.

    Attributes:
        trace_id: The trace that the span belongs to.
        span_id: 16 hex digits.
        attributes: What can be said of the link, as JSON values by name.
    """

    trace_id: str
    span_id: str
    attributes: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return {"trace_id": self.trace_id, "span_id": self.span_id, "attributes": self.attributes}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The link that `to_dict` wrote."""
        return cls(data["trace_id"], data["span_id"], data.get("attributes"))
