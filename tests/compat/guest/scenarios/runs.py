"""Runs: their names, times, status, users, life and what they log."""

from __future__ import annotations

import math
from typing import Any

from mlflow.entities import Metric, Param, RunStatus, RunTag

from tests.compat.guest.calls import Call

STORE = "tracking"

INF, NAN = math.inf, math.nan
BIG = 2**63 - 1


def made(name: str, run_name: Any = None, start_time: Any = 1, user: Any = "user", **tags: Any) -> Call:
    """A run that is known as `name` from now on."""

    def call(store: Any, ids: Any) -> Any:
        run = store.create_run("0", user, start_time, [RunTag(key, value) for key, value in tags.items()], run_name)
        ids[name] = run.info.run_id
        return run

    return f"create {name}", call


def updated(*values: Any) -> Call:
    """What updating the run `r` answers, and what the run is then."""

    def call(store: Any, ids: Any) -> Any:
        info = store.update_run_info(ids["r"], *values)
        run = store.get_run(ids["r"])
        return info, run.info, run.data.tags

    return f"update to {values}"[:100], call


def point(*values: Any, **more: Any) -> Call:
    """Logging a metric to the run `m`, and what is the latest then."""

    def call(store: Any, ids: Any) -> Any:
        store.log_metric(ids["m"], Metric(*values, **more))
        latest = {m.key: (m.value, m.timestamp, m.step) for m in store.get_run(ids["m"]).data._metric_objs}
        return latest[values[0]], store.get_run(ids["m"]).data.metrics[values[0]]

    return f"metric {values} {more}"[:100], call


def batch(label: str, metrics: Any = (), params: Any = (), tags: Any = (), run: str = "b") -> Call:
    """Logging a batch to a run, and what the run has then."""

    def call(store: Any, ids: Any) -> Any:
        store.log_batch(
            ids.get(run, run), [Metric(*each) for each in metrics], [Param(*each) for each in params],
            [RunTag(*each) for each in tags],
        )  # fmt: skip
        return tail(store, ids.get(run, run))

    return f"batch {label}", call


def tail(store: Any, id: str) -> Any:
    """What a run has, shortened."""
    data = store.get_run(id).data
    return (
        {key: value for key, value in data.metrics.items() if not key.startswith("many")},
        {key: value[:50] for key, value in data.params.items()}, {key: str(value)[:50] for key, value in data.tags.items()},
    )  # fmt: skip


def history(key: Any, run: str = "m", **more: Any) -> Call:
    """Every point of a metric."""
    return f"history {key!r} {run} {more}", lambda s, v: [(m.key, m.value, m.timestamp, m.step) for m in s.get_metric_history(v.get(run, run), key, **more)]


def written(store: Any, ids: Any, write: Any) -> Any:
    """What a write says."""
    return write(store, ids["gone"])


