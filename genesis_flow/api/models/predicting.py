"""
Trying stored models with data as a server would be sent it.

Source: MLflow 3.17 `mlflow.models.python_api`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any, Final

from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.examples import convert_input_example_to_serving_input
from genesis_flow.api.models.function_loading import loaded_from
from genesis_flow.api.models.locating import Located, located, trusted_by
from genesis_flow.api.models.serving import answer, parsed_csv, parsed_json
from genesis_flow.child_processes import child_environment
from genesis_flow.domain.values.trust import Trust

_CSV: Final = "csv"
_JSON: Final = "json"
_LOCAL: Final = "local"
_BUILT: Final = ("virtualenv", "conda", "uv")


@translating_errors
def predict(
    model_uri: str,
    input_data: Any = None,
    input_path: str | None = None,
    content_type: str = "json",
    output_path: str | None = None,
    env_manager: str = "virtualenv",
    install_mlflow: bool = False,
    pip_requirements_override: list[str] | None = None,
    extra_envs: dict[str, str] | None = None,
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
) -> None:
    """
    Have a stored model predict in a process of its own, and write what a server would answer, as JSON.

    Args:
        input_data: What the model takes; the text of a CSV file, or what makes a frame, for "csv".
        input_path: A file to read instead; the standard input by default.
        content_type: What is sent: "json" or "csv".
        output_path: A file to write; the standard output by default.
        env_manager: "local", which is this interpreter and what is installed for it. No environments are built.
        install_mlflow, pip_requirements_override, extra_envs: For environments that are built; leave them out.
        trusted, allow_unsafe_deserialization: As for `pyfunc.load_model`.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: The arguments do not go together, or ask for an environment.
            RESOURCE_DOES_NOT_EXIST: No such model. INTERNAL_ERROR: The process failed; the message ends as its
            error output does.

    Source: MLflow `mlflow.models.predict`; trust is ours.
    """
    _check(content_type, env_manager, extra_envs, pip_requirements_override, install_mlflow)
    if input_data is not None and input_path is not None:
        raise MlflowException.invalid_parameter_value(
            "Both input_data and input_path are provided. Only one of them should be specified."
        )
    found = located(model_uri)
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    with tempfile.TemporaryDirectory(prefix="genesis-flow-") as directory:
        if input_data is not None:
            path = Path(directory, f"input.{content_type}")
            path.write_text(_written(input_data, content_type), encoding="utf-8")
            input_path = str(path)
        _run(
            {
                "directory": str(found.directory.absolute()), "digest": found.digest, "names": sorted(given.names),
                "allow_unsafe": given.allow_unsafe, "content_type": content_type,
                "input_path": input_path, "output_path": output_path,
            }
        )  # fmt: skip


@translating_errors
def validate_serving_input(
    model_uri: str,
    serving_input: str | dict[str, Any],
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
) -> Any:
    """
    What a stored model predicts for what a server of it would be sent.

    Args:
        serving_input: JSON, as text or parsed; see `convert_input_example_to_serving_input`.
        trusted, allow_unsafe_deserialization: As for `pyfunc.load_model`.

    Raises:
        MlflowException: BAD_REQUEST, INVALID_PARAMETER_VALUE: The model does not take it.

    Source: MLflow `mlflow.models.validate_serving_input`; trust is ours.
    """
    found = located(model_uri)
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    model = loaded_from(found, given, suppress_warnings=True)
    sent = parsed_json(serving_input, model.metadata.signature)
    return model.predict(sent.data, sent.params)


def main(request: dict[str, Any]) -> None:
    """What the process does that `predict` starts."""
    given = Trust(frozenset(request["names"]), allow_unsafe=request["allow_unsafe"])
    found = Located(Path(request["directory"]), request["digest"])
    model = loaded_from(found, given, suppress_warnings=True)
    path = request["input_path"]
    text = sys.stdin.read() if path is None else Path(path).read_text(encoding="utf-8")
    if request["content_type"] == _CSV:
        sent = parsed_csv(StringIO(text), model.metadata.get_input_schema())
    else:
        sent = parsed_json(text, model.metadata.signature)
    made = answer(model.predict(sent.data, sent.params), is_chat=sent.is_chat)
    if request["output_path"] is None:
        sys.stdout.write(made)
    else:
        Path(request["output_path"]).write_text(made, encoding="utf-8")


def _check(content_type: str, env_manager: str, extra_envs: Any, requirements: Any, installs: bool) -> None:
    if content_type not in (_JSON, _CSV):
        raise MlflowException.invalid_parameter_value(f"Content type must be one of {_JSON} or {_CSV}.")
    if extra_envs and env_manager not in _BUILT:
        raise MlflowException.invalid_parameter_value(
            "Extra environment variables are only supported when env_manager is set to 'virtualenv', 'conda' or 'uv'."
        )
    if env_manager not in (_LOCAL, *_BUILT):
        raise MlflowException.invalid_parameter_value(
            f"Invalid value for `env_manager`: {env_manager}. Must be one of {[_LOCAL, 'conda', 'virtualenv', 'uv']}"
        )
    if env_manager != _LOCAL:
        raise MlflowException.invalid_parameter_value(
            f"No environments are built for models, so env_manager='{env_manager}' is not supported. "
            'Pass env_manager="local" to predict with what is installed here, or install what '
            "mlflow.pyfunc.get_model_dependencies names into an environment of your own and call this there."
        )
    if requirements or installs:
        raise MlflowException.invalid_parameter_value(
            "pip_requirements_override and install_mlflow are for environments that are built; leave them out."
        )


def _written(data: Any, content_type: str) -> str:
    """Data as the process is sent it."""
    if content_type == _JSON:
        try:
            return str(convert_input_example_to_serving_input(data))
        except MlflowException as error:
            raise MlflowException.invalid_parameter_value(
                "Invalid input data, please make sure the data is acceptable by the loaded pyfunc model. Use "
                "`mlflow.models.convert_input_example_to_serving_input` to manually validate your input data."
            ) from error
    import pandas as pd

    if not isinstance(data, str | list | dict | pd.DataFrame):
        raise MlflowException.invalid_parameter_value(
            f"Input data must be one of (str, list, dict, DataFrame) when content type is 'csv', but got {type(data)}."
        )
    try:
        if isinstance(data, str):
            pd.read_csv(StringIO(data))
            return data
        return str(pd.DataFrame(data).to_csv(index=False))
    except Exception as error:  # whatever pandas raises: the data are not what they should be
        words = (
            "deserialize input string data to Pandas DataFrame"
            if isinstance(data, str)
            else ("serialize input data to CSV format")
        )
        raise MlflowException.invalid_parameter_value(f"Failed to {words}.") from error


def _run(request: dict[str, Any]) -> None:
    code = "import json, sys; from genesis_flow.api.models.predicting import main; main(json.loads(sys.argv[1]))"
    done = subprocess.run(  # noqa: S603  # this interpreter, and our own code
        [sys.executable, "-c", code, json.dumps(request)],
        stderr=subprocess.PIPE, text=True, check=False, env=child_environment(),
    )  # fmt: skip
    if done.stderr:
        sys.stderr.write(done.stderr)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise MlflowException(f"The process that should predict failed with code {done.returncode}: {last}")


__all__ = ["main", "predict", "validate_serving_input"]
