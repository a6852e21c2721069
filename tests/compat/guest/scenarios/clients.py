"""What `MlflowClient` and the fluent functions do on a store."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

from tests.compat.guest.calls import Call

STORE = "client"


@contextmanager
def fluent(client: Any, **variables: str) -> Any:
    """The fluent functions on the store of a client, without an active run before and after."""
    before = dict(os.environ)
    mlflow.set_tracking_uri(client.tracking_uri)
    os.environ.update(variables)
    try:
        yield
    finally:
        while mlflow.active_run():
            mlflow.end_run()
        os.environ.clear()
        os.environ.update(before)


def tidy(tags: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if not key.startswith(("mlflow.source", "mlflow.user", "mlflow.log-model")) and key != "mlflow.runName"}


def ran(label: str, act: Any, **variables: str) -> Call:
    """What fluent functions answer."""

    def call(client: Any, ids: Any) -> Any:
        with fluent(client, **variables):
            return act(client, ids)

    return label, call


def state(client: Any, id: str) -> Any:
    run = client.get_run(id)
    return run.info.status, run.info.lifecycle_stage, run.info.experiment_id, run.info.end_time is None, run.data.metrics, run.data.params, tidy(run.data.tags)


def nested(client: Any, ids: Any) -> Any:
    with mlflow.start_run(run_name="parent") as parent:
        with mlflow.start_run(nested=True, tags={"a": "b"}, description="words") as child:
            mlflow.log_metric("inner", 1)
            try:
                mlflow.start_run()
            except Exception as error:
                refused = str(error)[:13]
        mlflow.log_metric("outer", 2)
    ids["parent"], ids["child"] = parent.info.run_id, child.info.run_id
    return state(client, ids["parent"]), state(client, ids["child"]), refused, mlflow.last_active_run().info.run_id, mlflow.get_parent_run(ids["child"]).info.run_id, mlflow.get_parent_run(ids["parent"])


def failing(client: Any, ids: Any) -> Any:
    try:
        with mlflow.start_run() as run:
            mlflow.log_param("a", 1)
            raise ValueError("no")
    except ValueError:
        return state(client, run.info.run_id)


def resumed(client: Any, ids: Any) -> Any:
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("a", 1)
    with mlflow.start_run(run_id=run.info.run_id, tags={"again": "1"}) as again:
        mlflow.log_param("b", 2)
        running = client.get_run(run.info.run_id).info.status
    return state(client, run.info.run_id), running, again.info.run_id == run.info.run_id, client.get_run(run.info.run_id).data.tags["mlflow.runName"]


def of_deleted(client: Any, ids: Any) -> Any:
    with mlflow.start_run() as run:
        pass
    client.delete_run(run.info.run_id)
    ids["deleted run"] = run.info.run_id
    mlflow.start_run(run_id=run.info.run_id)


def in_threads(client: Any, ids: Any) -> Any:
    def work(number: int) -> Any:
        with mlflow.start_run(run_name=f"thread {number}") as run:
            mlflow.log_metric("n", number)
            mlflow.log_param("t", number)
            return mlflow.active_run().info.run_id == run.info.run_id, run.info.run_id

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(16)))
    return [own for own, _ in found], [client.get_run(id).data.metrics["n"] for _, id in found], [client.get_run(id).data.params for _, id in found]


def one_metric_from_many_threads(client: Any, ids: Any) -> Any:
    run = client.create_run("0")

    def work(number: int) -> None:
        for step in range(10):
            client.log_metric(run.info.run_id, "m", number * 10 + step, timestamp=1, step=number * 10 + step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = client.get_metric_history(run.info.run_id, "m")
    return len(history), client.get_run(run.info.run_id).data.metrics, sorted(m.step for m in history) == list(range(80))


def asynchronous(client: Any, ids: Any) -> Any:
    run = client.create_run("0")
    id = run.info.run_id
    operations = [client.log_metric(id, "m", 1.5, step=3, timestamp=5, synchronous=False), client.log_param(id, "p", "v", synchronous=False), client.set_tag(id, "t", "v", synchronous=False), client.log_batch(id, [Metric(f"b{i}", i, 1, 0) for i in range(1500)], [Param(f"p{i}", str(i)) for i in range(250)], [RunTag(f"t{i}", str(i)) for i in range(250)], synchronous=False)]
    for operation in operations:
        operation.wait()
    found = client.get_run(id).data
    return len(found.metrics), len(found.params), len(found.tags), found.metrics["m"], found.params["p"], found.tags["t"]


def asynchronous_failure(client: Any, ids: Any) -> Any:
    run = client.create_run("0")
    client.log_param(run.info.run_id, "p", "1")
    try:
        client.log_param(run.info.run_id, "p", "2", synchronous=False).wait()
    except Exception as error:
        return type(error).__name__, str(error).replace(run.info.run_id, "<run>")[:90]


def files(client: Any, ids: Any) -> Any:
    with mlflow.start_run() as run:
        id = run.info.run_id
        ids["files"] = id
        mlflow.log_text("text", "a/t.txt")
        mlflow.log_dict({"k": [1]}, "d.json")
        mlflow.log_dict({"k": [1]}, "d.yaml")
        Path("local").mkdir(exist_ok=True)
        Path("local/f.txt").write_text("f")
        mlflow.log_artifact("local/f.txt", "b")
        mlflow.log_artifacts("local", "c")
        mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "t.json")
        mlflow.log_table({"x": [3], "y": ["c"]}, "t.json")
    listed = {path: sorted((f.path, f.is_dir, f.file_size) for f in client.list_artifacts(id, path)) for path in (None, "a", "b", "c", "missing", "a/t.txt")}
    loaded = mlflow.load_table("t.json", run_ids=[id], extra_columns=["run_id"])
    return listed, mlflow.artifacts.load_text(f"runs:/{id}/a/t.txt"), mlflow.artifacts.load_dict(f"runs:/{id}/d.json"), loaded.to_dict("list"), Path(client.download_artifacts(id, "a/t.txt")).read_text(), tidy(client.get_run(id).data.tags).get("mlflow.loggedArtifacts")


def framed(client: Any, ids: Any) -> Any:
    id = mlflow.create_experiment("framed")
    for number in range(5):
        with mlflow.start_run(experiment_id=id, run_name=f"r{number}"):
            mlflow.log_metric("m", number)
            mlflow.log_param("p", number % 2)
    found = mlflow.search_runs([id], "params.p = '1'", order_by=["metrics.m DESC"])
    every = mlflow.search_runs(experiment_names=["framed"], output_format="list", max_results=3, order_by=["metrics.m"])
    none = mlflow.search_runs([id], "metrics.m > 99")
    return sorted(found.columns), found["metrics.m"].tolist(), found["status"].tolist(), [r.info.run_name for r in every], none.shape, sorted(none.columns), len(mlflow.search_runs(search_all_experiments=True)) > 5


def experiments(client: Any, ids: Any) -> Any:
    made = mlflow.set_experiment("by name")
    with mlflow.start_run() as run:
        pass
    again = mlflow.set_experiment(experiment_id=made.experiment_id)
    client.set_experiment_tag(made.experiment_id, "k", "v")
    mlflow.set_experiment_tags({"k2": 2})
    shown = mlflow.get_experiment_by_name("by name")
    mlflow.delete_experiment(made.experiment_id)
    try:
        mlflow.set_experiment("by name")
    except MlflowException as error:
        refused = error.error_code, error.message
    client.restore_experiment(made.experiment_id)
    mlflow.set_experiment("Default")
    return run.info.experiment_id == made.experiment_id, again.name, shown.tags, shown.name, refused, [e.name for e in mlflow.search_experiments(filter_string="name LIKE 'by%'")]


def refusals(*acts: tuple[str, Any]) -> list[Call]:
    return [ran(label, act) for label, act in acts]


def registered(client: Any, ids: Any) -> Any:
    with mlflow.start_run() as run:
        mlflow.log_text("x", "model/x.txt")
    client.create_registered_model("reg", {"a": 1}, "words")
    version = client.create_model_version("reg", f"runs:/{run.info.run_id}/model", run.info.run_id, {"t": 5}, description="d")
    client.set_registered_model_alias("reg", "champion", 1)
    client.set_model_version_tag("reg", "1", "k", 5)
    client.transition_model_version_stage("reg", 1, "Staging")
    client.set_model_version_tag("reg", stage="Staging", key="s", value="v")
    client.update_model_version("reg", 1, "new")
    got = client.get_model_version_by_alias("reg", "champion")
    return version.version, version.status, got.tags, got.description, got.aliases, got.current_stage, client.get_registered_model("reg").tags, [m.version for m in client.search_model_versions("name = 'reg'")], [m.name for m in client.search_registered_models()], client.get_latest_versions("reg")[0].version, client.get_model_version_stages("reg", 1), client.copy_model_version("models:/reg@champion", "reg copy").source, client.rename_registered_model("reg", "reg2") and None, client.get_model_version("reg2", 1).name


def prompted(client: Any, ids: Any) -> Any:
    first = mlflow.genai.register_prompt("greet", "Hello {{name}}", commit_message="first", tags={"a": "1"})
    second = mlflow.genai.register_prompt("greet", "Hi {{name}}")
    mlflow.genai.set_prompt_alias("greet", "live", 1)
    loaded = mlflow.genai.load_prompt("prompts:/greet@live")
    missing = mlflow.genai.load_prompt("prompts:/greet/9", allow_missing=True)
    try:
        mlflow.genai.register_prompt("greet", "x" * 100_001)
    except MlflowException as error:
        refused = error.message
    return first.version, second.version, loaded.template, loaded.format(name="you"), missing, [p.name for p in mlflow.genai.search_prompts()], refused, client.get_prompt_version("greet", 1).commit_message, [v.version for v in client.search_prompt_versions("greet")]


def logged_models(client: Any, ids: Any) -> Any:
    model = mlflow.initialize_logged_model("lm", tags={"a": "1"}, params={"p": "2"}, model_type="agent")
    mlflow.log_model_params({"q": "3"}, model_id=model.model_id)
    mlflow.set_logged_model_tags(model.model_id, {"b": "2"})
    with mlflow.start_run() as run:
        mlflow.log_metric("acc", 0.5, model_id=model.model_id)
        mlflow.log_metrics({"x": 1.0, "y": 2.0}, model_id=model.model_id, step=3)
    mlflow.finalize_logged_model(model.model_id, "READY")
    mlflow.delete_logged_model_tag(model.model_id, "a")
    got = mlflow.get_logged_model(model.model_id)
    external = mlflow.create_external_model("ext")
    found = mlflow.search_logged_models(output_format="list", order_by=[{"field_name": "name", "ascending": True}])
    frame = mlflow.search_logged_models(filter_string="metrics.acc > 0.1")
    return got.status, got.tags, got.params, sorted((m.key, m.value, m.step) for m in got.metrics), [m.name for m in found][:3], external.tags, frame["name"].tolist(), run.info.status, mlflow.last_logged_model().name if mlflow.last_logged_model() else None


def inputs(client: Any, ids: Any) -> Any:
    import pandas

    data = mlflow.data.from_pandas(pandas.DataFrame({"a": [1, 2]}), source="s3://x/y.csv", name="frame", targets="a")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training", tags={"k": "v"})
        mlflow.log_input(data, context="training")
    used = client.get_run(run.info.run_id).inputs.dataset_inputs
    return [(i.dataset.name, i.dataset.digest, i.dataset.source_type, sorted((t.key, t.value) for t in i.tags)) for i in used]


CALLS: list[Call] = [
    ("uri", lambda c, v: c.tracking_uri.split(":")[0] in ("sqlite", "genesis+sqlite", "mongodb")),
    ("create run", lambda c, v: state(c, c.create_run("0", 5, {"a": "b"}, "named").info.run_id)),
    ("create run with defaults", lambda c, v: c.create_run("0").info.status),
    ("terminated", lambda c, v: (lambda id: (c.set_terminated(id), state(c, id), c.set_terminated(id, "FAILED", 7), c.get_run(id).info.end_time, c.get_run(id).info.status))(c.create_run("0").info.run_id)),
    ("update run", lambda c, v: (lambda id: (c.update_run(id, "FAILED", "renamed"), c.get_run(id).info.run_name, c.get_run(id).info.status, c.update_run(id), c.get_run(id).info.status))(c.create_run("0").info.run_id)),
    ("bad status", lambda c, v: c.update_run(c.create_run("0").info.run_id, "FOO")), ("bad terminated", lambda c, v: c.set_terminated(c.create_run("0").info.run_id, "FOO")),
    ("param types", lambda c, v: (lambda id: (c.log_param(id, "i", 1), c.log_param(id, "l", [1, {"a": None}]), c.log_param(id, "n", None), c.log_param(id, "b", True), c.get_run(id).data.params))(c.create_run("0").info.run_id)),
    ("param twice", lambda c, v: (lambda id: (v.__setitem__("twice", id), c.log_param(id, "i", 1), c.log_param(id, "i", 1), c.log_param(id, "i", 2)))(c.create_run("0").info.run_id)),
    ("batch param twice", lambda c, v: c.log_batch(v["twice"], params=[Param("i", "3"), Param("j", "1")])), ("params twice", lambda c, v: c.get_run(v["twice"]).data.params),
    ("metric types", lambda c, v: (lambda id: (c.log_metric(id, "i", 1), c.log_metric(id, "t", "2.5"), c.log_metric(id, "b", True), c.log_metric(id, "n", float("nan")), c.log_metric(id, "inf", float("inf")), c.get_run(id).data.metrics))(c.create_run("0").info.run_id)),
    ("numpy metrics", lambda c, v: (lambda id, np: (c.log_metric(id, "f32", np.float32(0.1)), c.log_metric(id, "i64", np.int64(3)), c.log_metric(id, "arr", np.array([1.5])), c.log_metric(id, "0d", np.array(2.5)), c.get_run(id).data.metrics))(c.create_run("0").info.run_id, __import__("numpy"))),
    ("bad metric", lambda c, v: c.log_metric(c.create_run("0").info.run_id, "m", "x")), ("array metric", lambda c, v: c.log_metric(c.create_run("0").info.run_id, "m", __import__("numpy").array([1, 2]))), ("None metric", lambda c, v: c.log_metric(c.create_run("0").info.run_id, "m", None)),
    ("set tag", lambda c, v: (lambda id: (c.set_tag(id, "a", 5), c.set_tag(id, "n", None), c.delete_tag(id, "a"), tidy(c.get_run(id).data.tags)))(c.create_run("0").info.run_id)),
    ("long values", lambda c, v: (lambda id: (c.log_param(id, "p", "x" * 7000), c.set_tag(id, "t", "x" * 9000), len(c.get_run(id).data.params["p"]), len(c.get_run(id).data.tags["t"])))(c.create_run("0").info.run_id)),
    ran("long param refused", lambda c, v: c.log_param(c.create_run("0").info.run_id, "p", "x" * 6001), MLFLOW_TRUNCATE_LONG_VALUES="false"), ran("long tag refused", lambda c, v: c.set_tag(c.create_run("0").info.run_id, "p", "x" * 8001), MLFLOW_TRUNCATE_LONG_VALUES="false"), ran("long batch refused", lambda c, v: c.log_batch(c.create_run("0").info.run_id, params=[Param("p", "x" * 6001)]), MLFLOW_TRUNCATE_LONG_VALUES="false"), ran("longest not refused", lambda c, v: c.log_param(c.create_run("0").info.run_id, "p", "x" * 6000) is not None, MLFLOW_TRUNCATE_LONG_VALUES="false"),
    ran("nested", nested), ran("failing", failing), ran("resumed", resumed), ran("of deleted", of_deleted), ran("in threads", in_threads), ("one metric from many threads", one_metric_from_many_threads), ("asynchronous", asynchronous), ("asynchronous failure", asynchronous_failure), ran("files", files), ran("framed", framed), ran("experiments", experiments), ran("registered", registered), ran("prompted", prompted), ran("logged models", logged_models), ran("inputs", inputs),
    ran("run id of the environment", lambda c, v: (lambda id: (os.environ.__setitem__("MLFLOW_RUN_ID", id), mlflow.start_run().info.run_id == id))(c.create_run("0").info.run_id)),
    ran("experiment of the environment", lambda c, v: (mlflow.create_experiment("env"), os.environ.__setitem__("MLFLOW_EXPERIMENT_NAME", "env"), mlflow.tracking.fluent.__dict__.__setitem__("_active_experiment_id", None), c.get_experiment(mlflow.start_run().info.experiment_id).name)),
    ran("tags and params", lambda c, v: (lambda run: (mlflow.set_tags({"a": 1, "b": "2"}), mlflow.log_params({"x": 1, "y": None}), mlflow.log_metrics({"m": 1, "n": 2.5}, step=4, timestamp=9), mlflow.delete_tag("a"), mlflow.set_tag("mlflow.note.content", "n"), state(c, run.info.run_id), mlflow.active_run().data.tags.get("a")))(mlflow.start_run())),
    ran("parent", lambda c, v: (lambda p: (mlflow.end_run(), mlflow.start_run(parent_run_id=p.info.run_id).data.tags["mlflow.parentRunId"] == p.info.run_id))(mlflow.start_run())), ran("delete", lambda c, v: (lambda r: (mlflow.end_run(), mlflow.delete_run(r.info.run_id), state(c, r.info.run_id), c.restore_run(r.info.run_id), state(c, r.info.run_id)))(mlflow.start_run())),
    ran("image", lambda c, v: (lambda run, np: (mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "i.png"), mlflow.log_image(np.zeros((4, 4), dtype=np.uint8), key="k", step=1, synchronous=True), sorted(f.path.split("%")[0][:20] for f in c.list_artifacts(run.info.run_id)), tidy(c.get_run(run.info.run_id).data.tags)))(mlflow.start_run(), __import__("numpy"))),
    *refusals(("run of nothing", lambda c, v: mlflow.get_run("missing")), ("start of nothing", lambda c, v: mlflow.start_run(run_id="0" * 32)), ("experiment of nothing", lambda c, v: mlflow.get_experiment("999")), ("set experiment of nothing", lambda c, v: mlflow.set_experiment(experiment_id="999")), ("set no experiment", lambda c, v: mlflow.set_experiment()), ("run in no experiment", lambda c, v: c.create_run("999")), ("bad experiment id", lambda c, v: c.create_run("abc")), ("create taken", lambda c, v: mlflow.create_experiment("framed") and None),
        ("experiment names", lambda c, v: mlflow.create_experiment("")), ("experiment names too", lambda c, v: mlflow.create_experiment(5)), ("runs location", lambda c, v: mlflow.create_experiment("runs", "runs:/x/y")), ("parent of nothing", lambda c, v: mlflow.start_run(parent_run_id="0" * 32).info.run_name and None), ("history of nothing", lambda c, v: c.get_metric_history("0" * 32, "m")), ("list artifacts of nothing", lambda c, v: c.list_artifacts("0" * 32)), ("download of nothing", lambda c, v: c.download_artifacts("0" * 32, "x")),
        ("no registered model", lambda c, v: c.get_registered_model("none")), ("no version", lambda c, v: c.get_model_version("none", 1)), ("no alias", lambda c, v: c.get_model_version_by_alias("reg2", "nobody")), ("tag version of nothing", lambda c, v: c.set_model_version_tag("reg2", 9, "k", "v")), ("tag version by no stage", lambda c, v: c.set_model_version_tag("reg2", key="k", value="v")), ("tag version by both", lambda c, v: c.set_model_version_tag("reg2", 1, "k", "v", "Staging")), ("no prompt", lambda c, v: mlflow.genai.load_prompt("prompts:/none/1")), ("bad prompt name", lambda c, v: mlflow.genai.register_prompt("a/b", "x")), ("no logged model", lambda c, v: mlflow.get_logged_model("m-none")), ("bad logged model name", lambda c, v: mlflow.initialize_logged_model("a/b")), ("register nothing", lambda c, v: mlflow.register_model("runs:/" + "0" * 32 + "/m", "none", await_registration_for=0)), ("register a missing model", lambda c, v: mlflow.register_model("models:/m-none", "none2", await_registration_for=0))),
    ("search defaults", lambda c, v: (len(c.search_runs(["0"])) > 3, len(c.search_runs("0")) > 3, c.search_runs([]), len(c.search_runs(["0"], max_results=2)), c.search_runs(["0"], max_results=2).token is None, len(c.search_experiments()) > 2)),
    ("deleted runs", lambda c, v: [r.info.lifecycle_stage for r in c.search_runs(["0"], run_view_type=ViewType.DELETED_ONLY)]),
    ("datasets by client", lambda c, v: (lambda id: (c.log_inputs(id, [DatasetInput(Dataset("d", "1", "t", "s"), [])]), len(c.get_run(id).inputs.dataset_inputs)))(c.create_run("0").info.run_id)),
    ("big batch", lambda c, v: (lambda id: (c.log_batch(id, [Metric("m", i, i, i) for i in range(2500)], [Param(f"p{i}", "v") for i in range(201)], [RunTag(f"t{i}", "v") for i in range(201)]), len(c.get_metric_history(id, "m")), len(c.get_run(id).data.params), len(c.get_run(id).data.tags)))(c.create_run("0").info.run_id)),
]  # fmt: skip
