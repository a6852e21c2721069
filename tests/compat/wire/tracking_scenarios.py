"""Sequences of requests about experiments, runs and what they log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.compat.wire.requests import Ask, get, post

_LONG: Final = "a" * 251
POINT: Final = {"key": "m", "value": 1.0, "timestamp": 1, "step": 0}
DATASET: Final = {"name": "d", "digest": "1", "source_type": "t", "source": "s"}


def run(name: str, **more: Any) -> Ask:
    return post(
        "runs/create",
        {"experiment_id": "{exp}", "run_name": name, "start_time": 1, **more},
        **{name: "run.info.run_id"},
    )


def experiment(name: str = "exp") -> Ask:
    return post("experiments/create", {"name": f"{{mark}}-{name}"}, **{name: "experiment_id"})


def logged(run: str = "{run}", **content: Any) -> Ask:
    return post("runs/log-batch", {"run_id": run, **content})


def _batch(*contents: Mapping[str, Any]) -> list[Ask]:
    return [logged(**content) for content in contents]


def pages(path: str, content: Mapping[str, Any], count: int, method: str = "POST") -> list[Ask]:
    """Requests for the first pages of a list, and one for the first page again with the last token."""
    found = []
    for number in range(count):
        token = {"page_token": "{token}"} if number else {}
        takes = {"token": "next_page_token"}
        if method == "GET":
            found.append(Ask("GET", path, query=get(path, **content, **token).query, takes=takes))
        else:
            found.append(Ask(method, path, {**content, **token}, takes=takes))
    return found


EXPERIMENTS: Final = [
    experiment(), experiment(),
    post(
        "experiments/create",
        {"name": "{mark}-tagged", "tags": [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]},
        tagged="experiment_id",
    ),
    post("experiments/create", {"name": "{mark}-runs", "artifact_location": "runs:/x/y"}),
    post("experiments/create", {"name": "{mark}-query", "artifact_location": "s3://b/p?x=1#f"}, query="experiment_id"),
    get("experiments/get", experiment_id="{query}"),
    post("runs/create", {"experiment_id": "{query}", "start_time": 1, "run_name": "n"}),
    post("experiments/create", {"name": "n" * 501}), post("experiments/create", {"name": "  "}),
    get("experiments/get", experiment_id="0"), get("experiments/get-by-name", experiment_name="Default"),
    get("experiments/get-by-name", experiment_name="{mark}-none"),
    post("experiments/update", {"experiment_id": "{tagged}", "new_name": "{mark}-renamed"}),
    post("experiments/update", {"experiment_id": "{tagged}", "new_name": "{mark}-exp"}),
    post("experiments/update", {"experiment_id": "{tagged}", "new_name": "{mark}-renamed"}),
    post("experiments/update", {"experiment_id": "9999999", "new_name": "x"}),
    post("experiments/update", {"experiment_id": "{tagged}", "new_name": "n" * 501}),
    get("experiments/get-by-name", experiment_name="{mark}-tagged"), get("experiments/get", experiment_id="{tagged}"),
    post("experiments/set-experiment-tag", {"experiment_id": "{tagged}", "key": "a", "value": "2"}),
    post("experiments/set-experiment-tag", {"experiment_id": "{tagged}", "key": _LONG, "value": "2"}),
    post("experiments/set-experiment-tag", {"experiment_id": "{tagged}", "key": "long", "value": "v" * 5001}),
    post("experiments/set-experiment-tag", {"experiment_id": "{tagged}", "key": "longer", "value": "v" * 20001}),
    post("experiments/delete-experiment-tag", {"experiment_id": "{tagged}", "key": "b"}),
    post("experiments/delete-experiment-tag", {"experiment_id": "{tagged}", "key": "b"}),
    post("experiments/delete-experiment-tag", {"experiment_id": "9999999", "key": "b"}), run("first"), run("second"),
    post("runs/delete", {"run_id": "{second}"}), post("experiments/delete", {"experiment_id": "{exp}"}),
    post("experiments/delete", {"experiment_id": "{exp}"}), post("experiments/delete", {"experiment_id": "9999999"}),
    get("experiments/get", experiment_id="{exp}"), get("experiments/get-by-name", experiment_name="{mark}-exp"),
    get("runs/get", run_id="{first}"), experiment("exp"),
    post("experiments/update", {"experiment_id": "{exp}", "new_name": "{mark}-other"}),
    post("experiments/set-experiment-tag", {"experiment_id": "{exp}", "key": "a", "value": "2"}),
    post("experiments/delete-experiment-tag", {"experiment_id": "{exp}", "key": "a"}), run("third"),
    post("runs/restore", {"run_id": "{first}"}),
    *(
        post("experiments/search", {"max_results": 10, "filter": "name LIKE '{mark}%'", "view_type": view})
        for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")
    ),
    post("runs/search", {"experiment_ids": ["{exp}"], "run_view_type": "ALL", "order_by": ["run_name"]}),
    post("runs/search", {"experiment_ids": ["{exp}"]}), post("experiments/restore", {"experiment_id": "{exp}"}),
    post("experiments/restore", {"experiment_id": "{exp}"}), post("experiments/restore", {"experiment_id": "9999999"}),
    post("runs/search", {"experiment_ids": ["{exp}"], "order_by": ["run_name"]}),
    *pages("experiments/search", {"max_results": 1, "filter": "name LIKE '{mark}%'"}, 4),
    *pages(
        "experiments/search", {"max_results": 2, "filter": "name LIKE '{mark}%'", "order_by": ["name DESC"]}, 3, "GET",
    ),
    post("experiments/search", {"max_results": 50001}),
    post("experiments/search", {"max_results": 50000, "filter": "name = '{mark}-exp'"}),
    post("experiments/search", {"filter": "name = '{mark}-exp'"}),
    post("experiments/search", {"max_results": 5, "filter": "tags.a = '2' AND name LIKE '{mark}%'"}),
    post("experiments/search", {"max_results": 5, "filter": "attribute.name ILIKE '{mark}-EXP'"}),
    post(
        "experiments/search",
        {"max_results": 5, "filter": "name = '{mark}-exp'", "order_by": ["experiment_id DESC", "name"]},
    ),
]  # fmt: skip

#: A run for requests that one of the servers grants and the other refuses.
_ODD: Final = (
    post("runs/create", {"experiment_id": "{odd_exp}", "run_name": "odd", "start_time": 1}, odd="run.info.run_id"),
)

RUNS: Final = [
    experiment(), run("run", user_id="u", tags=[{"key": "a", "value": "1"}, {"key": "mlflow.user", "value": "me"}]),
    run("child", tags=[{"key": "mlflow.parentRunId", "value": "{run}"}]),
    post(
        "runs/create",
        {"experiment_id": "{exp}", "run_name": "one", "tags": [{"key": "mlflow.runName", "value": "two"}]},
    ),
    post(
        "runs/create",
        {
            "experiment_id": "{exp}", "run_name": "one", "start_time": 1,
            "tags": [{"key": "mlflow.runName", "value": "one"}],
        },
    ),
    post(
        "runs/create", {"experiment_id": "{exp}", "start_time": 2, "tags": [{"key": "mlflow.runName", "value": "two"}]},
    ),
    experiment("odd_exp"), *_ODD, post("runs/create", {"experiment_id": "{odd_exp}", "start_time": 1}),
    post("runs/create", {"experiment_id": "{odd_exp}", "start_time": 1, "tags": [{"key": "a@b", "value": "1"}]}),
    post("runs/create", {"experiment_id": "{odd_exp}", "start_time": 1, "run_name": ""}),
    post("runs/create", {"experiment_id": "{odd_exp}", "start_time": 1, "run_name": "far"}, far="run.info.run_id"),
    post("runs/log-metric", {"run_id": "{far}", **POINT, "value": "Infinity"}),
    post("runs/log-metric", {"run_id": "{far}", **POINT, "value": "-Infinity", "step": 1}),
    get("runs/get", run_id="{far}"), get("metrics/get-history", run_id="{far}", metric_key="m"),
    post("runs/create", {"experiment_id": "9999999", "start_time": 1}),
    post("runs/create", {"experiment_id": "{exp}", "start_time": "1", "run_name": "n"}),
    get("runs/get", run_id="{run}"), get("runs/get", run_uuid="{run}"),
    get("runs/get", run_id="{child}", run_uuid="{run}"), get("runs/get", run_id="0" * 32), get("runs/get"),
    Ask("GET", "runs/get", query=[("run_id", "{run}"), ("run_id", "{child}")]),
    post("runs/update", {"run_id": "{run}", "status": "FINISHED", "end_time": 50}),
    post("runs/update", {"run_id": "{run}", "status": "RUNNING"}),
    post("runs/update", {"run_uuid": "{run}", "status": "KILLED"}),
    post("runs/update", {"run_id": "{run}", "status": "BOGUS"}),
    post("runs/update", {"run_id": "{run}", "status": "SCHEDULED", "run_name": ""}),
    post("runs/update", {"run_id": "{run}", "run_name": "renamed"}), post("runs/update", {"run_id": "{run}"}),
    get("runs/get", run_id="{run}"),
    post("runs/set-tag", {"run_id": "{run}", "key": "mlflow.runName", "value": "by tag"}),
    get("runs/get", run_id="{run}"), post("runs/set-tag", {"run_uuid": "{run}", "key": "b", "value": "x" * 8000}),
    post("runs/set-tag", {"run_id": "{run}", "key": "c", "value": "x" * 8001}),
    post("runs/set-tag", {"run_id": "{run}", "key": _LONG, "value": "x"}),
    post("runs/set-tag", {"run_id": "{run}", "key": "a/../b", "value": "x"}),
    post("runs/delete-tag", {"run_id": "{run}", "key": "b"}), post("runs/delete-tag", {"run_id": "{run}", "key": "b"}),
    post("runs/delete-tag", {"run_id": "0" * 32, "key": "b"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "p", "value": "1"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "p", "value": "1"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "p", "value": "2"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "empty"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "long", "value": "x" * 6001}),
    post("runs/log-parameter", {"run_id": "{run}", "key": _LONG, "value": "x"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "a@b", "value": "x"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "./a", "value": "x"}),
    post("runs/log-parameter", {"run_id": "0" * 32, "key": "p", "value": "x"}),
    *(
        post("runs/log-metric", {"run_id": "{odd}", **POINT, **change})
        for change in (
            {"value": "nan"}, {"value": "Infinity"}, {"value": "-Infinity"}, {"value": "x"}, {"value": True},
            {"timestamp": "x"}, {"step": "x"}, {"step": 1.5}, {"dataset_name": "d"}, {"dataset_digest": "d"},
        )
    ),
    *(
        post("runs/log-metric", {"run_id": "{run}", **POINT, **change})
        for change in (
            {}, {"value": "NaN", "step": 9}, {"value": "1e3"}, {"timestamp": "3"}, {"timestamp": -1}, {"step": -1},
            {"step": "2"}, {"key": "a@b"}, {"key": _LONG}, {"key": ".."}, {"key": "/a"}, {"key": "a//b"},
            {"model_id": ""}, {"dataset_name": "d", "dataset_digest": "e"},
        )
    ),
    get("metrics/get-history", run_id="{run}", metric_key="m"), get("runs/get", run_id="{run}"),
    post("runs/delete", {"run_id": "{run}"}), post("runs/delete", {"run_id": "{run}"}),
    post("runs/delete", {"run_id": "0" * 32}), get("runs/get", run_id="{run}"),
    post("runs/log-metric", {"run_id": "{run}", **POINT}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "p", "value": "1"}),
    post("runs/set-tag", {"run_id": "{run}", "key": "p", "value": "1"}),
    post("runs/delete-tag", {"run_id": "{run}", "key": "a"}), logged(metrics=[POINT]), logged(),
    post("runs/log-inputs", {"run_id": "{run}", "datasets": [{"dataset": DATASET}]}),
    post("runs/outputs", {"run_id": "{run}", "models": [{"model_id": "m-1"}]}),
    post("runs/update", {"run_id": "{run}", "status": "FINISHED"}),
    post("runs/log-model", {"run_id": "{run}", "model_json": "{}"}),
    get("metrics/get-history", run_id="{run}", metric_key="m"), get("artifacts/list", run_id="{run}"),
    *(
        post(
            "runs/search", {"experiment_ids": ["{exp}"], "run_view_type": view, "order_by": ["run_name", "start_time"]},
        )
        for view in (1, 2, 3, "ALL", "BOGUS", 7)
    ),
    post("runs/restore", {"run_id": "{run}"}), post("runs/restore", {"run_id": "{run}"}),
    post("runs/restore", {"run_id": "0" * 32}), get("runs/get", run_id="{run}"),
]  # fmt: skip

BATCHES: Final = [
    experiment(), run("run"), experiment("odd_exp"), *_ODD,
    *(
        logged("{odd}", **content)
        for content in (
            {"metrics": [{**POINT, "value": "x"}]}, {"metrics": [{**POINT, "timestamp": "x"}]},
            {"metrics": [{**POINT, "step": "x"}]}, {"metrics": [{**POINT, "value": [1]}]},
            {"metrics": [{**POINT, "key": 1}]}, {"metrics": [1]}, {"params": [{"key": "n", "value": 1}]},
            {"tags": [{"key": "a\n", "value": "1"}]}, {"metrics": [{**POINT, "dataset_name": "d"}]},
        )
    ),
    *_batch(
        {}, {"metrics": []}, {"metrics": [POINT] * 1000}, {"metrics": [POINT] * 1001},
        {"params": [{"key": f"p{n}", "value": "1"} for n in range(100)]},
        {"params": [{"key": f"q{n}", "value": "1"} for n in range(101)]},
        {"tags": [{"key": f"t{n}", "value": "1"} for n in range(100)]},
        {"tags": [{"key": f"u{n}", "value": "1"} for n in range(101)]},
        {"metrics": [POINT] * 999, "params": [{"key": "r", "value": "1"}], "tags": [{"key": "r", "value": "1"}]},
        {"metrics": [{**POINT, "key": ""}]}, {"metrics": [{"value": 1.0, "timestamp": 1}]},
        {"metrics": [{"key": "m", "timestamp": 1}]}, {"metrics": [{"key": "m", "value": 1.0}]},
        {"metrics": [{"key": "m", "value": 1.0, "timestamp": 1}]}, {"metrics": [{**POINT, "value": None}]},
        {"metrics": [{**POINT, "value": "NaN", "step": 7}]}, {"metrics": [{**POINT, "key": _LONG}]},
        {"metrics": [POINT, {**POINT, "key": "a@b"}]}, {"metrics": [{**POINT, "timestamp": -1}]}, {"metrics": "x"},
        {"metrics": {"key": "m"}}, {"params": [{"key": "", "value": "1"}]}, {"params": [{"value": "1"}]},
        {"params": [{"key": "noval"}]}, {"params": [{"key": _LONG, "value": "1"}]},
        {"params": [{"key": "x", "value": "1"}, {"key": "a@b", "value": "1"}]},
        {"params": [{"key": "c", "value": "1"}, {"key": "c", "value": "1"}]},
        {"params": [{"key": "c", "value": "1"}, {"key": "c", "value": "2"}]}, {"params": [{"key": "p1", "value": "2"}]},
        {"params": [{"key": "p1", "value": "2"}, {"key": "p2", "value": "3"}]},
        {"params": [{"key": "p1", "value": "1"}]}, {"params": [{"key": "lv", "value": "x" * 6001}]}, {"params": "x"},
        {"params": [{"key": "p1", "value": None}]}, {"tags": [{"key": "", "value": "1"}]}, {"tags": [{"value": "1"}]},
        {"tags": [{"key": "t1"}]}, {"tags": [{"key": _LONG, "value": "1"}]},
        {"tags": [{"key": "d", "value": "1"}, {"key": "d", "value": "2"}]},
        {"tags": [{"key": "mlflow.runName", "value": "named"}]}, {"tags": "x"}, {"run_uuid": "x"},
        {
            "metrics": [{**POINT, "key": "atomic"}], "params": [{"key": "p1", "value": "9"}],
            "tags": [{"key": "atomic", "value": "1"}],
        },
        {"metrics": [{**POINT, "model_id": "m-none"}]},
    ),
    post("runs/log-batch", {"metrics": [POINT]}), logged("0" * 32, metrics=[POINT]), logged("0" * 32),
    get("runs/get", run_id="{run}"), get("metrics/get-history", run_id="{run}", metric_key="m"),
    get("metrics/get-history", run_id="{run}", metric_key="none"),
    get("metrics/get-history", run_id="0" * 32, metric_key="m"),
]  # fmt: skip


def _inputs(*datasets: Any, run: str = "{run}", **more: Any) -> Ask:
    return post("runs/log-inputs", {"run_id": run, "datasets": [*datasets], **more})


INPUTS: Final = [
    experiment(), run("run"), run("other"), experiment("odd_exp"), *_ODD, _inputs(),
    _inputs({"dataset": DATASET, "tags": [{"key": "mlflow.data.context", "value": "train"}]}),
    _inputs({"dataset": DATASET, "tags": [{"key": "mlflow.data.context", "value": "again"}]}),
    _inputs({"dataset": {**DATASET, "source": "changed", "schema": "{}", "profile": "{}"}}),
    *(
        _inputs({"dataset": {**DATASET, name: value}}, run="{odd}")
        for name, value in (
            ("name", ""), ("name", "n" * 501), ("digest", ""), ("digest", "d" * 37), ("source_type", ""),
            ("source", ""), ("source", "s" * 65536), ("schema", "s" * 1048576), ("profile", ""), ("name", None),
        )
    ),
    *(
        _inputs({"dataset": {key: value for key, value in DATASET.items() if key != name}}, run="{odd}")
        for name in DATASET
    ),
    _inputs({"tags": [{"key": "k", "value": "v"}]}, run="{odd}"),
    _inputs({"dataset": {**DATASET, "digest": "2"}, "tags": [{"key": "k" * 256, "value": "v"}]}),
    _inputs({"dataset": {**DATASET, "digest": "3"}, "tags": [{"key": "k", "value": "v" * 501}]}),
    _inputs({"dataset": {**DATASET, "digest": "4"}, "tags": [{"key": "", "value": "v"}]}, run="{odd}"),
    _inputs({"dataset": {**DATASET, "digest": "5"}, "tags": [{"value": "v"}]}, run="{odd}"),
    _inputs(*({"dataset": {**DATASET, "name": f"many{n}"}} for n in range(1001)), run="{odd}"),
    _inputs(models=[{"model_id": "m-1"}, {"model_id": "m-1"}]), _inputs(models=[{}], run="{odd}"), _inputs(models="x"),
    post("runs/log-inputs", {"run_id": "{run}"}), post("runs/log-inputs", {"run_id": "{run}", "datasets": "x"}),
    post("runs/log-inputs", {"datasets": []}),
    post("runs/log-inputs", {"run_id": "0" * 32, "datasets": [{"dataset": DATASET}]}),
    post(
        "runs/log-inputs",
        {
            "run_id": "{other}",
            "datasets": [{"dataset": DATASET, "tags": [{"key": "mlflow.data.context", "value": "eval"}]}],
        },
    ),
    get("runs/get", run_id="{run}"), get("runs/get", run_id="{other}"),
    *(
        post("/ajax-api/2.0/mlflow/experiments/search-datasets", content)
        for content in (
            {"experiment_ids": ["{exp}"]}, {"experiment_ids": []}, {}, {"experiment_ids": "x"},
            {"experiment_ids": ["0"] * 21}, {"experiment_ids": ["x"]}, {"experiment_ids": ["9999999"]},
        )
    ),
    *(
        post("runs/search", {"experiment_ids": ["{exp}"], "filter": text, "order_by": ["run_name"]})
        for text in (
            "dataset.name = 'd'", "datasets.digest LIKE '1%'", "dataset.context = 'eval'", "dataset.name IN ('d', 'e')",
            "dataset.other = 'x'", "dataset.name > 'x'", "dataset.name = 1",
        )
    ),
]  # fmt: skip

SEARCHES: Final = [
    experiment(),
    *(run(f"run{n}", start_time=n, user_id=f"u{n}", tags=[{"key": "t", "value": f"v{n}"}]) for n in range(5)),
    *(
        logged(
            f"{{run{n}}}", metrics=[{**POINT, "value": value, "key": "acc"}], params=[{"key": "lr", "value": str(n)}],
        )
        for n, value in enumerate((0.5, 0.25, "NaN", 1.0, 0.25))
    ),
    *(
        post("runs/search", {"experiment_ids": ["{exp}"], "order_by": ["start_time"], "filter": text})
        for text in (
            "metrics.acc > 0.3", "metrics.acc = 0.25", "metrics.acc != 0.25", "metrics.acc > '0.3'", "metrics.acc",
            "metrics.acc >", "> 0.3", "params.lr = '1'", "params.lr = 1", "params.lr IN ('1')", "params.lr LIKE '%'",
            "params.lr IS NULL", "params.lr > '1'", "tags.t = 'v1' OR tags.t = 'v2'", "tags.t = 'v1' and tags.t = 'v1'",
            "tag.t ILIKE 'V%'", "tags.t = v1", "tags.none IS NULL", "run_name = 'run1'",
            "attributes.run_name LIKE 'run%'", "attribute.status = 'RUNNING'", "status = 'x'", "user_id = 'u1'",
            "start_time > 2", "start_time > 'x'", "end_time < 5", "run_id IN ('{run1}', '{run2}')",
            "run_id NOT IN ('{run1}')", "run_id IN ()", "run_id IN (1)", "run_id = '{run1}'",
            "artifact_uri LIKE '%{run1}%'", "experiment_id = '1'", "lifecycle_stage = 'active'", "bogus.x = '1'",
            "metrics.`acc` < 1 AND params.\"lr\" = '1'", "metrics.acc > 0.3 AND", "AND metrics.acc > 0.3", ";",
            "metrics.acc > 0.3;", "tags.`a b` = 'x'", "tags.t = 'it''s'", "created > 1",
        )
    ),
    *(
        post("runs/search", {"experiment_ids": ["{exp}"], "order_by": order})
        for order in (
            ["metrics.acc"], ["metrics.acc DESC"], ["metrics.acc DESC", "start_time ASC"], ["params.lr DESC"],
            ["tags.t desc"], ["run_name DESC"], ["attribute.end_time"], ["status", "start_time"], ["metrics.none"],
            ["bogus"], ["metrics.acc SIDEWAYS"], ["dataset.name"], ["start_time", "start_time"], [""],
            ["metrics.acc, start_time"],
        )
    ),
    *pages("runs/search", {"experiment_ids": ["{exp}"], "max_results": 2, "order_by": ["metrics.acc"]}, 3),
    *pages("runs/search", {"experiment_ids": ["{exp}"], "max_results": 5}, 1),
    post("runs/search", {"experiment_ids": ["{exp}", "{exp}"], "max_results": 1}),
    post("runs/search", {"experiment_ids": []}), post("runs/search", {}),
    post("runs/search", {"experiment_ids": ["{exp}"], "max_results": 0}),
    post("runs/search", {"experiment_ids": ["{exp}"], "max_results": -1}),
    post("runs/search", {"experiment_ids": ["{exp}"], "max_results": 50000}),
    post("runs/search", {"experiment_ids": ["{exp}"], "max_results": 50001}),
    post("runs/search", {"experiment_ids": ["9999999"]}), post("runs/search", {"experiment_ids": ["x"]}),
    post("runs/search", {"experiment_ids": "{exp}"}),
    post("runs/search", {"experiment_ids": ["{exp}"], "order_by": "run_name"}),
]  # fmt: skip

_BULK: Final = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
_INTERVAL: Final = "metrics/get-history-bulk-interval"

HISTORIES: Final = [
    experiment(), run("run"), run("other"), run("empty"),
    logged(metrics=[{"key": "m", "value": float(n % 7), "timestamp": 100 + n // 2, "step": n} for n in range(20)]),
    logged(
        "{other}", metrics=[{"key": "m", "value": -float(n), "timestamp": 50 - n, "step": n * 3} for n in range(9)],
    ),
    get("metrics/get-history", run_id="{run}", metric_key="m"),
    get("metrics/get-history", run_uuid="{run}", metric_key="m"), get("metrics/get-history", run_id="{run}"),
    get("metrics/get-history", metric_key="m"), get("metrics/get-history", run_id="{run}", metric_key=""),
    *pages("metrics/get-history", {"run_id": "{run}", "metric_key": "m", "max_results": 8}, 3, "GET"),
    *pages("metrics/get-history", {"run_id": "{run}", "metric_key": "m", "max_results": 20}, 1, "GET"),
    *(get("metrics/get-history", run_id="{run}", metric_key="m", max_results=most) for most in (0, -1, "x", 1, 30000)),
    get("metrics/get-history", run_id="{run}", metric_key="m", page_token="x"),
    get(_BULK, run_id=["{run}", "{other}", "{empty}"], metric_key="m"),
    get(_BULK, run_id=["{run}", "{run}"], metric_key="m", max_results=2), get(_BULK, run_id=["0" * 32], metric_key="m"),
    get(_BULK, run_id=["{run}"]), get(_BULK, metric_key="m"), get(_BULK),
    get(_BULK, run_id=["{run}"], metric_key="none"), get(_BULK, run_id=["{run}"] * 101, metric_key="m"),
    get(_BULK, run_id=["{run}"] * 100, metric_key="m", max_results=1),
    get(_BULK, run_id=["{run}"], metric_key="m", max_results=0),
    get(_BULK, run_id=["{run}"], metric_key="m", max_results="x"),
    get(_INTERVAL, run_ids=["{run}", "{other}"], metric_key="m", max_results=4),
    get(_INTERVAL, run_ids=["{run}", "{other}"], metric_key="m", max_results=4, start_step=3, end_step=12),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=4, start_step=5, end_step=5),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=4, start_step=12, end_step=3),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=4, start_step=3),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=4, end_step=3),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=4, start_step=-5, end_step=3),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=1),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=2500),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=2501),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results=0),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m", max_results="x"),
    get(_INTERVAL, run_ids=["{run}"], metric_key="m"),
    get(_INTERVAL, run_ids=["{run}"] * 101, metric_key="m", max_results=1),
    get(_INTERVAL, run_ids=["{run}"], max_results=1), get(_INTERVAL, metric_key="m", max_results=1),
    get(_INTERVAL, run_ids=["{run}", "0" * 32], metric_key="m", max_results=2),
    get(_INTERVAL, run_ids=["{empty}"], metric_key="m", max_results=2),
]  # fmt: skip
