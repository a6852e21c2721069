"""What runs used and produced, checked before it is stored."""

from __future__ import annotations

from typing import Any

from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.run import ModelOutput
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.numbers import whole
from genesis_flow.domain.values.text import shown, storable, within


def checked_input(row: DatasetInput) -> DatasetInput:
    """The use of a dataset, if it can be stored; else `InvalidInput`."""
    dataset = row.dataset
    checked = Dataset(
        name=within("name", limits.DATASET_NAME, _of_input("Dataset", "name", dataset.name)),
        digest=within("digest", limits.DATASET_DIGEST, _of_input("Dataset", "digest", dataset.digest)),
        source_type=_of_input("Dataset", "source_type", dataset.source_type),
        source=within("source", limits.DATASET_SOURCE, _of_input("Dataset", "source", dataset.source)),
        schema=_optional("schema", limits.DATASET_SCHEMA, dataset.schema),
        profile=_optional("profile", limits.DATASET_PROFILE, dataset.profile),
    )
    tags = {
        within("key", limits.INPUT_TAG_KEY, _of_input("InputTag", "key", key)): within(
            "value", limits.INPUT_TAG_VALUE, storable("value", _not_none("InputTag", "value", value))
        )
        for key, value in row.tags.items()
    }
    return DatasetInput(checked, tags)


def _of_input(owner: str, field: str, value: Any) -> str:
    return _required(field, _not_none(owner, field, value))


def _not_none(owner: str, field: str, value: Any) -> Any:
    if value is None:
        raise InvalidInput(field, f"{owner} {field} cannot be None")
    return value


def _required(field: str, value: Any) -> str:
    if value is None or value == "":
        raise InvalidInput(field, f"Missing value for required parameter '{field}'.")
    return storable(field, value)


def _optional(field: str, limit: int, value: Any) -> str | None:
    return None if value is None else within(field, limit, storable(field, value))


def checked_output(row: ModelOutput) -> ModelOutput:
    """What a run produced, if it can be stored; else `InvalidInput`."""
    step = whole(row.step)
    if step is None or not limits.INT64_MIN <= step <= limits.INT64_MAX:
        raise InvalidInput("step", f"Invalid value {shown(row.step)} for parameter 'step' supplied.")
    return ModelOutput(_required("model_id", row.model_id), step)
