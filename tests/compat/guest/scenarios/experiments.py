"""Experiments: their names, places, tags, times, searches and life."""

from __future__ import annotations

from typing import Any

from mlflow.entities import ExperimentTag, ViewType

from tests.compat.guest.calls import Call, new_run

STORE = "tracking"

ALL, DELETED = ViewType.ALL, ViewType.DELETED_ONLY


def place(location: Any) -> Call:
    """Where an experiment created at a location, and a run of it, keep their artifacts."""

    def call(store: Any, ids: Any) -> Any:
        id = store.create_experiment(f"at {location}", location)
        run = new_run(store, id)
        ids[f"run at {location}"] = run.info.run_id
        return store.get_experiment(id).artifact_location, run.info.artifact_uri

    return f"at {location!r}", call


def created(name: Any, *tags: ExperimentTag) -> Call:
    """What creating an experiment answers."""
    return f"create {name!r} {[str(tag)[:50] for tag in tags]}"[:120], lambda s, v: s.get_experiment(s.create_experiment(name, None, tags))


def found(*filters: str | None, view: str = ViewType.ACTIVE_ONLY) -> list[Call]:
    """The names of the experiments that filters find."""
    return [
        (f"find {text!r} {view}", lambda s, v, text=text: [e.name for e in s.search_experiments(view, filter_string=text)])
        for text in filters
    ]


def ordered(*orders: Any) -> list[Call]:
    """The names of experiments in some orders."""
    return [(f"in the order {order}", lambda s, v, order=order: [e.name for e in s.search_experiments(ALL, order_by=order)]) for order in orders]


def pages(size: int, **search: Any) -> Call:
    """The names on each page of a search."""

    def call(store: Any, ids: Any) -> Any:
        names, token = [], None
        while True:
            page = store.search_experiments(max_results=size, page_token=token, **search)
            names.append([e.name for e in page])
            token = page.token
            if token is None:
                return names

    return f"pages of {size} {search}", call


