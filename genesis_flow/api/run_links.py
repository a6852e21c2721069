"""What runs used and produced, as far as this process noted it: so that metrics find their models without a look."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api import session

#: More runs than these are forgotten: what they used and produced is looked up again.
_MOST: Final = 10_000


class RunLinks:
    """The logged models of the steps of runs, and what runs are known to have used."""

    def __init__(self) -> None:
        self._outputs: dict[tuple[str, int], tuple[str, ...]] = {}
        self._inputs: dict[str, set[Any]] = {}

    def note_output(self, run_id: str, model_id: str, step: int) -> None:
        """Note that a run produced a logged model at a step, so that metrics of that step find it."""
        if len(self._outputs) >= _MOST:
            self._outputs.clear()
        known = self._outputs.get((run_id, step), ())
        if model_id not in known:
            self._outputs[run_id, step] = (*known, model_id)

    def models_of(self, run_id: str, step: int) -> tuple[str, ...]:
        """The logged models that a metric of a run belongs to: the active one, else those known to be of this step."""
        model_id = session.active_model_id()
        return self._outputs.get((run_id, step), ()) if model_id is None else (model_id,)

    def known_inputs(self, run_id: str) -> set[Any]:
        """What a run is known to have used or produced: ids of logged models, (name, digest) of datasets."""
        if len(self._inputs) >= _MOST:
            self._inputs.clear()
        return self._inputs.setdefault(run_id, set())


def run_links() -> RunLinks:
    """Those of this process."""
    return session.shared(session.RUN_LINKS, RunLinks)
