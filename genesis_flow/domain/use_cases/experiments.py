"""Creating, reading, changing and finding experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from genesis_flow.domain.entities.experiment import Experiment, NewExperiment
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import EXPERIMENTS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import ExperimentQuery
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.ids import experiment_id as canonical_id
from genesis_flow.domain.values.keys import bounded_key
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.domain.values.locations import without_secret
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.policies import ArtifactRoot, page_limit
from genesis_flow.domain.values.text import shown, storable, within
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.experiments import ExperimentRepository


@attrs.frozen
class Experiments:
    """Everything that is done with experiments."""

    _experiments: ExperimentRepository
    _clock: Clock
    _root: ArtifactRoot

    def create(
        self,
        name: Any,
        *,
        artifact_location: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Experiment:
        """
        Create an experiment.

        Args:
            name: 1 to 500 characters, unique among all experiments, deleted ones included.
            artifact_location: An absolute URI or path of at most 2048 characters; None: below the store's root.
            tags: Texts by key.

        Raises:
            AlreadyExists: The name is taken.
            InvalidInput: A name, location or tag breaks its rule.

        Source: MLflow 3.17 `POST experiments/create`.
        """
        experiment = NewExperiment(
            name=_checked_name(name),
            artifact_location=_checked_location(artifact_location),
            artifact_root=self._root.uri,
            created_at=self._clock.now(),
            tags=_checked_tags(tags or {}),
        )
        return self._experiments.add(experiment)

    def get(self, experiment_id: Any) -> Experiment:
        """
        The experiment with this id, deleted or not.

        Raises:
            NotFound: No such experiment.
            InvalidInput: Not an experiment id.
        """
        return self._experiments.get(canonical_id(experiment_id))

    def get_by_name(self, name: Any) -> Experiment:
        """
        The experiment with this name, deleted or not.

        Raises:
            NotFound: No such experiment.
        """
        return self._experiments.get_by_name(storable("name", name))

    def find(
        self,
        *,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        view: View = View.ACTIVE_ONLY,
        max_results: Any = 1000,
        page_token: str | bytes | None = None,
    ) -> Page[Experiment]:
        """
        One page of the experiments that match a filter.

        Args:
            filter_string: Comparisons joined by AND, over attributes and tags.
            order_by: Texts `key [ASC|DESC]`; the default is the newest first.
            max_results: 1 to 50,000.

        Raises:
            InvalidSearch: The filter or order cannot be read.
            InvalidInput: Another argument breaks its rule.

        Source: MLflow 3.17 `POST experiments/search`.
        """
        query = ExperimentQuery(
            filter=bind_filter(filter_string, EXPERIMENTS),
            order=total_order(bind_order(order_by, EXPERIMENTS), EXPERIMENTS),
            view=view,
            limit=page_limit(max_results, limits.EXPERIMENTS_PER_PAGE),
            page_token=page_token,
        )
        return self._experiments.find(query)

    def rename(self, experiment_id: Any, name: Any) -> None:
        """
        Rename an active experiment.

        Raises:
            NotFound: No such experiment.
            InvalidState: The experiment is deleted.
            AlreadyExists: The name is taken.
            InvalidInput: The name breaks its rule.
        """
        checked = _checked_name(name)
        self._experiments.rename(canonical_id(experiment_id), checked, at=self._clock.now())

    def set_tags(self, experiment_id: Any, tags: Mapping[str, str]) -> None:
        """
        Set tags of an active experiment, all or none.

        Raises:
            NotFound: No such experiment.
            Inactive: The experiment is deleted.
            InvalidInput: A key or value breaks its rule.
        """
        checked = _checked_tags(tags)
        self._experiments.set_tags(canonical_id(experiment_id), checked, at=self._clock.now())

    def remove_tag(self, experiment_id: Any, key: Any) -> None:
        """
        Remove a tag of an active experiment.

        Raises:
            NotFound: No such experiment, or it has no such tag.
            Inactive: The experiment is deleted.
        """
        checked = storable("key", key)
        self._experiments.remove_tag(canonical_id(experiment_id), checked, at=self._clock.now())

    def delete(self, experiment_id: Any) -> None:
        """
        Mark an experiment and all of its runs as deleted.

        Raises:
            NotFound: No such active experiment.
        """
        self._experiments.remove(canonical_id(experiment_id), at=self._clock.now())

    def restore(self, experiment_id: Any) -> None:
        """
        Make a deleted experiment and all of its runs active again.

        Raises:
            NotFound: No such deleted experiment.
        """
        self._experiments.restore(canonical_id(experiment_id), at=self._clock.now())


def _checked_name(name: Any) -> str:
    if name is None or name == "":
        raise InvalidInput("name", f"Invalid experiment name: '{name}'")
    if not isinstance(name, str):
        raise InvalidInput("name", f"Invalid experiment name: {shown(name)}. Expects a string.")
    return within("name", limits.EXPERIMENT_NAME, storable("name", name))


def _checked_location(location: Any) -> str | None:
    if location is None or location == "":
        return None
    uri = storable("artifact_location", location)
    if len(uri) > limits.ARTIFACT_LOCATION:
        raise InvalidInput(
            "artifact_location",
            "Invalid artifact path length. The length of the artifact path cannot be greater than "
            f"{limits.ARTIFACT_LOCATION} characters.",
        )
    without_secret("artifact_location", uri)
    if uri.startswith("runs:"):
        raise InvalidInput(
            "artifact_location", f"Artifact location cannot be a runs:/ URI. Given: '{shown(uri)}'"
        )
    return uri


def _checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {
        bounded_key("key", "key", key): within("value", limits.EXPERIMENT_TAG_VALUE, storable("value", value))
        for key, value in tags.items()
    }
