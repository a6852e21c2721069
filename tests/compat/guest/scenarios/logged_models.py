"""Logged models: their names, texts, metrics, searches and life."""

from __future__ import annotations

import math
from typing import Any

from mlflow.entities import LoggedModelParameter, LoggedModelStatus, LoggedModelTag, Metric, RunTag

from tests.compat.guest.calls import Call

STORE = "tracking"

NAN = math.nan


def made(known: str, *args: Any, **more: Any) -> Call:
    """A model, known by a name."""

    def call(store: Any, ids: Any) -> Any:
        model = store.create_logged_model(*args, **more)
        ids[known] = model.model_id
        return model.to_dictionary() | {"name": bool(model.name) if len(args) < 2 or args[1] is None else model.name}

    return f"create {known}", call


def tags(**given: Any) -> list[LoggedModelTag]:
    return [LoggedModelTag(*each) for each in given.items()]


def params(**given: Any) -> list[LoggedModelParameter]:
    return [LoggedModelParameter(*each) for each in given.items()]


def names(models: Any) -> list[str]:
    return [model.name for model in models]


def shown(model: Any) -> Any:
    """A model with its metrics in an order."""
    return model.to_dictionary() | {"metrics": sorted((m.key, str(m.value), m.timestamp, m.step, m.model_id, str(m.dataset_name), str(m.dataset_digest), m.run_id) for m in model.metrics or [])}


def found(*filters: Any, datasets: Any = None) -> list[Call]:
    """The names of the models that filters find."""
    return [(f"find {text!r} {datasets}", lambda s, v, text=text: names(s.search_logged_models(["1", "2"], text.replace("<a>", v["a"]).replace("<r>", v["r"]) if isinstance(text, str) else text, datasets=datasets))) for text in filters]


def ordered(*orders: Any) -> list[Call]:
    """The names of models in some orders."""
    return [(f"in the order {order}", lambda s, v, order=order: names(s.search_logged_models(["1", "2"], order_by=order))) for order in orders]


def pages(size: int, **search: Any) -> Call:
    """The names on each page."""

    def call(store: Any, ids: Any) -> Any:
        pages, token = [], None
        while True:
            page = store.search_logged_models(["1", "2"], max_results=size, page_token=token, **search)
            pages.append(names(page))
            token = page.token
            if token is None:
                return pages

    return f"pages of {size} {search}", call


def metric(known: str, *values: Any, **more: Any) -> Call:
    """A point of a model, and the model then."""
    return f"metric {known} {values} {more}", lambda s, v: (s.log_metric(v["r"], Metric(*values, model_id=v.get(known, known), run_id=v["r"], **more)), shown(s.get_logged_model(v[known])))[1]


def field(name: str, ascending: bool = True, **more: Any) -> dict[str, Any]:
    return {"field_name": name, "ascending": ascending, **more}


