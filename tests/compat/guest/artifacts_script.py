"""What stock MLflow does with artifacts in Azure Blob Storage; run by an interpreter that has it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository


def repository(uri: str) -> dict[str, Any]:
    """Every method of a repository."""
    found = get_artifact_repository(uri)
    source = Path("source")
    (source / "inner").mkdir(parents=True, exist_ok=True)
    (source / "a.txt").write_text("a")
    (source / "inner" / "b c.txt").write_text("b")
    found.log_artifact(str(source / "a.txt"))
    found.log_artifact(str(source / "a.txt"), "deep/er")
    found.log_artifacts(str(source), "tree")
    target = Path(f"target-{uri.partition(':')[0]}").absolute()
    target.mkdir()
    listed = [[file.path, file.is_dir, file.file_size] for file in found.list_artifacts("tree")]
    whole = Path(found.download_artifacts("tree", str(target)))
    one = Path(found.download_artifacts("tree/inner/b c.txt", str(target)))
    found._download_file("a.txt", str(target / "renamed.txt"))
    all_of_it = Path(found.download_artifacts(""))
    answers = {
        "kind": type(found).__name__,
        "root": [file.path for file in found.list_artifacts()],
        "listed": listed,
        "of a file": found.list_artifacts("a.txt"),
        "whole": sorted(str(path.relative_to(target)) for path in whole.rglob("*") if path.is_file()),
        "one": [str(one.relative_to(target)), one.read_text()],
        "renamed": (target / "renamed.txt").read_text(),
        "all": sorted(str(path.relative_to(all_of_it)) for path in all_of_it.rglob("*") if path.is_file()),
        "errors": {
            "missing": _code(lambda: found.download_artifacts("nothing", str(target))),
            "outside": _code(lambda: found.list_artifacts("../other")),
            "no target": _code(lambda: found.download_artifacts("tree", "nowhere")),
            "a file as target": _code(lambda: found.download_artifacts("tree", str(source / "a.txt"))),
            "no source": _code(lambda: found.log_artifact("nowhere.txt")),
        },
    }
    found.delete_artifacts("tree/inner")
    answers["after"] = [file.path for file in found.list_artifacts("tree")]
    found.delete_artifacts()
    answers["at last"] = found.list_artifacts()
    return answers


def of_runs(root: str, store_uri: str) -> dict[str, Any]:
    """Artifacts of a run, through the client."""
    client = mlflow.MlflowClient(store_uri)
    experiment = client.create_experiment("in the cloud", f"{root}/experiment")
    run = client.create_run(experiment)
    client.log_text(run.info.run_id, "words", "notes.txt")
    client.log_dict(run.info.run_id, {"a": 1}, "inner/dict.json")
    return {
        "uri": run.info.artifact_uri.startswith(root),
        "listed": [file.path for file in client.list_artifacts(run.info.run_id)],
        "text": Path(client.download_artifacts(run.info.run_id, "notes.txt")).read_text(),
    }


def _code(call: Any) -> str | None:
    try:
        call()
    except mlflow.MlflowException as error:
        return str(error.error_code)
    return None


def main() -> None:
    """Everything, as a line of JSON."""
    container, store_uri = sys.argv[1:]
    schemes = ("azure", "az", "abfs", "abfss")
    found: dict[str, Any] = {scheme: repository(f"{scheme}://{container}/{scheme}") for scheme in schemes}
    found["run"] = of_runs(f"az://{container}", store_uri)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
