"""
Prints all that is in a store as JSON, by MLflow's own API; what names it things by is theirs, not the store's.

Runs are called after their experiment and name, models after their run; where a name was made up, by parent and params.
"""

import json
import pathlib
import re
import sys
import tempfile

import mlflow
from mlflow.entities import ViewType

#: What depends on the machine, the day, or the store, and not on what was recorded.
UNCOMPARED_TAGS = {"mlflow.source.git.commit", "mlflow.source.git.branch", "mlflow.source.git.repoURL"}
#: What only this package keeps with a model: the digests of its files, and their digest.
OWN_TAGS = {"genesis_flow.manifest"}
OWN_FILES = {"genesis_manifest.json"}
#: What is written beside a download, and is in no store.
NOTES = {"registered_model_meta"}
MADE_UP = re.compile(r"[a-z]+-[a-z]+-\d+")

client = mlflow.MlflowClient()
experiments = {each.experiment_id: each for each in mlflow.search_experiments(view_type=ViewType.ALL)}
found = mlflow.search_runs([*experiments], run_view_type=ViewType.ALL, output_format="list")
runs = {run.info.run_id: run for run in found}
models = mlflow.search_logged_models([*experiments], output_format="list")


def label(run_id):
    """What a run is called, whatever its id."""
    run = runs.get(run_id)
    if run is None:
        return str(run_id)
    name = run.info.run_name
    if MADE_UP.fullmatch(name):
        parent = run.data.tags.get("mlflow.parentRunId")
        name = f"{label(parent)} > {json.dumps(run.data.params, sort_keys=True)}"
    return f"{experiments[run.info.experiment_id].name}/{name}"


def model_label(model):
    return f"{label(model.source_run_id)}:{model.name}"


labels = {model.model_id: model_label(model) for model in models}


def named(text):
    """A text with names for ids."""
    for run_id in runs:
        text = text.replace(run_id, f"<{label(run_id)}>")
    for model_id in labels:
        text = text.replace(model_id, f"<{labels[model_id]}>")
    return text


def tags_of(tags):
    kept = {key: named(value) for key, value in tags.items() if key not in UNCOMPARED_TAGS | OWN_TAGS}
    if MADE_UP.fullmatch(kept.get("mlflow.runName", "")):
        kept["mlflow.runName"] = "made up"
    return kept


def rounded(key, value):
    return "some time" if "time" in key else float(f"{value:.9g}")


def files_of(run_id):
    names, pending = [], [None]
    while pending:
        for each in client.list_artifacts(run_id, pending.pop()):
            if each.is_dir:
                pending.append(each.path)
            else:
                names.append(named(each.path))
    return sorted(names)


def files_at(uri):
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=directory))
        paths = [
            path.relative_to(root) for path in root.rglob("*") if path.is_file() and path.name not in OWN_FILES | NOTES
        ]
    return sorted(path.as_posix() for path in paths)


def used_dataset(used):
    dataset, tags = used.dataset, sorted((tag.key, tag.value) for tag in used.tags)
    return dataset.name, dataset.digest, dataset.source_type, dataset.schema, dataset.profile, tags


def run_record(run):
    return {
        "status": run.info.status,
        "stage": run.info.lifecycle_stage,
        "params": run.data.params,
        "metrics": {
            key: [(point.step, rounded(key, point.value)) for point in client.get_metric_history(run.info.run_id, key)]
            for key in run.data.metrics
        },
        "latest": {key: rounded(key, value) for key, value in run.data.metrics.items()},
        "tags": tags_of(run.data.tags),
        "artifacts": files_of(run.info.run_id),
        "inputs": sorted(map(used_dataset, run.inputs.dataset_inputs)),
        "used models": sorted(labels[used.model_id] for used in run.inputs.model_inputs),
        "models": sorted((labels[made.model_id], made.step) for made in run.outputs.model_outputs),
    }  # fmt: skip


def model_record(model):
    return {
        "status": str(model.status),
        "type": model.model_type,
        "params": dict(model.params),
        "metrics": sorted((each.key, rounded(each.key, each.value), each.step) for each in model.metrics or ()),
        "tags": tags_of(model.tags),
        "files": files_at(model.model_uri),
    }


def version_record(version):
    return {
        "run": label(version.run_id),
        "model": labels.get(version.model_id),
        "description": version.description,
        "tags": tags_of(version.tags),
        "aliases": sorted(version.aliases),
        "stage": version.current_stage,
        "status": version.status,
        "files": files_at(f"models:/{version.name}/{version.version}"),
    }


def registered_record(model):
    versions = client.search_model_versions(f"name = '{model.name}'")
    return {
        "description": model.description,
        "tags": dict(model.tags),
        "aliases": {alias: str(version) for alias, version in model.aliases.items()},
        "versions": {
            str(each.version): version_record(client.get_model_version(model.name, each.version)) for each in versions
        },
    }


record = {
    "experiments": {each.name: [each.lifecycle_stage, dict(each.tags)] for each in experiments.values()},
    "runs": {label(run.info.run_id): run_record(run) for run in found},
    "models": {model_label(model): model_record(client.get_logged_model(model.model_id)) for model in models},
    "registry": {each.name: registered_record(each) for each in client.search_registered_models()},
}
json.dump(record, sys.stdout, sort_keys=True)
