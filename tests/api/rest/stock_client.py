"""What the real `MlflowClient` is asked to do with a tracking server; run by the interpreter that has it."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import mlflow  # type: ignore[import-not-found,unused-ignore]
from mlflow.entities import (  # type: ignore[import-not-found,unused-ignore]
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModelInput,
    LoggedModelOutput,
    Metric,
    Param,
    RunTag,
    ViewType,
)


def experiments(client: Any) -> dict[str, Any]:
    """Every call about experiments."""
    id = client.create_experiment("first", artifact_location="s3://bucket/first", tags={"team": "ä"})
    client.create_experiment("second")
    made = client.get_experiment(id)
    client.set_experiment_tag(id, "added", "1")
    client.set_experiment_tag(id, "gone", "1")
    client.delete_experiment_tag(id, "gone")
    client.rename_experiment(id, "renamed")
    found = client.search_experiments(filter_string="tags.team = 'ä'", order_by=["name ASC"])
    page = client.search_experiments(max_results=2)
    rest = client.search_experiments(max_results=2, page_token=page.token)
    client.delete_experiment(id)
    deleted = client.get_experiment(id).lifecycle_stage
    listed = [each.name for each in client.search_experiments(view_type=ViewType.DELETED_ONLY)]
    client.restore_experiment(id)
    return {
        "id": id,
        "made": [made.name, made.artifact_location, made.tags, made.lifecycle_stage, type(made.creation_time).__name__],
        "found": [[each.name, each.tags] for each in found],
        "pages": [[each.name for each in page], [each.name for each in rest], bool(rest.token)],
        "deleted": [deleted, listed],
        "restored": client.get_experiment_by_name("renamed").lifecycle_stage,
        "unknown": client.get_experiment_by_name("nope"),
    }


def runs(client: Any) -> dict[str, Any]:
    """Every call about the life of runs."""
    id = client.create_run("0", start_time=123, tags={"mlflow.user": "ann"}, run_name="one").info.run_id
    client.create_run("0", start_time=456, run_name="two")
    client.update_run(id, name="named")
    client.set_terminated(id, "FAILED", end_time=999)
    info = client.get_run(id).info
    page = client.search_runs(["0"], order_by=["attributes.start_time ASC"], max_results=1)
    rest = client.search_runs(["0"], order_by=["attributes.start_time ASC"], max_results=1, page_token=page.token)
    found = client.search_runs(["0"], "attributes.status = 'FAILED'")
    client.delete_run(id)
    deleted = [run.info.run_name for run in client.search_runs(["0"], run_view_type=ViewType.DELETED_ONLY)]
    client.restore_run(id)
    return {
        "info": [info.run_name, info.status, info.start_time, info.end_time, info.user_id, info.lifecycle_stage],
        "pages": [[run.info.run_name for run in part] for part in (page, rest)],
        "found": [run.info.run_name for run in found],
        "deleted": deleted,
        "restored": client.get_run(id).info.lifecycle_stage,
    }


def logging(client: Any) -> dict[str, Any]:
    """Every call about what runs log."""
    id = client.create_run("0").info.run_id
    client.log_metric(id, "loss", 0.5, timestamp=10, step=-1)
    client.log_metric(id, "loss", float("nan"), timestamp=11, step=2)
    client.log_metric(id, "big", float("inf"), timestamp=2**53 + 1, step=2**62 + 1)
    client.log_param(id, "alpha", "ä")
    client.log_param(id, "empty", "")
    client.set_tag(id, "kept", "yes")
    client.set_tag(id, "gone", "yes")
    client.delete_tag(id, "gone")
    many = [Metric("many", float(place), place, place) for place in range(1000)]
    client.log_batch(id, many, [Param("beta", "2")], [RunTag("batch", "b")])
    dataset = Dataset("digits", "d1", "http", "https://host/digits.csv", schema="{}")
    client.log_inputs(id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])])
    run = client.get_run(id)
    history = client.get_metric_history(id, "loss")
    used = run.inputs.dataset_inputs[0]
    return {
        "params": run.data.params,
        "tags": {key: value for key, value in run.data.tags.items() if key != "mlflow.runName"},
        "latest": [math.isnan(run.data.metrics["loss"]), run.data.metrics["big"] > 1e300, run.data.metrics["many"]],
        "history": [[str(point.value), point.timestamp, point.step] for point in history],
        "exact": [[point.timestamp, point.step] for point in client.get_metric_history(id, "big")],
        "many": [point.step for point in client.get_metric_history(id, "many")] == [*range(1000)],
        "none": client.get_metric_history(id, "nope"),
        "dataset": [used.dataset.name, used.dataset.digest, used.dataset.schema, used.tags[0].value],
    }


def registry(client: Any) -> dict[str, Any]:
    """Every call about registered models and their versions."""
    client.create_registered_model("first", tags={"team": "a"}, description="one")
    client.rename_registered_model("first", "model")
    client.update_registered_model("model", "other")
    client.set_registered_model_tag("model", "kept", "1")
    client.set_registered_model_tag("model", "gone", "1")
    client.delete_registered_model_tag("model", "gone")
    one = client.create_model_version("model", "s3://bucket/one", tags={"n": "1"}, description="v1")
    client.create_model_version("model", "s3://bucket/two")
    client.transition_model_version_stage("model", "1", "Staging")
    moved = client.transition_model_version_stage("model", "2", "staging", archive_existing_versions=True)
    client.update_model_version("model", "1", "described")
    client.set_model_version_tag("model", "1", "gone", "1")
    client.delete_model_version_tag("model", "1", "gone")
    client.set_registered_model_alias("model", "champion", "1")
    client.set_registered_model_alias("model", "gone", "1")
    client.delete_registered_model_alias("model", "gone")
    version, model = client.get_model_version("model", "1"), client.get_registered_model("model")
    found = client.search_model_versions("name = 'model'", order_by=["version_number ASC"])
    copied = client.copy_model_version("models:/model/1", "copy")
    client.create_registered_model("deleted")
    client.delete_registered_model("deleted")
    page = client.search_registered_models(max_results=1)
    rest = client.search_registered_models(max_results=1, page_token=page.token)
    answer = {
        "one": [str(one.version), one.current_stage, one.status, one.description, one.tags],
        "moved": [moved.current_stage, version.current_stage, version.description, version.tags, list(version.aliases)],
        "model": [model.description, model.tags, {alias: str(number) for alias, number in model.aliases.items()}],
        "latest": sorted((each.current_stage, str(each.version)) for each in client.get_latest_versions("model")),
        "alias": str(client.get_model_version_by_alias("model", "champion").version),
        "uri": [client.get_model_version_download_uri("model", "2"), copied.source],
        "found": [str(each.version) for each in found],
        "pages": [[each.name for each in page], [each.name for each in rest], bool(rest.token)],
    }
    client.delete_model_version("model", "1")
    return {**answer, "left": [str(each.version) for each in client.search_model_versions("name = 'model'")]}


def artifacts(client: Any) -> dict[str, Any]:
    """Files of runs, which go through the server."""
    experiment_id = client.create_experiment("files")
    id = client.create_run(experiment_id).info.run_id
    _file("up/one.txt", "one")
    _file("up/sub/zwei ü.bin", "x" * 3_000_000)
    client.log_artifact(id, "up/one.txt", "single")
    client.log_artifacts(id, "up", "all")
    client.log_text(id, "text", "text.txt")
    client.log_dict(id, {"a": [1, 2]}, "dict.json")
    back = Path(client.download_artifacts(id, "all", _directory("down")))
    taken = sorted(str(path.relative_to(back)) for path in back.rglob("*") if path.is_file())
    return {
        "where": client.get_run(id).info.artifact_uri.replace(f"{experiment_id}/{id}", "HERE"),
        "top": [[file.path, file.is_dir, file.file_size] for file in client.list_artifacts(id)],
        "below": [file.path for file in client.list_artifacts(id, "all/sub")],
        "file": client.list_artifacts(id, "all/one.txt"),
        "taken": [taken, (back / "sub/zwei ü.bin").stat().st_size],
        "text": mlflow.artifacts.load_text(f"runs:/{id}/text.txt"),
        "dict": mlflow.artifacts.load_dict(f"runs:/{id}/dict.json"),
        "missing": _failure(lambda: client.download_artifacts(id, "nope")),
    }


def logged_models(client: Any) -> dict[str, Any]:
    """Every call about logged models, their files among them."""
    run_id = client.create_run("0").info.run_id
    params = {f"p{place}": str(place) for place in range(150)}
    made = client.create_logged_model("0", "first", run_id, {"team": "ä", "gone": "1"}, params, "tree")
    other = client.create_logged_model("0", "second")
    ready = client.finalize_logged_model(made.model_id, "READY")
    client.set_logged_model_tags(made.model_id, {"added": "2"})
    client.delete_logged_model_tag(made.model_id, "gone")
    client.log_model_params(other.model_id, {"late": "1"})
    client.log_metric(
        run_id, "acc", 0.5, timestamp=7, step=3, model_id=made.model_id, dataset_name="test", dataset_digest="d1"
    )
    client.log_batch(run_id, [Metric("acc", float("nan"), 8, 3, model_id=other.model_id)])
    client.log_outputs(run_id, [LoggedModelOutput(made.model_id, 3)])
    client.log_inputs(run_id, models=[LoggedModelInput(other.model_id)])
    _file("model/MLmodel", "flavors: {}")
    client.log_model_artifacts(made.model_id, "model")
    found, run = client.get_logged_model(made.model_id), client.get_run(run_id)
    by_accuracy = client.search_logged_models(
        ["0"], "metrics.acc > 0.1 AND params.p7 = '7'", datasets=[{"dataset_name": "test"}],
        order_by=[{"field_name": "metrics.acc", "ascending": False, "dataset_name": "test"}],
    )
    page = client.search_logged_models(["0"], order_by=[{"field_name": "name"}], max_results=1)
    rest = client.search_logged_models(
        ["0"], order_by=[{"field_name": "name"}], max_results=1, page_token=page.token
    )
    listed = [file.path for file in client.list_logged_model_artifacts(made.model_id)]
    client.delete_logged_model(other.model_id)
    flavors = {"sklearn": {"code": None}}
    client._record_logged_model(run_id, mlflow.models.Model(artifact_path="old", run_id=run_id, flavors=flavors))
    history = json.loads(client.get_run(run_id).data.tags["mlflow.log-model.history"])
    return {
        "made": [made.name, str(made.status), made.model_type, made.source_run_id == run_id, len(made.params)],
        "ready": [str(ready.status), found.tags, found.params == params],
        "metrics": [[point.key, point.value, point.step, point.dataset_name] for point in found.metrics],
        "run": [
            [each.model_id == other.model_id for each in run.inputs.model_inputs],
            [[each.model_id == made.model_id, each.step] for each in run.outputs.model_outputs],
        ],
        "found": [each.name for each in by_accuracy],
        "pages": [[each.name for each in part] for part in (page, rest)],
        "files": listed,
        "text": Path(mlflow.artifacts.download_artifacts(made.model_uri, dst_path="back"), "MLmodel").read_text(),
        "deleted": _refusal(lambda: client.get_logged_model(other.model_id))[0],
        "history": [[each["artifact_path"], each["flavors"]] for each in history],
    }


def traces(client: Any) -> dict[str, Any]:
    """A program that traces itself on a server that keeps no traces."""
    with mlflow.start_span("work") as span:
        span.set_inputs({"a": 1})
    mlflow.flush_trace_async_logging()
    return {
        "found": [trace.info.trace_id for trace in client.search_traces(experiment_ids=["0"])],
        "one": _refusal(lambda: client.get_trace("tr-" + "0" * 32))[0],
    }


def prompts(client: Any) -> dict[str, Any]:
    """Prompts, which are registered models in disguise."""
    genai = mlflow.genai
    genai.register_prompt("greeting", "Hello {{ name }}", commit_message="first", tags={"lang": "en"})
    chat = [{"role": "system", "content": "Be {{ mood }}"}, {"role": "user", "content": "{{ question }}"}]
    genai.register_prompt("greeting", chat)
    genai.set_prompt_alias("greeting", "live", 1)
    one, two = genai.load_prompt("prompts:/greeting/1"), genai.load_prompt("greeting")
    live = genai.load_prompt("prompts:/greeting@live")
    client.set_prompt_tag("greeting", "owner", "ann")
    client.set_prompt_version_tag("greeting", 1, "kind", "short")
    client.delete_prompt_version_tag("greeting", 1, "lang")
    tags = client.get_prompt_version("greeting", 1).tags
    genai.delete_prompt_alias("greeting", "live")
    return {
        "one": [one.version, one.format(name="Ann"), one.commit_message, one.tags],
        "two": [two.version, two.format(mood="kind", question="Why?")],
        "live": live.version,
        "unaliased": _refusal(lambda: client.get_prompt_version_by_alias("greeting", "live"))[0],
        "tags": [client.get_prompt("greeting").tags, tags],
        "found": [each.name for each in genai.search_prompts(filter_string="name = 'greeting'")],
        "versions": [each.version for each in client.search_prompt_versions("greeting")],
        "hidden": [each.name for each in client.search_registered_models() if each.name == "greeting"],
        "taken": _refusal(lambda: client.create_registered_model("greeting"))[0],
    }


def errors(client: Any) -> dict[str, Any]:
    """Codes and messages of what is refused."""
    id = client.create_run("0").info.run_id
    client.log_param(id, "p", "1")
    calls = {
        "experiment": lambda: client.get_experiment("77"),
        "taken": lambda: client.create_experiment("Default"),
        "run": lambda: client.get_run("0" * 32),
        "filter": lambda: client.search_runs(["0"], "metrics.zz"),
        "key": lambda: client.set_tag(id, "a//b", "1"),
        "param": lambda: client.log_param(id, "p", "2"),
        "tag": lambda: client.delete_tag(id, "nope"),
        "model": lambda: client.get_registered_model("nope"),
        "alias": lambda: client.get_model_version_by_alias("model", "nope"),
        "source": lambda: client.create_model_version("model", "/etc/passwd"),
    }
    return {name: _refusal(call) for name, call in calls.items()}


def fluent(uri: str) -> dict[str, Any]:
    """A run of the fluent API."""
    mlflow.set_experiment("fluent")
    with mlflow.start_run(run_name="outer") as outer, mlflow.start_run(nested=True) as inner:
        mlflow.log_params({"a": 1, "b": "two"})
        mlflow.log_metrics({"acc": 0.75}, step=3)
    frame = mlflow.search_runs(experiment_names=["fluent"], filter_string="metrics.acc > 0.5")
    return {
        "is_child": frame["tags.mlflow.parentRunId"].tolist() == [outer.info.run_id],
        "rows": [frame["run_id"].tolist() == [inner.info.run_id], frame["params.b"].tolist()],
        "status": frame["status"].tolist(),
    }


def _file(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def _directory(path: str) -> str:
    Path(path).mkdir()
    return path


def _failure(call: Any) -> str:
    try:
        call()
    except Exception as error:  # the client has several kinds
        return type(error).__name__
    return "nothing failed"


def _refusal(call: Any) -> list[str]:
    try:
        call()
    except mlflow.exceptions.MlflowException as error:
        return [error.error_code, str(error).partition("\n")[0]]
    return ["nothing was refused"]


PARTS = (experiments, runs, logging, artifacts, registry, logged_models, traces, prompts, errors)

if __name__ == "__main__":
    mlflow.set_tracking_uri(sys.argv[1])
    client = mlflow.MlflowClient(sys.argv[1])
    answers = {part.__name__: part(client) for part in PARTS}
    print(json.dumps({**answers, "fluent": fluent(sys.argv[1])}))