CALLS: list[Call] = [
    made("r", "first"), made("unnamed", None), made("empty name", ""), made("by tag", None, **{"mlflow.runName": "tagged"}),
    made("both same", "same", **{"mlflow.runName": "same"}), made("both different", "one", **{"mlflow.runName": "two"}),
    made("empty and tag", "", **{"mlflow.runName": "tagged"}), made("no start", "a", None), made("late", "a", BIG), made("no user", "a", 1, None),
    made("empty user", "a", 1, ""), made("float start", "a", 1.0), made("zero", "a", 0), made("parent tag", "child", **{"mlflow.parentRunId": "x" * 32}),
    made("user tag", "a", 1, "me", **{"mlflow.user": "other"}), made("source", "a", 1, "me", **{"mlflow.source.name": "s", "mlflow.source.type": "LOCAL"}),
    made("long tag", "a", 1, "me", long="x" * 7_999), made("many tags", "a", 1, "me", **{f"t{i}": str(i) for i in range(150)}), made("ü", "ünïcode", 1, "ü"),
    made("long name", "x" * 250), made("spaces", "  a  "), made("lines", "a\nb"),
    ("names", lambda s, v: [bool(s.get_run(v["unnamed"]).info.run_name), s.get_run(v["unnamed"]).info.run_name == s.get_run(v["unnamed"]).data.tags["mlflow.runName"]]),
    ("no tags", lambda s, v: s.create_run("0", "u", 1, None, "x").data.tags),
    ("tags again", lambda s, v: s.create_run("0", "u", 1, [RunTag("a", "1"), RunTag("b", "2")], "x").data.tags),
    ("read", lambda s, v: s.get_run(v["r"])),
    *((f"read {id!r}"[:60], lambda s, v, id=id: s.get_run(id)) for id in ("a" * 32, "missing", "a/b")),
    updated(RunStatus.FINISHED, 10, "name1"), updated(RunStatus.FAILED, None, None), updated(None, 11, None), updated(None, None, "name2"), updated(None, None, ""),
    updated(RunStatus.RUNNING, None, None), updated(RunStatus.SCHEDULED, 0, None), updated(RunStatus.KILLED, 12, "x" * 250), updated(None, -1, None), updated(99, None, None), updated("FINISHED", 1, None),
    updated(None, BIG, "name2"),
    ("untag name", lambda s, v: (s.delete_tag(v["r"], "mlflow.runName"), s.get_run(v["r"]).info.run_name)),
    updated(None, None, "again"), updated(None, None, "a" * 9000),
    ("tag name", lambda s, v: (s.set_tag(v["r"], RunTag("mlflow.runName", "by tag")), s.get_run(v["r"]).info.run_name, s.get_run(v["r"]).data.tags)),
    ("tag empty name", lambda s, v: (s.set_tag(v["r"], RunTag("mlflow.runName", "")), s.get_run(v["r"]).info.run_name, s.get_run(v["r"]).data.tags)),
    ("batch name", lambda s, v: (s.log_batch(v["r"], [], [], [RunTag("mlflow.runName", "by batch"), RunTag("mlflow.user", "someone")]), s.get_run(v["r"]).info, s.get_run(v["r"]).data.tags)),
    ("update a missing one", lambda s, v: s.update_run_info("missing", RunStatus.FINISHED, 1, None)),

    made("m", "metrics"),
    point("a", 1.0, 10, 0), point("a", 2.0, 10, 0), point("a", 1.5, 10, 0), point("a", 0.5, 11, 0), point("a", 0.4, 9, 1), point("a", 9.0, 99, 0), point("a", 0.4, 9, 1), point("a", -1, 9, -5),
    point("nan", NAN, 1, 0), point("nan", 1.0, 1, 0), point("nan", NAN, 2, 0), point("nan", NAN, 1, 0), point("inf", INF, 1, 0), point("-inf", -INF, 1, 0), point("zero", 0, 0, 0), point("zero", -0.0, 0, 0),
    point("max", 1.7976931348623157e308, 1, 0), point("tiny", 5e-324, 1, 0), point("int", 10**15 + 1, 1, 0), point("step max", 1.0, 1, BIG), point("step min", 1.0, 1, -(2**63)), point("time max", 1.0, BIG, 0),
    point("precise", 0.1 + 0.2, 1, 0), point("a/b", 1.0, 1, 0), point("a b", 1.0, 1, 0), point("a.b", 1.0, 1, 0), point("a:b", 1.0, 1, 0), point("a-b_c", 1.0, 1, 0), point("ü", 1.0, 1, 0), point("x" * 250, 1.0, 1, 0), point("a/b c.d-e_f/g", 1.0, 1, 0), point("$a", 1.0, 1, 0),
    point("fstep", 1.0, 1, 1.0), point("ftime", 1.0, 1.0, 1),
    *(point(key, 1.0, 1, 0) for key in ("", ".", "..", "/a", "a/", "a//b", "a/./b", "a/../b", "../a", "a@b", "a?b", "a*b", "a\nb", "a,b", "a=b", "x" * 251, None)),
    *(point("wrong", value, 1, 0) for value in ("1", "abc", True, False, None, [], {})),
    *(point("wrong", 1.0, time, 0) for time in (-1, "a", None)), *(point("wrong", 1.0, 1, step) for step in ("a", None, [])),
    history("a"), history("nan"), history("inf"), history("step max"), history("missing"), history("a", "missing"), history("a", max_results=3), history("a", max_results=100), history("a", max_results=1), history("a", page_token="x"), history("", "m"), history("A"),
    ("history pages", lambda s, v: (lambda p: [len(p), p.token is None, [(m.value, m.step) for m in s.get_metric_history(v["m"], "a", max_results=3, page_token=p.token)]])(s.get_metric_history(v["m"], "a", max_results=3))),
    ("history without pages", lambda s, v: s.get_metric_history(v["m"], "a").token),
    ("history of the last page", lambda s, v: s.get_metric_history(v["m"], "zero", max_results=5).token),
    ("histories", lambda s, v: [m.to_dict() for m in s.get_metric_history_bulk([v["m"], v["r"]], "a", 3)]),
    ("histories of a missing run", lambda s, v: s.get_metric_history_bulk(["missing"], "a", 3)),
    ("intervals", lambda s, v: [m.to_dict() for m in s.get_metric_history_bulk_interval([v["m"], v["r"]], "a", 3, 0, 10)]),
    ("intervals of steps", lambda s, v: [m.to_dict() for m in s.get_metric_history_bulk_interval_from_steps(v["m"], "a", [0, 1], 3)]),

    made("p", "params"),
    *((f"param {key!r} {value!r}"[:80], lambda s, v, key=key, value=value: (s.log_param(v["p"], Param(key, value)), s.get_run(v["p"]).data.params.get(key, "")[:40])) for key, value in (
        ("a", "1"), ("a", "1"), ("a", "2"), ("a", ""), ("a", "1 "), ("e", ""), ("e", ""), ("e", "x"), ("long", "x" * 6000), ("long", "x" * 6000), ("long", "x" * 6001), ("longer", "x" * 6001), ("longer", "x" * 6000), ("longer", "x" * 6002),
        ("longest", "x" * 100_000), ("n", "5"), ("none", None), ("k" * 250, "v"), ("k" * 251, "v"), ("", "v"), (None, "v"), (".", "v"), ("..", "v"), ("../a", "v"), ("/a", "v"), ("a//b", "v"), ("a@b", "v"), ("a\nb", "v"),
        ("a.b", "v"), ("a/b", "v"), ("a b", "v"), ("a:b", "v"), ("ü", "ü"), ("lines", "a\nb\r\nc"), ("quotes", "'\"`"), ("A", "3"), ("$a", "v"),
    )),
    ("params", lambda s, v: {k: x[:20] for k, x in s.get_run(v["p"]).data.params.items()}),
    ("param of a missing run", lambda s, v: s.log_param("missing", Param("a", "1"))),

    made("t", "tags", a="1"),
    *((f"tag {key!r} {value!r}"[:80], lambda s, v, key=key, value=value: (s.set_tag(v["t"], RunTag(key, value)), s.get_run(v["t"]).data.tags.get(key, "")[:40])) for key, value in (
        ("a", "1"), ("a", "2"), ("a", ""), ("e", ""), ("long", "x" * 8000), ("longer", "x" * 8001), ("k" * 250, "v"), ("k" * 251, "v"), ("", "v"), (None, "v"), (".", "v"), ("..", "v"), ("a//b", "v"), ("a@b", "v"),
        ("a.b", "v"), ("a/b", "v"), ("a b", "v"), ("ü", "ü"), ("mlflow.note.content", "note"), ("mlflow.user", "u"), ("mlflow.parentRunId", "x"), ("mlflow.source.name", "y"), ("multi", "a\nb"),
    )),
    ("its user", lambda s, v: s.get_run(v["t"]).info.user_id),
    *((f"untag {key!r}", lambda s, v, key=key: s.delete_tag(v["t"], key)) for key in ("a", "a", "missing", "", "mlflow.note.content", "mlflow.user")),
    ("untag a missing run", lambda s, v: s.delete_tag("missing", "a")),
    ("tag a missing run", lambda s, v: s.set_tag("missing", RunTag("a", "b"))),
    ("tags", lambda s, v: {k: x[:20] for k, x in s.get_run(v["t"]).data.tags.items()}),

    made("b", "batches", a="1"),
    batch("plain", [("m1", 0.87, 12345, 0), ("m2", 0.49, 12345, -1), ("m3", 0.58, 12345, 2)], [("p1", "1"), ("p2", "2")], [("t1", "1"), ("t2", "2")]),
    batch("empty"), batch("metric twice", [("m1", 0.87, 12345, 0)] * 2), batch("metrics of a key", [("many", i, i, i) for i in range(10)]), batch("falling", [("fall", 3 - i, 1, i) for i in range(3)]), batch("nan", [("n", NAN, 1, 0), ("n", 1.0, 1, 0), ("i", INF, 1, 0)]),
    batch("nan wins by step", [("nan", 1.0, 1, 0), ("nan", NAN, 1, 1)]), batch("same step", [("same", 1.0, 1, 0), ("same", 3.0, 1, 0), ("same", 2.0, 1, 0)]),
    batch("param same", params=[("p1", "1")]), batch("param changed", params=[("p1", "x")]), batch("params changed", params=[("p1", "x"), ("p2", "y"), ("new", "1")]), batch("param new and same", params=[("p1", "1"), ("p3", "3")]), batch("param twice", params=[("q", "1"), ("q", "1")]), batch("param twice differently", params=[("q", "1"), ("q", "2")]),
    batch("params twice", params=[("q", "1"), ("q", "2"), ("w", "1"), ("w", "2"), ("q", "3")]), batch("changed with others", [("x", 1.0, 1, 0)], [("p1", "x")], [("x", "1")]),
    batch("tag twice", tags=[("t", "1"), ("t", "2")]), batch("tag again", tags=[("t1", "changed")]), batch("param and tag of one key", params=[("one", "1")], tags=[("one", "2")]),
    batch("long", params=[("long", "x" * 6001)], tags=[("long", "x" * 8001)]), batch("long same", params=[("long", "x" * 6001)]),
    *(batch(f"metric {m}"[:60], [("good", 1.0, 1, 0), m]) for m in (("a@b", 1.0, 1, 0), ("", 1.0, 1, 0), (None, 1.0, 1, 0), ("x" * 251, 1.0, 1, 0), ("v", "x", 1, 0), ("v", None, 1, 0), ("v", True, 1, 0), ("v", 1.0, None, 0), ("v", 1.0, -1, 0), ("v", 1.0, 1, None), ("v", 1.0, "a", 0), ("../a", 1.0, 1, 0))),
    *(batch(f"param {p}"[:60], params=[("good", "1"), p]) for p in (("a@b", "1"), ("", "1"), (None, "1"), ("x" * 251, "1"), ("none", None), ("../a", "1"))),
    *(batch(f"tag {t}"[:60], tags=[("good", "1"), t]) for t in (("a@b", "1"), ("", "1"), (None, "1"), ("x" * 251, "1"), ("../a", "1"))),
    *(batch(label, *given) for label, given in (("1000 metrics", ([("many", i / 3, i, i) for i in range(1000)],)), ("1001 metrics", ([("m", 1.0, 1, 0)] * 1001,)), ("100 params", ([], [(f"q{i}", "1") for i in range(100)])), ("101 params", ([], [(f"q{i}", "1") for i in range(101)])), ("100 tags", ([], [], [(f"q{i}", "1") for i in range(100)])),
        ("101 tags", ([], [], [(f"q{i}", "1") for i in range(101)])), ("1000", ([("many2", 1.0, 1, i) for i in range(800)], [(f"q{i}", "1") for i in range(100)], [(f"q{i}", "1") for i in range(100)])), ("1001", ([("m", 1.0, 1, 0)] * 801, [(f"q{i}", "1") for i in range(100)], [(f"q{i}", "1") for i in range(100)])))),
    batch("missing run", [("m", 1.0, 1, 0)], run="missing"), batch("missing run, nothing", run="missing"), batch("no run id", run="a b"), batch("empty run id", run=""),
    history("many", "b"), history("same", "b"), history("m1", "b"), history("fall", "b"), history("nan", "b"),

    made("gone", "gone", a="1"),
    ("log before", lambda s, v: (s.log_param(v["gone"], Param("p", "1")), s.log_metric(v["gone"], Metric("m", 1.0, 1, 0)))),
    ("delete", lambda s, v: s.delete_run(v["gone"])), ("deleted", lambda s, v: s.get_run(v["gone"])),
    *((f"deleted: {label}", lambda s, v, write=write: written(s, v, write)) for label, write in (
        ("metric", lambda s, id: s.log_metric(id, Metric("m", 1.0, 1, 0))), ("param", lambda s, id: s.log_param(id, Param("p", "2"))), ("same param", lambda s, id: s.log_param(id, Param("p", "1"))), ("tag", lambda s, id: s.set_tag(id, RunTag("a", "2"))),
        ("untag", lambda s, id: s.delete_tag(id, "a")), ("untag missing", lambda s, id: s.delete_tag(id, "zz")), ("batch", lambda s, id: s.log_batch(id, [Metric("m", 1.0, 1, 0)], [], [])), ("empty batch", lambda s, id: s.log_batch(id, [], [], [])), ("update", lambda s, id: s.update_run_info(id, RunStatus.FINISHED, 1, None)),
        ("history", lambda s, id: len(s.get_metric_history(id, "m"))), ("inputs", lambda s, id: s.log_inputs(id, [])), ("outputs", lambda s, id: s.log_outputs(id, [])), ("delete", lambda s, id: s.delete_run(id)),
        ("deleted ones", lambda s, id: [id in s._get_deleted_runs(), id in s._get_deleted_runs(older_than=1_000_000)]), ("restore", lambda s, id: (s.restore_run(id), s.get_run(id).info.lifecycle_stage)), ("restore again", lambda s, id: s.restore_run(id)),
        ("then", lambda s, id: s.log_metric(id, Metric("m", 2.0, 2, 0))), ("erase", lambda s, id: s._hard_delete_run(id)), ("erased", lambda s, id: s.get_run(id)), ("erase again", lambda s, id: s._hard_delete_run(id)), ("erased history", lambda s, id: list(s.get_metric_history(id, "m"))),
    )),
    *((f"missing: {label}", lambda s, v, write=write: write(s)) for label, write in (("delete", lambda s: s.delete_run("missing")), ("restore", lambda s: s.restore_run("missing")), ("metric", lambda s: s.log_metric("missing", Metric("m", 1.0, 1, 0))), ("outputs", lambda s: s.log_outputs("missing", [])), ("inputs", lambda s: s.log_inputs("missing", [])))),
]  # fmt: skip
