"""
Loaded models as functions.

Source: MLflow `mlflow.pyfunc.PyFuncModel`.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.contexts import Context, get_prediction_context, set_prediction_context
from genesis_flow.api.models.enforcement import enforced_params, validated_input
from genesis_flow.domain.entities.model_record import FUNCTION
from genesis_flow.domain.errors import CorruptRecord
from genesis_flow.domain.values.text import shown

if TYPE_CHECKING:
    from genesis_flow.api.models.mlmodel import Model

__all__ = ["PyFuncModel", "function_model"]

_log = logging.getLogger(__name__)


class PyFuncModel:
    """A loaded model, of whatever flavor, as a function; made by `load_model`."""

    def __init__(
        self,
        model_meta: Model,
        model_impl: Any,
        predict_fn: str = "predict",
        predict_stream_fn: str | None = None,
        model_id: str | None = None,
    ) -> None:
        if not hasattr(model_impl, predict_fn):
            raise MlflowException(f"Model implementation is missing required {predict_fn} method.")
        if not model_meta:
            raise MlflowException("Model is missing metadata.")
        self._model_meta = model_meta
        self._model_impl = model_impl
        self._predict_fn = getattr(model_impl, predict_fn)
        self._predict_stream_fn = getattr(model_impl, predict_stream_fn, None) if predict_stream_fn else None
        self._model_id = model_id
        self._input_example: Any = None

    @property
    def model_id(self) -> str | None:
        """The id of the logged model; None if it never was one."""
        return self._model_id

    @property
    def metadata(self) -> Model:
        """What the model says about itself."""
        return self._model_meta

    @property
    def model_config(self) -> Any:
        """The configuration that the model was saved with."""
        return self._model_meta.flavors[FUNCTION].get("config", {})

    @property
    def loader_module(self) -> str | None:
        """What MLflow loads the model with."""
        found: str | None = self._model_meta.flavors.get(FUNCTION, {}).get("loader_module")
        return found

    @property
    def input_example(self) -> Any:
        """The example that the model was saved with."""
        return self._input_example

    @input_example.setter
    def input_example(self, value: Any) -> None:
        self._input_example = value

    @translating_errors
    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """
        What the model says about `data`.

        Args:
            data: A frame, array, sparse matrix, dict, list or single value. If the model has a signature, it is
                converted as that wants it, and refused where something would be lost.
            params: What the model is told besides, by the names in its signature.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: The data or params do not fit the signature.
        """
        context = get_prediction_context() or Context()
        with set_prediction_context(context):
            if self._model_id:
                context.update(model_id=self._model_id)
            return self._predicted(data, params)

    def _predicted(self, data: Any, params: Any) -> Any:
        signature = self._model_meta.signature
        schema = self._model_meta.get_input_schema()
        if signature is not None and signature._is_signature_from_type_hint:
            told = enforced_params(params, self._model_meta.get_params_schema())
        else:
            data, told = self._checked(data, params, schema)
        return self._called(self._predict_fn, data, told)

    @translating_errors
    def predict_stream(self, data: Any, params: dict[str, Any] | None = None) -> Iterator[Any]:
        """
        What the model says about `data`, piece by piece; see `predict`.

        Raises:
            MlflowException: The model cannot do that.
        """
        if self._predict_stream_fn is None:
            raise MlflowException("This model does not support predict_stream method.")
        data, told = self._checked(data, params, self._model_meta.get_input_schema())
        data = _one_of(data)
        found: Iterator[Any] = self._called(self._predict_stream_fn, data, told)
        return found

    def unwrap_python_model(self) -> Any:
        """
        The object that a user wrote.

        Raises:
            MlflowException: The model is of another kind.
        """
        found = getattr(self._model_impl, "python_model", None)
        if found is None:
            raise MlflowException("Unable to retrieve base model object from pyfunc.")
        return found

    def get_raw_model(self) -> Any:
        """
        The model as its own library knows it.

        Raises:
            NotImplementedError: What loaded it does not say.
        """
        if not hasattr(self._model_impl, "get_raw_model"):
            raise NotImplementedError("`get_raw_model` is not implemented by the underlying model")
        return self._model_impl.get_raw_model()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PyFuncModel) and self._model_meta == other._model_meta

    __hash__ = None  # type: ignore[assignment]  # as Model

    def __repr__(self) -> str:
        known = {"run_id": self._model_meta.run_id, "artifact_path": self._model_meta.artifact_path}
        info = {name: value for name, value in known.items() if value is not None} | {"flavor": self.loader_module}
        return session.model_directories().files.render({"mlflow.pyfunc.loaded_model": info})

    def _checked(self, data: Any, params: Any, schema: Any) -> tuple[Any, Any]:
        if schema is not None:
            data = validated_input(data, schema)
        told = enforced_params(params, self._model_meta.get_params_schema())
        signature = self._model_meta.signature
        if signature is not None and signature._is_type_hint_from_example and self._input_example is not None:
            data = _like(data, self._input_example)
        return data, told

    @staticmethod
    def _called(function: Any, data: Any, params: Any) -> Any:
        known = inspect.signature(function).parameters.get("params")
        if known is not None and known.kind is not inspect.Parameter.VAR_KEYWORD:
            return function(data, params=params)
        if params:
            _log.warning("The model does not take params, so they are ignored: %s", sorted(params))
        return function(data)


def function_model(meta: Model, noted: Mapping[str, Any], function: Any) -> PyFuncModel:
    """
    A loaded model as a function; `noted` is what its record says about it as such.

    Raises:
        CorruptRecord: The record leads to what is no function of the model.
    """
    stream = "predict_stream" if noted.get("streamable") else None
    return PyFuncModel(meta, function, _public(noted.get("predict_fn") or "predict"), stream, meta.model_id)


def _public(name: object) -> str:
    """The name of what predicts, which a record must not lead to what Python keeps to itself."""
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise CorruptRecord(f"The model's predict_fn is not the name of a function: {shown(name)}.")
    return name


def _one_of(data: Any) -> Any:
    """The one input of a stream, out of what a signature made of it."""
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        if len(data) != 1:
            raise MlflowException(f"'predict_stream' requires single input, but it got input data {data}")
        row = data.iloc[0].to_dict()
        return row[0] if list(row) == [0] else row
    if isinstance(data, list):
        if len(data) != 1:
            raise MlflowException(f"'predict_stream' requires single input, but it got input data {data}")
        return data[0]
    return data


def _like(data: Any, example: Any) -> Any:
    """A frame as what an example of the model's input was, before the signature made a frame of it."""
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        return data
    if isinstance(example, list):
        if example and isinstance(example[0], dict):
            return data.to_dict(orient="records")
        return data.iloc[:, 0].tolist()
    if isinstance(example, dict) and len(data) == 1:
        return data.iloc[0].to_dict()
    if isinstance(example, str | bytes | bool | int | float) and data.shape == (1, 1):
        return data.iloc[0, 0]
    return data