CALLS: list[Call] = [
    ("experiments", lambda s, v: [s.create_experiment(name) for name in ("one", "two", "gone")]),
    ("run", lambda s, v: v.__setitem__("r", s.create_run("1", "me", 1, [RunTag("a", "b")], "run").info.run_id)),
    made("a", "1", "a", "<r>", tags(t="x", u="1"), params(p="x", q="9"), "kind"), made("b", "1", "b", None, tags(t="y"), params(p="y"), "other"), made("c", "2", "a", None, None, None, None), made("d", "2", "D", tags=[], params=[]),
    made("e", "1", "with space", model_type=""), made("numbers", 1, "n"), made("long", "1", "n" * 100, params=params(**{"k" * 250: "v" * 6000}), tags=tags(**{"k" * 250: "v" * 8000})), made("many", "1", "many", params=params(**{f"k{i}": str(i) for i in range(150)})), made("ü", "1", "ünï", tags=tags(t="ünï")),
    made("empty texts", "1", "empty", tags=tags(e=""), params=params(e="")),
    *(made(f"name {name!r}", "1", name) for name in ("", "a/b", "a:b", "a.b", "a%b", 'a"b', "a'b", " ", "a\nb", "a@b")),
    made("missing experiment", "99", "x"), made("no id", "abc", "x"),
    ("delete experiment", lambda s, v: s.delete_experiment("3")), made("deleted experiment", "3", "x"),
    ("get", lambda s, v: s.get_logged_model(v["a"]).to_dictionary()), ("get missing", lambda s, v: s.get_logged_model("m-missing")),
    ("log params", lambda s, v: (s.log_logged_model_params(v["a"], params(new="1")), s.get_logged_model(v["a"]).params)), ("log no params", lambda s, v: s.log_logged_model_params(v["a"], [])), ("log params of a missing one", lambda s, v: s.log_logged_model_params("m-missing", params(a="1"))),
    ("set tags", lambda s, v: (s.set_logged_model_tags(v["a"], tags(t="x2", new="1")), s.get_logged_model(v["a"]).tags)), ("set no tags", lambda s, v: s.set_logged_model_tags(v["a"], [])), ("set tags of a missing one", lambda s, v: s.set_logged_model_tags("m-missing", tags(a="1"))), ("set tags back", lambda s, v: s.set_logged_model_tags(v["a"], tags(t="x"))),
    ("delete tag", lambda s, v: (s.delete_logged_model_tag(v["a"], "new"), s.get_logged_model(v["a"]).tags)), ("delete a missing tag", lambda s, v: s.delete_logged_model_tag(v["a"], "new")), ("delete a tag of a missing one", lambda s, v: s.delete_logged_model_tag("m-missing", "new")),
    *((f"finalize {status}", lambda s, v, status=status: s.finalize_logged_model(v["a"], status).to_dictionary()) for status in (LoggedModelStatus.READY, LoggedModelStatus.FAILED, LoggedModelStatus.PENDING, LoggedModelStatus.READY)), ("finalize a missing one", lambda s, v: s.finalize_logged_model("m-missing", LoggedModelStatus.READY)), ("finalize another", lambda s, v: s.finalize_logged_model(v["b"], LoggedModelStatus.FAILED).status),
    metric("a", "acc", 0.5, 1, 0), metric("a", "acc", 0.7, 2, 1), metric("b", "acc", 0.6, 1, 0, dataset_name="d1", dataset_digest="1"), metric("b", "acc", 0.9, 5, 2, dataset_name="d2", dataset_digest="2"), metric("c", "acc", 0.1, 1, 0), metric("d", "loss", 3.0, 1, 0), metric("c", "loss", -1.0, 1, 0, dataset_name="d1", dataset_digest="9"), metric("a", "odd/key", 1.0, 1, 0),
    ("batch", lambda s, v: (s.log_batch(v["r"], [Metric("b1", 1.0, 1, 0, model_id=v["a"]), Metric("b2", 2.0, 1, 0, model_id=v["b"]), Metric("b3", 3.0, 1, 0)], [], []), shown(s.get_logged_model(v["a"])), sorted(s.get_run(v["r"]).data.metrics))),
    ("same again", lambda s, v: (s.log_metric(v["r"], Metric("acc", 0.5, 1, 0, model_id=v["a"])), len(s.get_logged_model(v["a"]).metrics))),
    ("latest run metric", lambda s, v: s.get_run(v["r"]).data.metrics),
    *found(None, "", "name = 'a'", "attributes.name = 'a'", "name != 'a'", "name LIKE 'a%'", "name ILIKE 'A%'", "name LIKE '%d'", "name IN ('a', 'b')", "name NOT IN ('a', 'b')", "name = 'a' AND model_type = 'kind'", "model_id = '<a>'", "model_id IN ('<a>')", "model_type = 'kind'", "model_type != 'kind'", "source_run_id = '<r>'", "source_run_id = '<r>' AND name = 'a'", "status = 2",
        "creation_timestamp > 0", "creation_timestamp < 1", "creation_time > 0", "last_updated_timestamp > 0", "creation_timestamp_ms > 0", "creation_timestamp > 'a'", "experiment_id = '1'", "experiment_id = 1", "artifact_location LIKE '%artifacts'", 
        "tags.t = 'x'", "tags.t != 'x'", "tags.t LIKE 'x%'", "tags.t ILIKE 'X%'", "tags.t = 'x' AND tags.u = '1'", "tags.missing = 'x'", "tags.t IN ('x', 'y')", "tags.t > 'a'", "params.p = 'x'", "params.p != 'x'", "params.p LIKE '%'", "params.p = 'x' AND params.q = '9'", "params.q > '5'", "params.p IN ('x')", "params.e = ''", "params.p IS NULL", "params.p = 5", "params.p = x",
        "metrics.acc > 0.55", "metrics.acc >= 0.5", "metrics.acc = 0.7", "metrics.acc != 0.7", "metrics.acc < 0.2", "metrics.acc <= 0.1", "metrics.acc > 0.4 AND metrics.acc < 0.6", "metrics.missing > 0", "metrics.acc > 0 AND metrics.loss < 0", "metrics.acc LIKE '1'", "metrics.acc = '0.7'", "metrics.acc > 0 AND tags.t = 'x'", "metrics.odd/key = 1", "metrics.`odd/key` = 1",
        "name = 'a' OR name = 'b'", "name", "name =", "= 'a'", "name = 'a' AND", "NOT name = 'a'", "(name = 'a')", "foo.bar = 'a'", "metric.acc > 0", "tag.t = 'x'", "param.p = 'x'", "attribute.name = 'a'", " ", "name = a", "name = \"a\"", "name == 'a'", "name > 'a'", "name LIKE 'a_'", "name LIKE '%'", "name = 'it''s'"),
    *found(None, "metrics.acc > 0.55", "name = 'b'", "metrics.acc > 0 AND tags.t = 'y'", datasets=[{"dataset_name": "d1"}]), *found(None, "metrics.acc > 0.55", datasets=[{"dataset_name": "d1", "dataset_digest": "1"}]), *found(None, "metrics.acc > 0.55", "metrics.loss < 0", datasets=[{"dataset_name": "d1"}, {"dataset_name": "d2", "dataset_digest": "2"}]), *found("metrics.acc > 0", datasets=[]), *found("metrics.acc > 0", None, datasets=[{"dataset_digest": "1"}]), *found("metrics.acc > 0", datasets=[{"dataset_name": "missing"}]), *found("metrics.acc > 0", datasets=[{}]), *found("metrics.acc > 0", datasets=[{"dataset_name": ""}]),
    *ordered(None, [], [field("name")], [field("name", False)], [field("creation_timestamp")], [field("creation_timestamp", False)], [field("creation_time")], [field("last_updated_timestamp", False)], [field("last_updated_time")], [field("model_type"), field("name")], [field("status"), field("name", False)], [field("metrics.acc")], [field("metrics.acc", False)], [field("metrics.loss")], [field("metrics.loss", False), field("name")], [field("metrics.missing")], [field("metrics.acc", False, dataset_name="d1")], [field("metrics.acc", dataset_name="d1", dataset_digest="1")], [field("metrics.acc", dataset_name="d2")],
        [{"field_name": "name"}], [{"ascending": True}], [field("foo")], [field("params.p")], [field("tags.t")], [field("foo.bar")], [field("attributes.name")], [field("attribute.name")], [field("metrics.acc"), field("metrics.acc", False)], [field("name"), field("name")], [field("model_id", False)][:0], [field("experiment_id"), field("name")], [field("source_run_id"), field("name")]),
    pages(3), pages(2, order_by=[field("name")]), pages(4, order_by=[field("metrics.acc", False)]), pages(1, filter_string="metrics.acc > 0"), pages(100),
    ("token of another search", lambda s, v: s.search_logged_models(["1"], "name LIKE '%'", page_token=s.search_logged_models(["1"], "name LIKE 'a%'", max_results=1).token) and None),
    ("token of other experiments", lambda s, v: s.search_logged_models(["1", "2"], page_token=s.search_logged_models(["1"], max_results=1).token) and None),
    ("token of another order", lambda s, v: s.search_logged_models(["1"], order_by=[field("name")], page_token=s.search_logged_models(["1"], max_results=1).token) and None),
    ("bad token", lambda s, v: s.search_logged_models(["1"], page_token="x")), *((f"max_results {n!r}", lambda s, v, n=n: names(s.search_logged_models(["2"], max_results=n))) for n in (0, None, 1)),
    ("nowhere", lambda s, v: s.search_logged_models([])), ("missing experiment", lambda s, v: s.search_logged_models(["99"])), ("bad experiment", lambda s, v: s.search_logged_models(["x"])),
    ("outputs", lambda s, v: s.search_logged_models(["1"], "name = 'a'")[0].to_dictionary().keys()),
    ("delete", lambda s, v: s.delete_logged_model(v["b"])), ("deleted", lambda s, v: s.get_logged_model(v["b"])), ("deleted, allowed", lambda s, v: s.get_logged_model(v["b"], allow_deleted=True).name), ("deleted in searches", lambda s, v: names(s.search_logged_models(["1"], "name IN ('a', 'b')"))), ("delete missing", lambda s, v: s.delete_logged_model("m-missing")), ("tag deleted", lambda s, v: s.set_logged_model_tags(v["b"], tags(a="1"))), ("params of deleted", lambda s, v: s.log_logged_model_params(v["b"], params(a="1"))),
    ("deleted ones", lambda s, v: [v["b"] in s._get_deleted_logged_models(), v["b"] in s._get_deleted_logged_models(older_than=10**9), s._get_deleted_logged_models(older_than=-(10**9)) == [v["b"]]]), ("erase", lambda s, v: (s._hard_delete_logged_model(v["b"]), s._get_deleted_logged_models())), ("erase again", lambda s, v: s._hard_delete_logged_model(v["b"])),
    ("delete run", lambda s, v: s.delete_run(v["r"])), ("metrics then", lambda s, v: shown(s.get_logged_model(v["a"]))), ("metric of a deleted run", lambda s, v: s.log_metric(v["r"], Metric("acc", 1.0, 1, 1, model_id=v["a"]))),
    ("erase run", lambda s, v: (s._hard_delete_run(v["r"]), shown(s.get_logged_model(v["a"])))),
    ("delete experiments", lambda s, v: (s.delete_experiment("1"), s.get_logged_model(v["a"]).name, names(s.search_logged_models(["1"]))[:2])), ("restore", lambda s, v: s.restore_experiment("1")),
    ("versions of a model", lambda s, v: (s.set_model_versions_tags("reg", "1", v["a"]), s.get_logged_model(v["a"]).tags, s.set_model_versions_tags("reg2", "2", v["a"]), s.get_logged_model(v["a"]).tags)),
]  # fmt: skip
