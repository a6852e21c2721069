"""Artifacts of runs, as `MlflowClient` has them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genesis_flow.api.client.connected import Connected
from genesis_flow.api.entities import FileInfo
from genesis_flow.api.entities.translation import artifacts_to_views
from genesis_flow.api.errors import translating_errors
from genesis_flow.domain.errors import NotFound

if TYPE_CHECKING:
    import pandas


class ArtifactClient(Connected):
    """Store, list and fetch the files of runs."""

    @translating_errors
    def log_artifact(self, run_id: Any, local_path: Any, artifact_path: Any = None) -> None:
        """
        Store a local file under its own name; of a local directory, everything below it.

        Args:
            artifact_path: The directory to store it in; by default the root.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_artifact`.
        """
        self._application.artifacts.log_file(run_id, Path(local_path), artifact_path)

    @translating_errors
    def log_artifacts(self, run_id: str, local_dir: str, artifact_path: str | None = None) -> None:
        """
        Store everything below a local directory.

        Args:
            artifact_path: The directory to store it in; by default the root.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_artifacts`.
        """
        self._application.artifacts.log_tree(run_id, Path(local_dir), artifact_path)

    @translating_errors
    def log_stream(self, run_id: str, stream: io.BufferedIOBase | io.RawIOBase, artifact_file: str) -> None:
        """
        Store what is left in a binary stream, in pieces.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_stream`.
        """
        source: Any = stream
        self._application.artifacts.log_stream(run_id, source, artifact_file)

    @translating_errors
    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """
        Store a text in UTF-8.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_text`.
        """
        self._application.artifacts.log_text(run_id, text, artifact_file)

    def log_dict(self, run_id: str, dictionary: dict[str, Any], artifact_file: str) -> None:
        """
        Store a dictionary as YAML if the name ends in .yml or .yaml, else as JSON.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_dict`.
        """
        from genesis_flow.api.content.dictionaries import dictionary_to_bytes

        self.log_bytes(run_id, dictionary_to_bytes(dictionary, artifact_file), artifact_file)

    def log_figure(
        self, run_id: str, figure: Any, artifact_file: str, *, save_kwargs: dict[str, Any] | None = None
    ) -> None:
        """
        Store a matplotlib or plotly figure, in the format that the name ends in.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_figure`.
        """
        from genesis_flow.api.content.figures import figure_to_bytes

        self.log_bytes(run_id, figure_to_bytes(figure, artifact_file, save_kwargs), artifact_file)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """
        Store an image: under a name of its own, or under a key and step as one of a series.

        Args:
            image: A numpy array, a `PIL.Image.Image` or a `genesis_flow.Image`.
            artifact_file: The name; or key, step and timestamp (milliseconds) for a series.
            synchronous: Accepted; images are stored before the call returns.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.
            TypeError, ValueError: Not an image, or both or neither of a name and a key.

        Source: MLflow `MlflowClient.log_image`.
        """
        from genesis_flow.api.content.images import image_files, log_image
        from genesis_flow.api.numbers import now_ms

        files = image_files(image, artifact_file, key, step, timestamp, now_ms=now_ms())
        log_image(self._content(), run_id, files)

    def log_table(self, run_id: str, data: dict[str, Any] | pandas.DataFrame, artifact_file: str) -> None:
        """
        Store a table as JSON or Parquet, or append its rows to the table of that name.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.
            ValueError: A name that does not fit, or a column that mixes images with other things.

        Source: MLflow `MlflowClient.log_table`.
        """
        from genesis_flow.api.content.tables import log_table

        log_table(self._content(), run_id, data, artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: list[str] | None = None,
        extra_columns: list[str] | None = None,
    ) -> pandas.DataFrame:
        """
        The rows of the tables of that name in an experiment, as one DataFrame.

        Args:
            run_ids: Only these runs. extra_columns: Of the runs, such as "run_id" or "params.lr".

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.
            KeyError: No such extra column.

        Source: MLflow `MlflowClient.load_table`.
        """
        from genesis_flow.api.content.tables import load_table

        content = self._content()
        return load_table(content, self._frame_of_runs, experiment_id, artifact_file, run_ids, extra_columns)

    @translating_errors
    def list_artifacts(self, run_id: str, path: Any = None) -> list[FileInfo]:
        """
        The files and directories directly below a directory, by path; none for a file.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.list_artifacts`.
        """
        return artifacts_to_views(self._application.artifacts.find(run_id, path))

    @translating_errors
    def download_artifacts(self, run_id: str, path: str, dst_path: str | None = None) -> str:
        """
        Copy a file or directory of a run to the local disk.

        Args:
            dst_path: An existing directory; by default a temporary one, or no copy where the file is local.

        Returns:
            The local path of the file or directory.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.download_artifacts`.
        """
        artifacts = self._application.artifacts
        if dst_path is None:
            local = artifacts.local_path(run_id, path)
            if local is not None:
                return str(local)
        return str(artifacts.download(run_id, path, Path(dst_path or _new_directory())))

    @translating_errors
    def log_bytes(self, run_id: str, data: bytes, path: str) -> None:
        """Store bytes as the file `path`; ours. Raises as `log_text`."""
        self._application.artifacts.log_bytes(run_id, data, path)

    def _content(self) -> RunFiles:
        return RunFiles(self)

    @translating_errors
    def _read_bytes(self, run_id: str, path: str) -> bytes | None:
        try:
            return self._application.artifacts.read_bytes(run_id, path)
        except NotFound as error:
            if error.entity == "run":
                raise
            return None

    def _frame_of_runs(self, experiment_ids: list[str], filter_string: str) -> Any:
        from genesis_flow.api.client import MlflowClient
        from genesis_flow.api.frames import runs_to_frame
        from genesis_flow.api.paging import all_pages

        client = MlflowClient(self._tracking_uri)
        runs = all_pages(
            lambda size, token: client.search_runs(experiment_ids, filter_string, 1, size, None, token),
            page_size=1000,
        )
        return runs_to_frame(runs)


def _new_directory() -> str:
    import tempfile  # loads much that logging does not need

    return tempfile.mkdtemp(prefix="genesis-flow-")


class RunFiles:
    """The files and tags of runs, as `genesis_flow.api.content` needs them."""

    def __init__(self, client: Any) -> None:
        self.log_bytes, self.set_tag, self.get_run = client.log_bytes, client.set_tag, client.get_run
        self.read_bytes = client._read_bytes
