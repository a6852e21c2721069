"""Searches of runs: every comparator on every kind of key, orders, pages and views."""

from __future__ import annotations

import math
from typing import Any

from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunStatus, RunTag, ViewType

from tests.compat.guest.calls import Call

STORE = "tracking"

NAN, INF = math.nan, math.inf


def filled(name: str, start: int, *, end: int | None = None, status: int = RunStatus.RUNNING, user: str = "me", experiment: str = "1", metrics: Any = (), params: Any = (), tags: Any = (), datasets: Any = ()) -> Call:
    """A run with all that it has."""

    def call(store: Any, ids: Any) -> None:
        run = store.create_run(experiment, user, start, [RunTag(*tag) for tag in tags], name)
        ids[name] = id = run.info.run_id
        store.log_batch(id, [Metric(key, value, 1, step) for step, (key, value) in enumerate(metrics)], [Param(*param) for param in params], [])
        if datasets:
            store.log_inputs(id, [DatasetInput(Dataset(d, digest, "local", "s"), [InputTag("mlflow.data.context", context)] if context else []) for d, digest, context in datasets])
        if end is not None:
            store.update_run_info(id, status, end, None)

    return f"run {name}", call


def names(runs: Any) -> list[str]:
    return [run.info.run_name for run in runs]


def found(*filters: Any, view: int = ViewType.ACTIVE_ONLY, experiments: Any = ("1",)) -> list[Call]:
    """The names of the runs that filters find."""
    return [(f"find {text!r} {view} {experiments}"[:200], lambda s, v, text=text: names(s.search_runs(list(experiments) if isinstance(experiments, tuple) else experiments, text.replace("<a>", v["a"]).replace("<b>", v["b"]) if isinstance(text, str) else text, view))) for text in filters]


def ordered(*orders: Any, **search: Any) -> list[Call]:
    """The names of all runs in some orders."""
    return [(f"in the order {order} {search}", lambda s, v, order=order: names(s.search_runs(["1", "2"], search.get("filter", ""), ViewType.ALL, order_by=order))) for order in orders]


def pages(size: int, order: Any = None, filter: str = "") -> Call:
    """The names on each page."""

    def call(store: Any, ids: Any) -> Any:
        found, token = [], None
        while True:
            page = store.search_runs(["1", "2"], filter, ViewType.ALL, max_results=size, order_by=order, page_token=token)
            found.append(names(page))
            token = page.token
            if not token:
                return found

    return f"pages of {size} {order} {filter}", call


COMPARATORS = ("=", "!=", ">", ">=", "<", "<=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL", "==", "<>", "like", "in", "RLIKE", "BETWEEN", "!")
KEYS = {
    "metrics.m": "1", "metric.m": "1", "params.p": "'x'", "parameters.p": "'x'", "tags.t": "'x'", "tag.t": "'x'", "attributes.status": "'FINISHED'", "attr.user_id": "'me'", "run.artifact_uri": "'x'", "start_time": "2", "end_time": "12",
    "run_id": "'<a>'", "run_name": "'a'", "`run name`": "'a'", "attributes.`Run Name`": "'a'", "created": "2", "Created": "2", "dataset.name": "'d1'", "datasets.digest": "'1'", "dataset.context": "'train'",
}
VALUES = {"LIKE": "'%a%'", "ILIKE": "'%A%'", "like": "'%a%'", "IN": "('<a>', 'd1', 'x')", "NOT IN": "('<a>', 'd1', 'x')", "in": "('<a>', 'd1', 'x')", "IS NULL": "", "IS NOT NULL": "", "RLIKE": "'a'", "BETWEEN": "1 AND 2"}


