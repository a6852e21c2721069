"""Documents that a retriever found."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass
class Document:
    """
    A document that a retriever found.

    Attributes:
        page_content: Its text.
        metadata: What else is known of it.
        id: Its id, if it has one.
    """

    page_content: str
    metadata: dict[str, Any] = field(default_factory=dict)
    id: str | None = None

    @classmethod
    def from_langchain_document(cls, document: Any) -> Self:
        """The same document as LangChain's `document`."""
        return cls(document.page_content, deepcopy(document.metadata), getattr(document, "id", None))

    @classmethod
    def from_llama_index_node_with_score(cls, node_with_score: Any) -> Self:
        """The same document as LlamaIndex's `node_with_score`, its score among the metadata."""
        metadata = {"score": node_with_score.get_score()} | deepcopy(node_with_score.metadata)
        return cls(node_with_score.get_content(), metadata, node_with_score.node_id)

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return asdict(self)
