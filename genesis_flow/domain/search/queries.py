"""What a repository is asked to find: bound, with every default filled in."""

from __future__ import annotations

import attrs

from genesis_flow.domain.search.ast import Filter, Order
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.domain.values.pages import Cursor, cursor_from_token


@attrs.frozen
class Query:
    """
    One page of a search.

    Attributes:
        filter: What to find.
        order: Every sort key in turn; use cases end it with keys that make it total.
        view: Which lifecycle stages to see.
        limit: Most items on the page, at least 1.
        page_token: Continues an earlier page of the same search.
    """

    filter: Filter = attrs.field(factory=Filter)
    order: Order = ()
    view: View = View.ACTIVE_ONLY
    limit: int = 1000
    page_token: str | bytes | None = None

    @property
    def fingerprint(self) -> str:
        """Short text that differs between searches whose tokens cannot be exchanged."""
        import hashlib  # loads a library that logging does not need

        seen = repr((self._scope(), self.filter, self.order, self.view))
        return hashlib.sha256(seen.encode("utf-8", "backslashreplace")).hexdigest()[:12]

    @property
    def cursor(self) -> Cursor | None:
        """
        The place to continue from, None for the first page.

        Raises:
            InvalidInput: The token is not one of this search.
        """
        return cursor_from_token(self.page_token, self.fingerprint, len(self.order))

    def _scope(self) -> tuple[str, ...]:
        return ()


@attrs.frozen
class RunQuery(Query):
    """
    One page of the runs of some experiments.

    The order ends in (started_at descending unless it is named before, id ascending).

    Attributes:
        experiment_ids: Canonical ids, without repetition; none finds nothing.
    """

    experiment_ids: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    def _scope(self) -> tuple[str, ...]:
        return tuple(sorted(self.experiment_ids))


@attrs.frozen
class ExperimentQuery(Query):
    """One page of experiments; the order ends in `id`, which compares as a number."""


@attrs.frozen
class RegistryQuery(Query):
    """
    A search in the model registry; nothing there has a lifecycle stage, so `view` means nothing.

    Attributes:
        sees_prompts: Whether prompts can match: what has `PROMPT_TAG` with the value "true". Where the filter
            asks for them, it says so itself.
    """

    sees_prompts: bool = attrs.field(default=False, kw_only=True)

    def _scope(self) -> tuple[str, ...]:
        return (type(self).__name__, str(self.sees_prompts))


@attrs.frozen
class RegisteredModelQuery(RegistryQuery):
    """One page of registered models; the order ends in `name`."""


@attrs.frozen
class ModelVersionQuery(RegistryQuery):
    """One page of model versions; the order ends in `name` and `version`."""


@attrs.frozen
class LoggedModelQuery(Query):
    """
    One page of the logged models of some experiments.

    The order ends in (created_at descending unless it is named before, id ascending).

    Attributes:
        experiment_ids: Canonical ids, without repetition; none finds nothing.
    """

    experiment_ids: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    def _scope(self) -> tuple[str, ...]:
        return tuple(sorted(self.experiment_ids))
