"""Tables as artifacts: JSON or Parquet files that grow, and images in their cells."""

from __future__ import annotations

import io
import json
import logging
import posixpath
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final

from genesis_flow.api.content.images import pil_to_bytes
from genesis_flow.api.content.libraries import library, missing
from genesis_flow.api.content.pixels import thumbnail
from genesis_flow.api.content.run_content import RunContent
from genesis_flow.api.exceptions import RESOURCE_DOES_NOT_EXIST, MlflowException
from genesis_flow.domain.values.ids import run_id as checked_run_id
from genesis_flow.domain.values.limits import RUN_TAG_VALUE

#: The tag of a run that lists its tables, as JSON.
LOGGED_ARTIFACTS_TAG: Final = "mlflow.loggedArtifacts"
_FORBIDDEN: Final = "\"',:[]{}"
_SUFFIXES: Final = (".json", ".parquet")
_log = logging.getLogger(__name__)


def log_table(client: RunContent, run_id: str, data: Any, artifact_file: str) -> None:
    """
    Store a table, or append its rows to the table of that name; columns that one of them lacks are empty.

    Appending reads, adds and replaces: of two writers at once, one may lose its rows, as in MLflow. The data
    given is not changed.

    Args:
        data: A `pandas.DataFrame`, or a dict of columns or of a single row. Images (`PIL.Image.Image` or
            `Image`) become files below `table_images/`; a column holds only images or none.
        artifact_file: Ends in .json or .parquet.

    Raises:
        ValueError: A forbidden character or another extension in `artifact_file`, or a mixed column.
        MlflowException: INVALID_PARAMETER_VALUE: `data` is something else, or the run has too many tables.
        MissingLibrary: pandas is not installed, or for Parquet pyarrow.

    Source: MLflow `MlflowClient.log_table`.
    """
    path = _table_path(artifact_file)
    frame = _to_frame(data)
    tag = _extended_tag(client.get_run(run_id).data.tags.get(LOGGED_ARTIFACTS_TAG), path)
    stored = client.read_bytes(run_id, path)
    frame = _with_images_stored(client, run_id, frame, path)
    if stored is not None:
        frame = _pandas("`log_table`").concat([_bytes_to_frame(stored, path), frame], ignore_index=True)
    client.log_bytes(run_id, _frame_to_bytes(frame, path), path)
    if tag is not None:
        client.set_tag(run_id, LOGGED_ARTIFACTS_TAG, tag)


def load_table(
    client: RunContent,
    search_runs: Callable[[list[str], str], Any],
    experiment_id: str,
    artifact_file: str,
    run_ids: Sequence[str] | None = None,
    extra_columns: Sequence[str] | None = None,
) -> Any:
    """
    The rows of the tables of that name in an experiment, as one `pandas.DataFrame`.

    Args:
        search_runs: Gives a `pandas.DataFrame` of the runs of experiments that match a filter.
        run_ids: Only these runs; None for all.
        extra_columns: Columns of `search_runs` to add to each row, such as "run_id" or "params.lr"; one that
            the table has already gets a `_` at its end.

    Raises:
        ValueError: A forbidden character or another extension in `artifact_file`.
        MlflowException: RESOURCE_DOES_NOT_EXIST: No run has such a table, or its file is gone.
        KeyError: No such extra column.

    Source: MLflow `MlflowClient.load_table`.
    """
    path = _table_path(artifact_file)
    runs = search_runs([experiment_id], _tables_filter(path, run_ids))
    rows = [run for _, run in runs.iterrows() if path in _listed(run.get(f"tags.{LOGGED_ARTIFACTS_TAG}"))]
    if run_ids and len(run_ids) != len(rows):
        _log.warning("Not all runs have the specified table artifact. Some runs will be skipped.")
    if not rows:
        raise MlflowException(
            "No runs found with the corresponding table artifact.", RESOURCE_DOES_NOT_EXIST
        )
    frames = [_table_of_run(client, run, path, extra_columns or ()) for run in rows]
    return _pandas("`load_table`").concat(frames, ignore_index=True)


def _table_path(artifact_file: str) -> str:
    for character in _FORBIDDEN:
        if character in artifact_file:
            raise ValueError(f"The artifact_file contains forbidden character: {character}")
    if not artifact_file.endswith(_SUFFIXES):
        raise ValueError(
            f"Invalid artifact file path '{artifact_file}'. A table needs a file name with either '.json' or "
            "'.parquet' extension."
        )
    return posixpath.normpath(artifact_file)


def _to_frame(data: Any) -> Any:
    pandas = _pandas("`log_table`")
    if isinstance(data, pandas.DataFrame):
        return data.copy(deep=False)
    if not isinstance(data, dict):
        raise MlflowException.invalid_parameter_value("data must be a pandas.DataFrame or a dictionary")
    try:
        return pandas.DataFrame(data)
    except ValueError:  # only scalars: one row
        return pandas.DataFrame([data])