CALLS: list[Call] = [
    ("the default", lambda s, v: s.get_experiment("0")),
    ("the default by name", lambda s, v: s.get_experiment_by_name("Default")),
    ("create", lambda s, v: s.create_experiment("exp")),
    ("read", lambda s, v: s.get_experiment("1")),
    ("id of no text", lambda s, v: s.get_experiment(None).name),
    ("id that is empty", lambda s, v: s.get_experiment("").name),
    ("id that is negative", lambda s, v: s.get_experiment("-1")),
    ("id with a point", lambda s, v: s.get_experiment("1.0")),
    ("id with zeros", lambda s, v: s.get_experiment("01").name),
    ("id in a list", lambda s, v: s.get_experiment(["1"])),
    ("delete by no id", lambda s, v: s.delete_experiment("not_a_number")),
    ("rename by no id", lambda s, v: s.rename_experiment("not_a_number", "x")),
    ("restore by no id", lambda s, v: s.restore_experiment("not_a_number")),
    ("tag by no id", lambda s, v: s.set_experiment_tag("not_a_number", ExperimentTag("a", "b"))),
    ("untag by no id", lambda s, v: s.delete_experiment_tag("not_a_number", "a")),
    ("run by no id", lambda s, v: new_run(s, "not_a_number")),
    ("run by a number", lambda s, v: new_run(s, 1).info.experiment_id),
    ("restore one that is active", lambda s, v: s.restore_experiment("1")),
    *(created(name) for name in (
        "exp", " ", "a b", "ü", "x" * 500, "x" * 501, 12.5, [], {}, True, b"a", "a\nb", "a/b", "'", '"', "%", "_", "Exp",
    )),
    *(created(*given) for given in (
        ("tags", ExperimentTag("k", "v"), ExperimentTag("k2", "v2")),
        ("empty", ExperimentTag("k", "")),
        ("empty key", ExperimentTag("", "v")),
        ("marks", ExperimentTag("a@b", "v")),
        ("path", ExperimentTag("a/../b", "v")),
        ("slash", ExperimentTag("/a", "v")),
        ("none key", ExperimentTag(None, "v")),
        ("long value", ExperimentTag("k", "v" * 20_000)),
        ("longer value", ExperimentTag("k", "v" * 20_001)),
        ("long key", ExperimentTag("k" * 250, "v")),
        ("longer key", ExperimentTag("k" * 251, "v")),
        ("exp", ExperimentTag("k" * 251, "v")),
    )),
    ("taken, with a place", lambda s, v: s.create_experiment("exp", "s3://bucket/other")),
    ("by a missing name", lambda s, v: s.get_experiment_by_name("nobody")),
    ("by an empty name", lambda s, v: s.get_experiment_by_name("")),
    *(place(location) for location in (
        None, "", "s3://bucket/a", "s3://bucket/a/", "s3://bucket", "s3://bucket/a?b=c", "s3://bucket/a#f", "s3://bucket/a?b#f",
        "gs://b/a/../c", "dbfs:/a/b", "dbfs:/a/b/", "hdfs://host:1/a", "mlflow-artifacts:/a", "mlflow-artifacts://host:1/a",
        "mlflow-artifacts:", "/a/b", "/a/b/", "/a//b", "/a/./b", "/a/../b", "/a b", "/a%20b", "/a?b=c", "/a#b", "/ü", "file:/a/b",
        "file:///a/b", "file:///a/b/", "file:///a b", "file:///a%20b", "file:///a?b=c", "file:///a#b", "s3:/a",
        "ftp://u:p@host/a", "ftp://host/a/", "wasbs://c@a.blob.core.windows.net/x", "abfss://c@a.dfs.core.windows.net/x/", "viewfs:///a",
        "sftp://host/a", "databricks://x", "S3://Bucket/A", "custom+x://a/b", "s3://bucket/" + "x" * 2036,
        "s3://b/ä", "s3://b/a b", "s3://b//a", "C:\\a\\b", "models:/a/1",
    )),
    *((f"below {location!r}", lambda s, v, location=location: s.get_experiment(s.create_experiment(f"below {location}", location)).artifact_location.replace(__import__("os").getcwd(), "<cwd>"))
      for location in ("a", "./a", "a/b/", "../a", "#a/b?", "a?b=c", "file:a/b", "file:./a", "a b", ".", "~/x", "file:a b", "file:a?b=c", "file:a#b")),
    ("length of a long place", lambda s, v: s.create_experiment("long place", "s3://" + "a" * 2044)),
    ("tag", lambda s, v: s.set_experiment_tag("1", ExperimentTag("t", "1"))),
    ("tag again", lambda s, v: s.set_experiment_tag("1", ExperimentTag("t", "2"))),
    ("tag empty", lambda s, v: s.set_experiment_tag("1", ExperimentTag("e", ""))),
    ("tag lines", lambda s, v: s.set_experiment_tag("1", ExperimentTag("multi line", "value\nvalue\nvalue"))),
    ("tag long", lambda s, v: s.set_experiment_tag("1", ExperimentTag("long", "a" * 20_000))),
    ("tag longer", lambda s, v: s.set_experiment_tag("1", ExperimentTag("longer", "a" * 20_001))),
    ("tag with a long key", lambda s, v: s.set_experiment_tag("1", ExperimentTag("a" * 251, "x"))),
    ("tag with an empty key", lambda s, v: s.set_experiment_tag("1", ExperimentTag("", "x"))),
    ("tag with a note", lambda s, v: s.set_experiment_tag("1", ExperimentTag("mlflow.note.content", "x"))),
    ("its tags", lambda s, v: sorted((s.get_experiment("1").tags | {"long": "."}).items())),
    ("untag", lambda s, v: s.delete_experiment_tag("1", "t")),
    ("untag again", lambda s, v: s.delete_experiment_tag("1", "t")),
    ("untag None", lambda s, v: s.delete_experiment_tag("1", None)),
    ("untag a missing one", lambda s, v: s.delete_experiment_tag("9999", "t")),
    ("rename", lambda s, v: s.rename_experiment("1", "new name")),
    ("renamed", lambda s, v: [s.get_experiment("1").name, s.get_experiment_by_name("exp"), s.get_experiment_by_name("new name").name]),
    *((f"rename to {name!r}"[:60], lambda s, v, name=name: s.rename_experiment("1", name)) for name in ("", " ", 5, [], "y" * 501, "new name", "y" * 500)),
    ("run before", lambda s, v: v.__setitem__("before", new_run(s, "1", "before").info.run_id)),
    ("run deleted before", lambda s, v: (v.__setitem__("gone", new_run(s, "1", "gone").info.run_id), s.delete_run(v["gone"]))),
    ("delete", lambda s, v: s.delete_experiment("1")),
    ("deleted", lambda s, v: (s.get_experiment("1").lifecycle_stage, s.get_experiment("1").last_update_time)),
    ("deleted, by name", lambda s, v: s.get_experiment_by_name("y" * 500).lifecycle_stage),
    ("its run", lambda s, v: s.get_run(v["before"]).info.lifecycle_stage),
    ("create under its name", lambda s, v: s.create_experiment("y" * 500)),
    ("delete again", lambda s, v: s.delete_experiment("1")),
    ("rename deleted", lambda s, v: s.rename_experiment("1", "z")),
    ("tag deleted", lambda s, v: s.set_experiment_tag("1", ExperimentTag("t", "1"))),
    ("untag deleted", lambda s, v: s.delete_experiment_tag("1", "e")),
    ("run in deleted", lambda s, v: new_run(s, "1")),
    ("rename its run", lambda s, v: s.update_run_info(v["before"], None, None, "x")),
    ("restore its run", lambda s, v: (s.restore_run(v["before"]), s.get_run(v["before"]).info.lifecycle_stage)),
    ("restore", lambda s, v: (s.restore_experiment("1"), s.get_experiment("1").lifecycle_stage)),
    ("its runs then", lambda s, v: [s.get_run(v["before"]).info.lifecycle_stage, s.get_run(v["gone"]).info.lifecycle_stage]),
    ("delete the default", lambda s, v: (s.delete_experiment("0"), s.get_experiment("0").lifecycle_stage)),
    ("run in the deleted default", lambda s, v: new_run(s, "0")),
    ("active ones without the default", lambda s, v: "Default" in [e.name for e in s.search_experiments()]),
    ("restore the default", lambda s, v: s.restore_experiment("0")),
    ("rename the default", lambda s, v: (s.rename_experiment("0", "other"), s.get_experiment("0").name)),
    ("create another default", lambda s, v: s.get_experiment(s.create_experiment("Default")).name),
    ("for searches", lambda s, v: [s.delete_experiment(e.experiment_id) for e in s.search_experiments()] and None),
    *((f"found {name}", lambda s, v, name=name, tags=tags: s.get_experiment(s.create_experiment(name, None, [ExperimentTag(*t) for t in tags.items()])).creation_time)
      for name, tags in (("a", {}), ("ab", {"key": "value"}), ("Abc", {"key": "vaLue", "k e y": "1"}), ("a%c", {"key": "v_l"}), ("b.c", {"other": "x", "a.b": "y"}))),
    *found(None, "", "name = 'a'", "attribute.name = 'a'", "attributes.name = 'a'", "attr.name = 'a'", "name != 'a'", "name LIKE 'a%'", "name ILIKE 'A%'", "name LIKE 'A%'",
        "name LIKE '%b%'", "name ILIKE '%C'", "name LIKE 'a\\%c'", "name LIKE 'a_'", "name LIKE 'b.%'", "name = \"a\"", "name = a", "name = `a`", "name = 'a' AND name = 'ab'",
        "name LIKE '%a%' and name ILIKE 'AB%'", "name != 'x' AND name LIKE 'a%' AND tags.key = 'value'", "name IN ('a', 'ab')", "name NOT IN ('a')", "name > 'a'", "name = 1", "name IS NULL",
        "tag.key = 'value'", "tags.key = 'value'", "tags.key != 'value'", "tags.key LIKE 'va%'", "tags.key ILIKE 'VA%'", "tags.`k e y` = '1'", "tags.\"k e y\" = '1'", "tags.key = 'value' AND tags.other = 'x'",
        "tags.a.b = 'y'", "tags.`a.b` = 'y'", "tags.key IN ('value')", "tags.key > 'a'", "tags.key = value", "tags.key = 1", "tags.missing != 'x'", "tags.key IS NULL", "tags.key IS NOT NULL", "tags.missing IS NULL",
        "creation_time > 0", "creation_time >= 0.5", "creation_time < 1", "creation_time = 'a'", "creation_time LIKE '1%'", "last_update_time > 0", "last_update_time != 1", "attribute.last_update_time > 0", "creation_time = 1 AND name = 'a'",
        "experiment_id = '0'", "experiment_id = 0", "experiment_id IN ('0', '1')", "experiment_id NOT IN ('0')", "experiment_id != '1'", "experiment_id LIKE '1'", "experiment_id > '1'", "experiment_id = 'a'", "experiment_id IN (0)",
        "lifecycle_stage = 'active'", "artifact_location = 'a'", "params.a = 'b'", "metrics.a > 1", "name", "name =", "= 'a'", "name = 'a' OR name = 'b'", "name = 'a' AND", "(name = 'a')", "NOT name = 'a'", "name = 'a", "name == 'a'", "foo = 'a'", "foo.bar = 'a'",
        "tags. = 'a'", "tags = 'a'", " ", ";", "name = 'a';", "name='a'", "name  =  'a'", "NAME = 'a'", "name like 'a%'", "name ilike 'A%'", "name = ''", "name = 'it''s'", "name LIKE ''", "name LIKE '%'", "1 = 1", "name = 'a', name = 'b'", "creation_time between 1 and 2"),
    *found("name = 'a'", "name LIKE 'Def%'", view=ViewType.ALL), *found("name LIKE 'Def%'", view=DELETED),
    *ordered(["name"], ["name ASC"], ["name asc"], ["name DESC"], ["name desc"], ["attribute.name"], ["attributes.name"], ["creation_time"], ["creation_time DESC"], ["last_update_time"], ["last_update_time DESC", "name"],
        ["experiment_id"], ["experiment_id DESC"], ["attribute.creation_time DESC"], ["name", "name"], ["name", "name DESC"], ["foo"], ["tags.key"], ["name FOO"], ["name ASC DESC"], [""], [" "], [], None, ["name,"], ["name asc, creation_time"], ["NAME"], ["lifecycle_stage"], ["`name`"], ["creation_time", "experiment_id"]),
    pages(2), pages(3), pages(2, order_by=["name"]), pages(1, filter_string="name LIKE 'a%'"), pages(4, order_by=["name DESC"], view_type=ALL), pages(50_000),
    *((f"max_results {number!r}", lambda s, v, number=number: s.search_experiments(max_results=number)) for number in (0, -1, 50_001)),
    *((f"token {token!r}", lambda s, v, token=token: [e.name for e in s.search_experiments(page_token=token)]) for token in ("", "x", "evilhax", "eyJvZmZzZXQiOiAib3BlcmEifQ==", "e30=", "eyJvZmZzZXQiOiBbXX0=", b"x", 5)),
]  # fmt: skip