CALLS: list[Call] = [
    ("experiments", lambda s, v: [s.create_experiment("one"), s.create_experiment("two")]),
    filled("a", 1, end=11, status=RunStatus.FINISHED, metrics=[("m", 1.0), ("x", 0.5)], params=[("p", "x"), ("n", "10")], tags=[("t", "x"), ("odd key", "v"), ("a.b", "dotted")], datasets=[("d1", "1", "train"), ("d2", "2", "test")]),
    filled("b", 2, end=12, status=RunStatus.FAILED, user="you", metrics=[("m", 2.0), ("m", 0.5)], params=[("p", "X"), ("n", "9")], tags=[("t", "X"), ("u", "1")], datasets=[("d1", "1", "test")]),
    filled("c", 3, metrics=[("m", NAN)], params=[("p", "it's"), ("e", "")], tags=[("t", "100%"), ("e", "")], datasets=[("D1", "3", None)]),
    filled("d", 4, metrics=[("m", INF), ("y", -1)], params=[("p", "a_b")], tags=[("t", "a_b"), ("mlflow.note.content", "n")]),
    filled("e", 5, metrics=[("m", -INF)], params=[("p", "axb")], tags=[("t", "line\nbreak")]),
    filled("f", 6, metrics=[("odd/key with.dots", 3.0)], params=[("p/q", "1"), ("p-q", "2"), ("p q", "3"), ("p:q", "4")], tags=[("t", "")]),
    filled("g", 7, status=RunStatus.KILLED, end=17, params=[("p", "ünï")], tags=[("t", "ÜNÏ")]),
    filled("A", 8, metrics=[("m", 0)]), filled("tie", 9, experiment="2", metrics=[("m", 1.0)]), filled("gone", 10, metrics=[("m", 1.0)], params=[("p", "x")], tags=[("t", "x")]),
    ("delete", lambda s, v: s.delete_run(v["gone"])),
    *found(*(f"{key} {op} {VALUES.get(op, value)}".strip() for key, value in KEYS.items() for op in COMPARATORS if key != "run_id" or "LIKE" not in op.upper())),
    *found(None, "", " ", "metrics.m > 1", "metrics.m >= 1.0", "metrics.m = 1e0", "metrics.m < -1", "metrics.m != 1", "metrics.m = '1'", "metrics.m > -1e400", "metrics.m = 1.7976931348623157e308", "metrics.missing != 1", "metrics.`odd/key with.dots` = 3", "metrics.\"odd/key with.dots\" = 3", "metrics.odd/key = 3", "metrics.m",
        "params.p = 'x'", "params.p = \"x\"", "params.p = x", "params.p = `x`", "params.p = 1", "params.n > '5'", "params.p = 'it''s'", "params.p = \"it's\"", "params.p LIKE 'a_b'", "params.p LIKE 'a\\_b'", "params.p LIKE '%'", "params.p LIKE ''", "params.p ILIKE 'X'", "params.p ILIKE 'ÜNÏ'", "params.e = ''", "params.p != 'x'",
        "params.`p/q` = '1'", "params.\"p/q\" = '1'", "params.p-q = '2'", "params.`p q` = '3'", "params.p q = '3'", "params.p:q = '4'", "params.`p:q` = '4'", "params.p IN ('x')", "params.missing IS NULL", "params.p IS NULL AND tags.t = 'x'", "params.p is null", "params.p IS  NOT  NULL", "params.p NOT NULL", "params.p = NULL", "params.p IS 'x'",
        "tags.t LIKE '100%'", "tags.t = '100%'", "tags.t LIKE 'line%'", "tags.t LIKE '%break'", "tags.t = 'line\nbreak'", "tags.t ILIKE 'ünï'", "tags.e = ''", "tags.`odd key` = 'v'", "tags.\"odd key\" = 'v'", "tags.a.b = 'dotted'", "tags.`a.b` = 'dotted'", "tags.mlflow.note.content = 'n'", "tags.`mlflow.runName` = 'a'", "tags.mlflow.runName LIKE 'A'", "tags.u IS NOT NULL", "tags.u IS NULL",
        "status = 'FINISHED'", "attribute.status = 'RUNNING'", "status = 'finished'", "status LIKE 'F%'", "status IN ('FINISHED', 'FAILED')", "status = 1", "status != 'RUNNING' AND user_id = 'me'", "lifecycle_stage = 'active'", "experiment_id = '1'", "artifact_uri LIKE '%artifacts'", "artifact_uri LIKE 's3%'", "run_uuid = 'x'", "id = 'x'", "attributes.run_id IN ('<a>', '<b>')", "run_id NOT IN ('<a>')", "run_id IN ()", "run_id IN ('<a>'", "run_id IN '<a>'", "run_id IN (1, 2)", "run_id IN ('<a>',)", "run_id IN (\"<a>\")", "run_id IN ('<a>', )", "run_id in ('<a>')", "run_id = '<a>' AND run_id = '<b>'", "run_id LIKE '<a>'",
        "run_name = 'a'", "run_name ILIKE 'A'", "run_name LIKE '%'", "run_name IN ('a')", "run_name != 'a'", "attributes.run_name = 'a'", "attributes.'run name' = 'a'", "attributes.\"Run name\" = 'a'", "tags.`mlflow.runName` = 'a' AND run_name = 'a'", "run_name = ''", "run_name = 5",
        "start_time > 3", "start_time >= 3.5", "start_time = '3'", "attributes.start_time < 3", "attributes.created > 6", "end_time > 0", "end_time != 11", "end_time < 12", "start_time = 1 AND end_time = 11", "start_time IN (1)", "start_time LIKE '1'", "start_time > a",
        "dataset.name = 'd1'", "dataset.name LIKE 'd%'", "dataset.name ILIKE 'd1'", "dataset.digest = '1'", "dataset.digest IN ('1', '3')", "datasets.context = 'train'", "dataset.context = 'train' AND dataset.name = 'd2'", "dataset.context != 'train'", "dataset.name != 'd1'", "dataset.name NOT IN ('d1')", "dataset.foo = 'x'", "dataset = 'x'", "dataset.name = 1", "dataset.name > 'a'", "dataset.name IS NULL", "datasets.source = 'x'",
        "metrics.m > 0 AND params.p = 'x'", "metrics.m > 0 and params.p = 'x' AND tags.t = 'x' AND status = 'FINISHED'", "metrics.m > 0 AND metrics.m < 1.5", "metrics.m > 0 AND metrics.x < 1", "params.p = 'x' OR params.p = 'y'", "NOT params.p = 'x'", "(params.p = 'x')", "params.p = 'x' AND", "AND params.p = 'x'", "params.p = 'x';", "params.p = 'x' params.n = '1'", "params.p == 'x'", "= 'x'", "params.p =", "params.p", "params", "params. = 'x'", "params = 'x'", "foo.bar = 'x'", "foo = 'x'", "acc < 0.5", "m.acc < 0.5", "metrics.m = 1 AND AND params.p = 'x'",
        "param`.A = 'x'", "metric.acc = true", "p.a = 'LR", "params.acc = LR", "params.acc = `LR`", "params.\"b\" = 'x'", "params.'b' = 'x'", "metrics.A", "`metrics.A", "tags.`x = 'y'", "metrics.m > 1; DROP TABLE runs", "metrics.m > 1 -- comment", "attr.status = 'FINISHED' /* c */", "params.p LIKE 5", "params.p ILIKE x", "attribute.foo = '1'", "run.foo = 1", "attributes.end_time = 'x'", "metrics.m > nan", "metrics.m > 1.5.5", "metrics.m > 0x10", "metrics.m > 1_000", "metrics.m > +1", "metrics.m > .5", "metrics.m > 5.", "METRICS.m > 1", "Params.p = 'x'"),
    *found("params.p = 'x'", "", view=ViewType.DELETED_ONLY), *found("params.p = 'x'", "", view=ViewType.ALL), *found("", experiments=("1", "2")), *found("", experiments=("2",)), *found("", experiments=()), *found("", experiments=("99",)), *found("", experiments=("1", "1")), *found("", experiments=("x",)), *found("", experiments=(1,)), *found("", experiments=("1", "")), *found("", experiments="1"),
    *ordered(["metrics.m"], ["metrics.m ASC"], ["metrics.m DESC"], ["metrics.x"], ["metrics.x DESC"], ["metric.m desc"], ["metrics.missing"], ["metrics.`odd/key with.dots`"], ["metrics.\"m\""], ["params.p"], ["params.p DESC"], ["params.n"], ["param.e"], ["tags.t"], ["tags.t DESC"], ["tag.`odd key`"], ["tags.a.b"], ["start_time"], ["start_time DESC"], ["attributes.start_time"], ["attribute.start_time ASC"], ["attr.created desc"], ["Created"], ["end_time"], ["end_time DESC"], ["status"], ["status DESC", "start_time"], ["user_id", "start_time DESC"],
        ["run_name"], ["run_name DESC"], ["`run name`"], ["attributes.`Run Name` DESC"], ["experiment_id"], ["lifecycle_stage"], ["dataset.name"], ["metrics.m", "params.p DESC"], ["params.p", "metrics.m"], ["metrics.m", "metrics.m"], ["metrics.m", "metrics.m DESC"], ["start_time", "start_time"], ["metrics.m foo"], ["metrics.m ASC DESC"], ["metrics.m ACS"], [""], [" "], [], None, ["foo"], ["foo.bar"], ["metrics"], ["metrics."], ["m.acc"], ["`metrics.A"], ["metrics.A != 1"], ["params.my_param ACS"], ["attribute.start"], ["metrics.m, params.p"], ["`metrics`.m"], ["`metrics`.`m`"], ["start_time", "status"], ["metrics.m DESC", "start_time ASC"], ["a.b.c"]),
    *ordered(["metrics.m"], ["params.p DESC"], filter="metrics.m > 0"), *ordered(["dataset.name"], ["start_time"], filter="dataset.name = 'd1'"),
    pages(3), pages(1, ["metrics.m"]), pages(4, ["params.p DESC"]), pages(2, None, "metrics.m > 0"), pages(10), pages(5, ["run_name"]), pages(5), pages(3, ["metrics.m DESC", "params.p"]), pages(2, ["end_time"]),
    *((f"max_results {number!r}", lambda s, v, number=number: names(s.search_runs(["1"], "", ViewType.ALL, max_results=number))) for number in (0, -1, 50_001, 50_000, 1_000_000)),
    *((f"token {token!r}", lambda s, v, token=token: names(s.search_runs(["1"], "", ViewType.ALL, page_token=token))) for token in ("", "x", "evilhax", "e30=", b"x", 5)),
    ("what a search has", lambda s, v: s.search_runs(["1"], "run_name = 'a'", ViewType.ALL)[0]),
    ("what it is", lambda s, v: type(s.search_runs(["1"], "", ViewType.ALL)).__name__),
    ("arguments", lambda s, v: names(s.search_runs(experiment_ids=["1"], filter_string=None, run_view_type=ViewType.ACTIVE_ONLY))),
    ("private", lambda s, v: (lambda found: [names(found[0]), found[1] is None])(s._search_runs(["1"], "", ViewType.ALL, 3, [], None))),
]  # fmt: skip
