"""Schemas: what they hold, how they are written and read, and how types go together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from genesis_flow.api.data import from_numpy, from_pandas
from genesis_flow.api.data.schema import TensorDatasetSchema
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.column_types import AnyType, Array, ColumnType, DataType, Map, Object, Property, merged
from genesis_flow.api.types.schema import ColSpec, Schema, TensorSpec
from tests.api.data.samples import ARRAYS, DICTS, FRAMES
from tests.api.data.test_datasets import SOURCE

LONG, TEXT, ANY = DataType.long, DataType.string, AnyType()
XY = Object([Property("y", TEXT, required=False), Property("x", LONG)])


@pytest.mark.parametrize("name", ["mixed", "nan", "dtypes", "dict2", "nested2", "listdict", "allnone", "intcols"])
def test_schemas_of_columns_are_read_back(name: str) -> None:
    """What `to_json` writes, `from_json` reads."""
    schema = from_pandas(FRAMES[name](), SOURCE).schema
    assert schema is not None
    assert schema == Schema.from_json(schema.to_json())


def test_schemas_of_tensors_are_read_back() -> None:
    """So it is for tensors, with and without names."""
    for features, targets in ((ARRAYS["2d"], None), (ARRAYS["str"], ARRAYS["bytes"]), DICTS["dict"]):
        schema = from_numpy(features, SOURCE, targets).schema
        assert schema is not None
        assert schema == TensorDatasetSchema.from_dict(schema.to_dict())
    with pytest.raises(MlflowException, match="missing expected key 'mlflow_tensorspec'"):
        TensorDatasetSchema.from_dict({})


def test_maps_are_read_back() -> None:
    """Types that no inference gives are written and read too."""
    schema = Schema([ColSpec(Map(Array(XY)), name="m")])
    assert schema == Schema.from_json(schema.to_json())
    assert "['m': Map(str -> Array({x: long (required), y: string (optional)})) (required)]" == repr(schema)


def test_what_a_schema_says() -> None:
    """Names, types and what may lack values are told."""
    schema = from_pandas(FRAMES["nan"](), SOURCE).schema
    assert schema is not None
    assert (["a", "b"], [], ["a", "b"]) == (
        schema.input_names(), schema.required_input_names(), schema.optional_input_names()
    )
    assert ([DataType.double, TEXT], 2, False, True) == (
        schema.input_types(), len(schema), schema.is_tensor_spec(), schema.has_input_names()
    )
    assert "['a': double (optional), 'b': string (optional)]" == repr(schema)
    tensors = from_numpy(ARRAYS["2d"], SOURCE).schema
    assert "features:\n  [Tensor('float64', (-1, 3))]\ntargets:\n  None\n" == repr(tensors)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ([], "empty inputs"),
        ([ColSpec("long"), ColSpec("long", name="a")], "named and unnamed"),
        ([ColSpec("long"), TensorSpec(np.dtype("int64"), [-1])], "ColSpec and TensorSpec"),
        ([TensorSpec(np.dtype("int64"), [-1])] * 2, "multiple unnamed TensorSpecs"),
        ([ColSpec("long", required=False)], "unnamed optional"),
    ],
)
def test_schemas_that_make_no_sense(inputs: Any, reason: str) -> None:
    """A schema has inputs of one kind, all with names or none."""
    with pytest.raises(MlflowException, match=reason):
        Schema(inputs)


@pytest.mark.parametrize(
    "content", ['[{"type": "nope"}]', '[{"type": "array"}]', '[{"type": null}]', '[{"name": "a"}]']
)
def test_unknown_types_are_refused(content: str) -> None:
    """A type that does not exist is named."""
    with pytest.raises(MlflowException, match="Unsupported type in a schema"):
        Schema.from_json(content)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (LONG, LONG, LONG),
        (ANY, LONG, LONG),
        (LONG, ANY, LONG),
        (Array(LONG), Array(ANY), Array(LONG)),
        (Array(Array(ANY)), Array(Array(TEXT)), Array(Array(TEXT))),
        (Map(ANY), Map(LONG), Map(LONG)),
        (Object([Property("x", LONG)]), XY, XY),
        (
            Object([Property("x", LONG)]),
            Object([Property("y", TEXT)]),
            Object([Property("x", LONG, False), Property("y", TEXT, False)]),
        ),
        (XY, ANY, Object([Property("x", LONG, False), Property("y", TEXT, False)])),
        (
            Object([Property("x", ANY, False)]),
            Object([Property("x", LONG)]),
            Object([Property("x", LONG, False)]),
        ),
    ],
)
def test_types_that_go_together(one: ColumnType, other: ColumnType, both: ColumnType) -> None:
    """Two types have one that holds values of both, in either order; missing entries become optional."""
    assert (both, both) == (merged(one, other), merged(other, one))


@pytest.mark.parametrize(
    ("one", "other"),
    [(LONG, TEXT), (LONG, Array(LONG)), (Array(LONG), Array(TEXT)), (XY, Array(LONG)), (Map(LONG), XY),
     (XY, Object([Property("x", TEXT)]))],
)  # fmt: skip
def test_types_that_do_not_go_together(one: ColumnType, other: ColumnType) -> None:
    """Different types have none in common."""
    for pair in ((one, other), (other, one)):
        with pytest.raises(ValueError, match="do not go together"):
            merged(*pair)
