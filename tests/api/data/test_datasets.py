"""Datasets have the digests, schemas and profiles that MLflow gives them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from genesis_flow.api.data import (
    DatasetSource,
    MetaDataset,
    from_numpy,
    from_pandas,
    get_source,
)
from genesis_flow.api.data.code_dataset_source import CodeDatasetSource
from genesis_flow.api.data.http_dataset_source import HTTPDatasetSource
from genesis_flow.api.data.numpy_dataset import NumpyDataset
from genesis_flow.api.data.pandas_dataset import PandasDataset
from genesis_flow.api.entities import DatasetInput
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.schema import ColSpec, Schema
from tests.api.data.samples import ARRAYS, DICTS, FACTS, FRAMES

SOURCE = HTTPDatasetSource("http://x/y.csv")


def _facts(dataset: Any) -> dict[str, str | None]:
    content = dataset.to_dict()
    return {key: content[key] for key in ("digest", "schema", "profile")}


def test_the_facts_cover_the_samples() -> None:
    """Each sample has a fact, and each fact a sample."""
    assert (set(FACTS["frames"]), set(FACTS["arrays"])) == (set(FRAMES), {*ARRAYS, *DICTS})


@pytest.mark.parametrize("name", FRAMES)
def test_frames(name: str) -> None:
    """A frame has the digest, the schema and the profile that MLflow gives it."""
    assert FACTS["frames"][name] == _facts(from_pandas(FRAMES[name](), SOURCE))


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name: str) -> None:
    """An array has the digest, the schema and the profile that MLflow gives it."""
    assert FACTS["arrays"][name] == _facts(from_numpy(ARRAYS[name], SOURCE))


@pytest.mark.parametrize("name", DICTS)
def test_dicts_of_arrays(name: str) -> None:
    """So have dicts of arrays, and targets."""
    features, targets = DICTS[name]
    assert FACTS["arrays"][name] == _facts(from_numpy(features, SOURCE, targets))


def test_what_changes_a_digest() -> None:
    """Values, index, column names and the number of rows count; rows beyond 10,000 do not."""
    frame = FRAMES["big"]()
    digest = from_pandas(frame, SOURCE).digest
    other_last_row = frame.copy()
    other_last_row.iloc[-1] = 0
    assert digest == from_pandas(other_last_row, SOURCE).digest
    other_row = frame.copy()
    other_row.iloc[9_999] = 0
    others = (other_row, frame.rename(columns={"a": "b"}), frame.iloc[:10_000], frame.set_index(frame.index + 1))
    assert digest not in {from_pandas(other, SOURCE).digest for other in others}


def test_a_dataset_made_from_pandas() -> None:
    """Names, digest, targets and predictions are those that were given."""
    frame = FRAMES["mixed"]()
    dataset = from_pandas(frame, SOURCE, targets="Age", name="n", digest="d", predictions="Score")
    assert ("n", "d", "Age", "Score") == (dataset.name, dataset.digest, dataset.targets, dataset.predictions)
    assert isinstance(dataset, PandasDataset)
    assert frame is dataset.df
    parts = dataset.to_pyfunc()
    assert ["Name", "Score", "Ok"] == list(parts.inputs.columns)
    assert frame["Age"].equals(parts.outputs)
    assert from_pandas(frame, SOURCE).to_pyfunc().outputs is None


@pytest.mark.parametrize("label", ["targets", "predictions"])
def test_missing_columns_are_refused(label: str) -> None:
    """Targets and predictions name columns."""
    with pytest.raises(MlflowException, match=f"does not contain the specified {label} column 'zz'") as caught:
        from_pandas(FRAMES["ints"](), SOURCE, **{label: "zz"})
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


def test_a_dataset_made_from_numpy() -> None:
    """Features and targets are those that were given; names have a default."""
    dataset = from_numpy(ARRAYS["2d"], SOURCE, ARRAYS["1d"])
    assert isinstance(dataset, NumpyDataset)
    assert (ARRAYS["2d"] is dataset.features, ARRAYS["1d"] is dataset.targets) == (True, True)
    assert ("dataset", dataset.features) == (dataset.name, dataset.to_pyfunc().inputs)
    assert {"features_shape": (2, 3), "features_size": 6, "features_nbytes": 48} == from_numpy(
        ARRAYS["2d"], SOURCE
    ).profile


def test_no_arrays_have_no_digest() -> None:
    """A dict without arrays is refused."""
    with pytest.raises(MlflowException, match="No hashable elements were provided"):
        from_numpy({}, SOURCE)


@pytest.mark.parametrize(
    ("name", "schema", "digest"),
    [
        (None, None, "e25ef058"),
        ("n", None, "7d39fd50"),
        ("n", [ColSpec("string", name="text"), ColSpec("integer", name="label", required=False)], "10a5b662"),
    ],
)
def test_descriptions_without_data(name: str | None, schema: list[ColSpec] | None, digest: str) -> None:
    """A dataset without its data has the digest that MLflow computes of its description."""
    dataset = MetaDataset(SOURCE, name=name, schema=Schema(schema) if schema else None)
    expected = schema and json.dumps({"mlflow_colspec": [column.to_dict() for column in schema]})
    assert (digest, expected) == (dataset.digest, dataset.to_dict().get("schema"))


def test_the_form_that_is_stored() -> None:
    """What is stored with a run is the name, digest, source, schema and profile as texts."""
    stored = from_pandas(FRAMES["ints"](), "http://x/y.csv", name="n")._to_mlflow_entity()
    assert {
        "name": "n",
        "digest": "c247459b",
        "source_type": "http",
        "source": '{"url": "http://x/y.csv"}',
        "schema": '{"mlflow_colspec": [{"type": "long", "name": "a", "required": true}]}',
        "profile": '{"num_rows": 3, "num_elements": 3}',
    } == stored.to_dictionary()


def test_json_of_a_dataset() -> None:
    """`to_json` is `to_dict` as JSON."""
    dataset = from_numpy(ARRAYS["1d"], SOURCE)
    assert dataset.to_dict() == json.loads(dataset.to_json())


def test_sources_are_found_again() -> None:
    """The source of a dataset is that of what was stored with a run."""
    dataset = from_pandas(FRAMES["ints"](), SOURCE)
    entity = dataset._to_mlflow_entity()
    assert SOURCE is get_source(dataset)
    for stored in (entity, DatasetInput(entity, [])):
        found = get_source(stored)
        assert (HTTPDatasetSource, SOURCE.to_dict()) == (type(found), found.to_dict())
    with pytest.raises(MlflowException, match="Unrecognized dataset type <class 'int'>"):
        get_source(5)  # type: ignore[arg-type]  # that is the point


def test_without_a_source_it_is_the_code() -> None:
    """If no source is given, it is described by the tags of the code that runs."""
    for dataset in (from_pandas(pd.DataFrame({"a": [1]})), from_numpy(np.arange(1))):
        assert isinstance(dataset.source, CodeDatasetSource)
        assert {"mlflow.user", "mlflow.source.name", "mlflow.source.type"} <= set(dataset.source.to_dict()["tags"])


def test_a_source_of_ones_own() -> None:
    """A source object is taken as it is."""

    class Mine(DatasetSource):
        """A source."""

    mine = Mine()
    assert mine is from_pandas(pd.DataFrame({"a": [1]}), mine).source
