"""
What the file `MLmodel` of a model says, as an object.

Source: MLflow `mlflow.models.model`.
"""

from __future__ import annotations

import datetime
import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.model_info import ModelInfo
from genesis_flow.api.models.model_signature import ModelSignature
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from genesis_flow.domain.entities.model_record import RECORD_FILE

if TYPE_CHECKING:
    from genesis_flow.api.entities import LoggedModel

MLMODEL_FILE_NAME: Final = RECORD_FILE
MODEL_CONFIG: Final = "config"
MODEL_CODE_PATH: Final = "model_code_path"


def _new_id() -> str:
    return uuid.uuid4().hex


def _noted(name: str, doc: str) -> Any:
    """A property that is kept under its own name."""

    def get(model: Model) -> Any:
        return vars(model)[name]

    def change(model: Model, value: Any) -> None:
        vars(model)[name] = value

    return property(get, change, doc=doc)


class Model:
    """What the file `MLmodel` of a model says. Keys that nobody knows are kept, and are attributes too."""

    auth_policy = _noted("auth_policy", "Kept, and not used here.")
    env_vars = _noted("env_vars", "Names of environment variables that the model reads.")
    metadata = _noted("metadata", "What the model's author noted.")
    model_size_bytes = _noted("model_size_bytes", "How large its files are.")
    resources = _noted("resources", "Kept, and not used here.")
    saved_input_example_info = _noted("saved_input_example_info", "What is known of the files of its example.")
    signature = _noted("signature", "What it takes and gives, a `ModelSignature` or None.")

    def __init__(
        self,
        artifact_path: str | None = None,
        run_id: str | None = None,
        utc_time_created: Any = None,
        flavors: dict[str, Any] | None = None,
        signature: Any = None,
        saved_input_example_info: dict[str, Any] | None = None,
        model_uuid: str | Callable[[], str] | None = _new_id,
        mlflow_version: str | None = COMPATIBLE_MLFLOW_VERSION,
        metadata: dict[str, Any] | None = None,
        model_size_bytes: int | None = None,
        resources: Any = None,
        env_vars: list[str] | None = None,
        auth_policy: Any = None,
        model_id: str | None = None,
        prompts: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.artifact_path = artifact_path
        self.run_id = run_id
        self.utc_time_created = str(utc_time_created or datetime.datetime.now(datetime.UTC).replace(tzinfo=None))
        self.flavors = {} if flavors is None else flavors
        self.signature = signature
        self.saved_input_example_info = saved_input_example_info
        self.model_uuid = model_uuid() if callable(model_uuid) else model_uuid
        self.mlflow_version = mlflow_version
        self.metadata = metadata
        self.model_size_bytes = model_size_bytes
        self.resources = resources
        self.env_vars = env_vars
        self.auth_policy = auth_policy
        self.model_id = model_id
        self.prompts = prompts
        self._further = dict(kwargs)

    def __getattr__(self, name: str) -> Any:
        further = self.__dict__.get("_further", {})
        if name not in further:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return further[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it is changed

    def __str__(self) -> str:
        return self.to_yaml()

    def get_input_schema(self) -> Any:
        """The schema of what the model takes; None if nothing is said."""
        return self.signature.inputs if self.signature is not None else None

    def get_output_schema(self) -> Any:
        """The schema of what the model gives; None if nothing is said."""
        return self.signature.outputs if self.signature is not None else None

    def get_params_schema(self) -> Any:
        """The schema of what the model can be told besides; None if nothing is said."""
        return self.signature.params if self.signature is not None else None

    def get_serving_input(self, path: str) -> str | None:
        """
        The text that a server of the model would be sent for its example; None for none.

        Args:
            path: URI or directory of the model.
        """
        info = self.saved_input_example_info or {}
        return _file(path, info["serving_input_path"]) if "serving_input_path" in info else None

    def load_input_example(self, path: str | None = None) -> Any:
        """
        The example that was saved with the model; None for none.

        Args:
            path: URI or directory of the model; None for where it was logged.

        Raises:
            FileNotFoundError: The file is missing.
        """
        from genesis_flow.api.models.examples import read_example

        info = self.saved_input_example_info
        if info is None:
            return None
        if path is None:
            path = f"runs:/{self.run_id}/{self.artifact_path}" if self.model_id is None else self.artifact_path
        return read_example(info, _file(str(path), info["artifact_path"]), self.get_input_schema())

    def load_input_example_params(self, path: str) -> Any:
        """What the model is told besides in its example; None for nothing. See `load_input_example`."""
        from genesis_flow.api.models.examples import read_example_params

        info = self.saved_input_example_info
        return None if info is None else read_example_params(info, _file(str(path), info["artifact_path"]))

    def add_flavor(self, name: str, **params: Any) -> Model:
        """Note how the model is loaded as the flavor `name`."""
        self.flavors[name] = params
        return self

    def get_model_info(self, logged_model: LoggedModel | None = None) -> ModelInfo:
        """What is known of the model, once it is stored."""
        if self.model_id is not None:
            uri = f"models:/{self.model_id}"
        else:
            uri = f"runs:/{self.run_id}/{self.artifact_path}"
        return ModelInfo(
            artifact_path=self.artifact_path or "",
            flavors=self.flavors,
            model_uri=uri,
            model_uuid=self.model_uuid or "",
            run_id=self.run_id,
            saved_input_example_info=self.saved_input_example_info,
            signature=self.signature,
            utc_time_created=self.utc_time_created,
            mlflow_version=self.mlflow_version,
            metadata=self.metadata,
            prompts=self.prompts,
            env_vars=self.env_vars,
            logged_model=logged_model,
        )

    def get_tags_dict(self) -> dict[str, Any]:
        """What is noted about the model in a tag of its run."""
        found = self.to_dict()
        tags = {
            key: value
            for key, value in found.items()
            if key in ("run_id", "utc_time_created", "artifact_path", "model_uuid")
        }
        flavors = {
            name: {key: value for key, value in noted.items() if key != MODEL_CONFIG}
            for name, noted in found["flavors"].items()
        }
        return tags | {"flavors": flavors}

    def to_dict(self) -> dict[str, Any]:
        """Everything that the file says, by its keys."""
        found = {name: value for name, value in vars(self).items() if not name.startswith("_")} | self._further
        if self.signature is not None:
            found["signature"] = self.signature.to_dict()
            found["is_signature_from_type_hint"] = self.signature._is_signature_from_type_hint
            found["type_hint_from_example"] = self.signature._is_type_hint_from_example
        return {name: value for name, value in found.items() if value is not None or name in _NOTED_EVEN_IF_NONE}

    def to_yaml(self, stream: IO[str] | None = None) -> str:
        """The text of the file; with a stream it is written there, and returned all the same."""
        text = session.model_directories().files.render(self.to_dict())
        if stream is not None:
            stream.write(text)
        return text

    def to_json(self) -> str:
        """What the file says, as JSON."""
        return json.dumps(self.to_dict())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file `path`."""
        Path(path).write_text(self.to_yaml(), encoding="utf-8")

    @classmethod
    @translating_errors
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """
        What the model at `path` says.

        Args:
            path: URI or directory of a model, or its file `MLmodel`.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, DATA_LOSS, INVALID_PARAMETER_VALUE.
        """
        from genesis_flow.api.models.locating import located_record

        return cls.from_dict(dict(located_record(str(path)).content))

    @classmethod
    def from_dict(cls, model_dict: dict[str, Any]) -> Model:
        """The model of which `to_dict` gave this, in this or an earlier version of MLflow."""
        content = {"model_uuid": None, "mlflow_version": None, **model_dict}
        if isinstance(content.get("signature"), dict):
            signature = ModelSignature.from_dict(content["signature"])
            signature._is_signature_from_type_hint = bool(content.pop("is_signature_from_type_hint", False))
            signature._is_type_hint_from_example = bool(content.pop("type_hint_from_example", False))
            content["signature"] = signature
        if not all(isinstance(key, str) for key in content) or "self" in content:
            raise MlflowException.invalid_parameter_value("The keys of a model have to be texts.")
        return cls(**content)

    @classmethod
    def log(
        cls,
        artifact_path: str | None,
        flavor: Any,
        registered_model_name: str | None = None,
        await_registration_for: int | None = 300,
        metadata: dict[str, Any] | None = None,
        run_id: str | None = None,
        resources: Any = None,
        auth_policy: Any = None,
        prompts: list[Any] | None = None,
        name: str | None = None,
        model_type: str | None = None,
        params: dict[str, Any] | None = None,
        tags: dict[str, Any] | None = None,
        step: int = 0,
        model_id: str | None = None,
        **kwargs: Any,
    ) -> ModelInfo:
        """
        Store a model as a logged model of the active run, or of the experiment in force.

        Args:
            artifact_path: As `name`, which replaces it.
            flavor: A module with `save_model(path=..., mlflow_model=..., **kwargs)`.
            registered_model_name: Also make it a new version of this registered model.
            run_id: The run that made it; by default the active one, if there is one. step: Of the run.
            metadata: What its author notes; JSON must be able to hold it.
            params, tags: Of the logged model; values are written as texts.
            model_id: A logged model that waits for its files; by default a new one.
            kwargs: Handed to `flavor.save_model`.

        Raises:
            MlflowException: What saving or storing raised; the logged model is FAILED then, and nothing is
                registered.
        """
        from genesis_flow.api.models.logging import log

        return log(
            cls, artifact_path, flavor, registered_model_name, await_registration_for=await_registration_for,
            metadata=metadata, run_id=run_id, resources=resources, auth_policy=auth_policy, prompts=prompts, name=name,
            model_type=model_type, params=params, tags=tags, step=step, model_id=model_id, options=kwargs,
        )  # fmt: skip


#: Keys that MLflow writes even where there is nothing to say.
_NOTED_EVEN_IF_NONE: Final = frozenset({"model_id", "model_size_bytes", "model_uuid", "prompts", "utc_time_created"})


def _file(path: str, name: Any) -> str:
    """The text of a file of the model at `path`."""
    from genesis_flow.api.models.locating import located

    with translating_errors():
        return located(path).read_text(name)


def set_model(model: Any) -> None:
    """
    Say which object of a file of code is the model; called in that file.

    Raises:
        MlflowException: It can neither predict nor be called.

    Source: MLflow `mlflow.models.set_model`.
    """
    from genesis_flow.ports.python_models import noted_model

    if not (callable(getattr(model, "predict", None)) or callable(model)):
        raise MlflowException(SET_MODEL_ERROR)
    noted_model.set(model)


SET_MODEL_ERROR: Final = (
    "Model should either be an instance of PyFuncModel, Langchain type, or LlamaIndex index."
)

__all__ = [
    "MLMODEL_FILE_NAME",
    "MODEL_CODE_PATH",
    "MODEL_CONFIG",
    "SET_MODEL_ERROR",
    "Model",
    "ModelInfo",
    "set_model",
]