def _with_images_stored(client: RunContent, run_id: str, frame: Any, path: str) -> Any:
    """`frame` with the places of stored files where it had images; mixed columns are refused first."""
    columns = [position for position in range(frame.shape[1]) if _holds_images(frame, position)]
    for position in columns:
        cells = [_stored_image(client, run_id, image, path) for image in frame.iloc[:, position]]
        frame.isetitem(position, _pandas("`log_table`").Series(cells, index=frame.index, dtype=object))
    return frame


def _holds_images(frame: Any, position: int) -> bool:
    column = frame.iloc[:, position]
    if column.dtype.kind != "O" or not len(column):
        return False
    found = {_is_image(value) for value in column}
    if len(found) > 1:
        raise ValueError(
            f"Column `{frame.columns[position]}` contains a mix of images and non-images. "
            "All elements of a column must be of the same type."
        )
    return found == {True}


def _is_image(value: Any) -> bool:
    return callable(getattr(value, "save", None)) and callable(getattr(value, "resize", None)) and hasattr(
        value, "size"
    )


def _stored_image(client: RunContent, run_id: str, image: Any, path: str) -> dict[str, str]:
    picture = image.to_pil() if hasattr(image, "to_pil") else image
    name = posixpath.join("table_images", posixpath.splitext(path)[0], str(uuid.uuid4()))
    client.log_bytes(run_id, pil_to_bytes(picture, "PNG"), f"{name}.png")
    client.log_bytes(run_id, pil_to_bytes(thumbnail(picture), "WEBP"), f"{name}.webp")
    return {"type": "image", "filepath": f"{name}.png", "compressed_filepath": f"{name}.webp"}


def _frame_to_bytes(frame: Any, path: str) -> bytes:
    try:
        if path.endswith(".parquet"):
            return bytes(frame.to_parquet(index=False))
        return str(frame.to_json(orient="split", index=False, date_format="iso")).encode()
    except ImportError as error:
        raise missing("pyarrow", "A table in Parquet") from error
    except (ValueError, TypeError, OverflowError, ArithmeticError) as error:
        raise MlflowException(
            f"Failed to save the table as the data is not JSON serializable. Error: {error}"
        ) from error


def _bytes_to_frame(data: bytes, path: str) -> Any:
    pandas = _pandas("Reading a table")
    if path.endswith(".parquet"):
        try:
            return pandas.read_parquet(io.BytesIO(data))
        except ImportError as error:
            raise missing("pyarrow", "A table in Parquet") from error
    return pandas.read_json(io.BytesIO(data), orient="split")


def _extended_tag(tag: str | None, path: str) -> str | None:
    """The tag with a table added, None if it is listed already."""
    try:
        listed = json.loads(tag or "[]")
    except ValueError:
        listed = None
    if not isinstance(listed, list):
        raise MlflowException.invalid_parameter_value(
            f"The tag {LOGGED_ARTIFACTS_TAG} of the run is not a JSON list of tables. Repair or delete it."
        )
    entry = {"path": path, "type": "table"}
    if entry in listed:
        return None
    text = json.dumps([*listed, entry])
    if len(text) > RUN_TAG_VALUE:
        raise MlflowException.invalid_parameter_value(
            f"The run has {len(listed)} tables; the tag {LOGGED_ARTIFACTS_TAG}, which lists them, cannot "
            "hold another one. Append rows to a table, or use a shorter name."
        )
    return text


def _listed(tag: Any) -> list[str]:
    """The paths of the tables that a tag lists."""
    try:
        entries = json.loads(tag)
        return [posixpath.normpath(entry["path"]) for entry in entries if entry["type"] == "table"]
    except (ValueError, TypeError, KeyError):
        return []


def _tables_filter(path: str, run_ids: Sequence[str] | None) -> str:
    # `_` and `%` in the path match more than they should; `_listed` decides.
    name = posixpath.basename(path)
    text = f"tags.{LOGGED_ARTIFACTS_TAG} LIKE '%{name}\"%'"
    if run_ids:
        listed = ", ".join(f"'{checked_run_id(run_id, 'run_ids')}'" for run_id in run_ids)
        text += f" and attributes.run_id IN ({listed})"
    return text


def _table_of_run(client: RunContent, run: Any, path: str, extra_columns: Sequence[str]) -> Any:
    data = client.read_bytes(run["run_id"], path)
    if data is None:
        raise MlflowException(
            f"Artifact {path} not found for run {run['run_id']}.", RESOURCE_DOES_NOT_EXIST
        )
    frame = _bytes_to_frame(data, path)
    for column in extra_columns:
        name = column
        if column in frame:
            name = f"{column}_"
            _log.warning("The table has a column %s already: the other one is named %s.", column, name)
        frame[name] = run[column]
    return frame


def _pandas(purpose: str) -> Any:
    return library("pandas", package="pandas", purpose=purpose)
