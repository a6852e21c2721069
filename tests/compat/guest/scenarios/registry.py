"""Registered models and their versions: names, texts, stages, aliases, searches."""

from __future__ import annotations

from typing import Any
from unittest import mock

from mlflow.entities.model_registry import ModelVersionTag, RegisteredModelTag
from mlflow.prompt.constants import IS_PROMPT_TAG_KEY, PROMPT_TEXT_TAG_KEY

from tests.compat.guest.calls import Call

STORE = "registry"
RUN, RUN2 = "1" * 31 + "a", "2" * 31 + "b"


def mtags(**given: Any) -> list[RegisteredModelTag]:
    return [RegisteredModelTag(*each) for each in given.items()]


def vtags(**given: Any) -> list[ModelVersionTag]:
    return [ModelVersionTag(*each) for each in given.items()]


def version(name: Any, source: Any = "s3://x/1", run_id: Any = None, tags: Any = (), **more: Any) -> Call:
    return f"version of {name!r} {source!r} {run_id} {more}"[:150], lambda s, v: s.create_model_version(name, source, run_id, list(tags), **more)


def keys(versions: Any) -> list[str]:
    return [f"{each.name}/{each.version}" for each in versions]


def models(*filters: Any, **more: Any) -> list[Call]:
    return [(f"models {text!r} {more}", lambda s, v, text=text: [m.name for m in s.search_registered_models(text, **more)]) for text in filters]


def versions(*filters: Any, **more: Any) -> list[Call]:
    return [(f"versions {text!r} {more}", lambda s, v, text=text: keys(s.search_model_versions(text, **more))) for text in filters]


def pages(search: str, size: int, text: Any = None, order: Any = None) -> Call:
    """The names on each page of a search."""

    def call(store: Any, ids: Any) -> Any:
        pages, token = [], None
        while True:
            page = getattr(store, search)(filter_string=text, max_results=size, order_by=order, page_token=token)
            pages.append([f"{each.name}/{getattr(each, 'version', '')}" for each in page])
            token = page.token
            if not token:
                return pages

    return f"pages of {search} {size} {text} {order}", call


def stage(name: str, number: Any, to: Any, archive: bool = False) -> Call:
    """Moving a version, and the stages of all then."""

    def call(store: Any, ids: Any) -> Any:
        moved = store.transition_model_version_stage(name, number, to, archive)
        every = store.search_model_versions(f"name = '{name}'", order_by=["version_number"])
        return moved, [(each.version, each.current_stage) for each in every], sorted(keys(store.get_latest_versions(name, [to] if to.lower() != "none" else None)))

    return f"stage {name} {number} {to!r} {archive}", call


def another_time(store: Any, ids: Any) -> Any:
    """What is made while a test says what `time.time` is."""
    with mock.patch("time.time", return_value=456_778):
        made = store.create_registered_model("timed").creation_timestamp, store.create_model_version("timed", "s3://x")
    with mock.patch("time.time", return_value=456_779.5):
        store.update_model_version("timed", 1, "later")
    return made, store.get_model_version("timed", 1), store.get_registered_model("timed").last_updated_timestamp


CALLS: list[Call] = [
    *((f"create {name!r} {more}"[:120], lambda s, v, name=name, more=more: s.create_registered_model(name, **more)) for name, more in (
        ("a", {}), ("a", {}), ("b", {"tags": mtags(k="v", k2="v2"), "description": "words"}), ("c", {"tags": [], "description": ""}), ("with space", {}), ("ü", {}), ("A", {}), ("a@b", {}), ("x" * 250, {}), ("a.b", {}), ("a-b_c", {}), ("a%b", {}), ("it's", {}), ("none tags", {"tags": None}),
        (None, {}), ("", {}), (" ", {}), ("a/b", {}), ("a:b", {}), ("a/b:c", {}), (".", {}), ("..", {}), ("../a", {}), ("a\nb", {}), ("twice", {"tags": [*mtags(a="1"), *mtags(a="2")]}), ("long", {"description": "d" * 5000}), ("longer", {"description": "d" * 100_001}), ("key", {"tags": mtags(**{"k" * 250: "v"})}), ("key+", {"tags": mtags(**{"k" * 251: "v"})}),
        ("value", {"tags": mtags(k="v" * 100_000)}), ("value+", {"tags": mtags(k="v" * 100_001)}), ("bad key", {"tags": mtags(**{"a@b": "v"})}), ("no key", {"tags": [RegisteredModelTag(None, "v")]}), ("job", {"deployment_job_id": "1"}),
    )),
    ("delete the long ones", lambda s, v: [s.delete_registered_model(name) for name in ("x" * 250, "key", "value", "long")]),
    *((f"get {name!r}", lambda s, v, name=name: s.get_registered_model(name)) for name in ("a", "b", "missing", None, "", "a/b")),
    *((f"describe {name!r} {text!r}"[:60], lambda s, v, name=name, text=text: s.update_registered_model(name, text)) for name, text in (("a", "new"), ("a", ""), ("a", None), ("missing", "x"), (None, "x"), ("a", "d" * 6000), ("a", "back"))),
    *((f"rename {name!r} {new!r}", lambda s, v, name=name, new=new: s.rename_registered_model(name, new)) for name, new in (("c", "c2"), ("c2", "a"), ("c2", "c2"), ("missing", "x"), ("c2", None), ("c2", ""), ("c2", " "), ("c2", "a/b"), ("c2", "x:y"), (None, "x"), ("c2", "c"))),
    *((f"tag {name!r} {key!r} {value!r}"[:60], lambda s, v, name=name, key=key, value=value: (s.set_registered_model_tag(name, RegisteredModelTag(key, value)), s.get_registered_model(name).tags.get(key))) for name, key, value in (("a", "k", "v"), ("a", "k", "v2"), ("a", "e", ""), ("a", None, "v"), ("a", "", "v"), ("a", "k" * 251, "v"), ("a", "k", "v" * 100_001), ("a", "a@b", "v"), ("missing", "k", "v"), (None, "k", "v"), ("a", "big", "v" * 100_000))),
    *((f"untag {name!r} {key!r}", lambda s, v, name=name, key=key: s.delete_registered_model_tag(name, key)) for name, key in (("a", "k"), ("a", "k"), ("a", "big"), ("a", None), ("missing", "k"), (None, "k"), ("a", "a@b"))),
    version("a"), version("a", "s3://x/2", RUN, vtags(k="v", k2="v2"), run_link="http://link", description="words"), version("a", "/local/path", RUN2), version("b", "runs:/" + RUN + "/model", RUN), version("b", "models:/a/1"), version("b", "models:/a/9"), version("b", "models:/missing/1"), version("b", "models:/a@nobody"), version("b", "models:/a/Production"), version("b", "models:/m-missing"), version("b", "models:/"),
    version("missing"), version(None), version(""), version("a", ""), version("a", "file:///x"), version("a", "x" * 1000), version("a", "mlflow-artifacts:/x"), version("a", "dbfs:/x"), version("a", "s3://x", "bad id"), version("a", "s3://x", ""), version("a", "s3://x", description=""), version("a", "s3://x", description="d" * 10_000), version("a", "s3://x", run_link=""), version("a", "s3://x", local_model_path="/x"), version("a", "s3://x", model_id="m-missing"),
    version("a", "s3://x", None, vtags(**{"k" * 250: "v" * 100_000})), version("a", "s3://x", None, vtags(**{"k" * 251: "v"})), version("a", "s3://x", None, vtags(k="v" * 100_001)), version("a", "s3://x", None, vtags(**{"a@b": "v"})), version("a", "s3://x", None, [ModelVersionTag(None, "v")]), version("a", "s3://x", None, [ModelVersionTag("k", None)]), version("a", "s3://x", None, [*vtags(a="1"), *vtags(a="2")]), version("A", "s3://A"),
    ("untag the long", lambda s, v: [s.delete_model_version_tag("a", m.version, "k" * 250) for m in s.search_model_versions("name = 'a'") if "k" * 250 in m.tags]),
    *((f"get {name!r} {number!r}", lambda s, v, name=name, number=number: s.get_model_version(name, number)) for name, number in (("a", 1), ("a", "2"), ("a", "99"), ("a", 0), ("a", -1), ("a", "x"), ("a", ""), ("a", "1.0"), ("missing", 1), (None, 1), ("", 1), ("b", 2))),
    *((f"uri {name!r} {number!r}", lambda s, v, name=name, number=number: s.get_model_version_download_uri(name, number)) for name, number in (("a", 1), ("b", 2), ("a", 99), ("missing", 1), ("a", "x"))),
    *((f"describe version {number!r} {text!r}"[:60], lambda s, v, number=number, text=text: s.update_model_version("a", number, text)) for number, text in ((1, "new"), (1, ""), (1, None), (99, "x"), ("x", "x"), (2, "d" * 6000))), ("describe a version of nothing", lambda s, v: s.update_model_version("missing", 1, "x")),
    *((f"tag version {number!r} {key!r} {value!r}"[:60], lambda s, v, number=number, key=key, value=value: (s.set_model_version_tag("a", number, ModelVersionTag(key, value)), s.get_model_version("a", number).tags.get(key))) for number, key, value in ((1, "k", "v"), (1, "k", "v2"), ("1", "e", ""), (1, None, "v"), (1, "none", None), (1, "k" * 251, "v"), (1, "k", "v" * 100_001), (1, PROMPT_TEXT_TAG_KEY, "v" * 100_001), (1, "a@b", "v"), (99, "k", "v"), ("x", "k", "v"))), ("tag a version of nothing", lambda s, v: s.set_model_version_tag("missing", 1, ModelVersionTag("k", "v"))),
    *((f"untag version {number!r} {key!r}", lambda s, v, number=number, key=key: s.delete_model_version_tag("a", number, key)) for number, key in ((1, "k"), (1, "k"), (1, None), (99, "k"), ("x", "k"))),
    *((f"alias {alias!r} {number!r}"[:80], lambda s, v, alias=alias, number=number: (s.set_registered_model_alias("a", alias, number), s.get_model_version_by_alias("a", alias).version, s.get_model_version("a", number).aliases, s.get_registered_model("a").aliases)) for alias, number in (
        ("one", 1), ("two", 2), ("one", 2), ("one", "1"), ("other", 1), ("ü-b_c", 1), ("1", 1), ("x" * 255, 1), ("x" * 256, 1), ("", 1), (None, 1), ("a b", 1), ("a.b", 1), ("a/b", 1), ("a@b", 1), ("latest", 1), ("LATEST", 1), ("v1", 1), ("V22", 1), ("v1x", 1), ("version1", 1), ("one", 99), ("one", "x"), ("Case", 1), ("case", 2))),
    ("alias of nothing", lambda s, v: s.set_registered_model_alias("missing", "one", 1)), ("alias of None", lambda s, v: s.set_registered_model_alias(None, "one", 1)), ("unalias the long", lambda s, v: s.delete_registered_model_alias("a", "x" * 255)),
    *((f"by alias {name!r} {alias!r}", lambda s, v, name=name, alias=alias: s.get_model_version_by_alias(name, alias)) for name, alias in (("a", "one"), ("a", "nobody"), ("a", "latest"), ("a", "Latest"), ("a", ""), ("a", None), ("a", "a b"), ("missing", "one"), ("missing", "latest"), ("c", "latest"), ("a", "ONE"))),
    *((f"unalias {name!r} {alias!r}", lambda s, v, name=name, alias=alias: s.delete_registered_model_alias(name, alias)) for name, alias in (("a", "other"), ("a", "other"), ("a", "nobody"), ("a", ""), ("a", None), ("a", "a b"), ("missing", "one"), ("a", "latest"))),
    ("aliases", lambda s, v: [s.get_registered_model("a").aliases, s.get_model_version("a", 1).aliases]),
    stage("a", 1, "Staging"), stage("a", 2, "staging"), stage("a", 3, "STAGING", True), stage("a", 1, "Production"), stage("a", 2, "Production", True), stage("a", 2, "Production", True), stage("a", 1, "None"), stage("a", 1, "none", True), stage("a", 1, "Archived"), stage("a", 1, "Archived", True), stage("a", 1, "foo"), stage("a", 1, ""), stage("a", 99, "Staging"), stage("a", "x", "Staging"), stage("missing", 1, "Staging"), stage("a", 1, "Archived", False),
    ("stage time", lambda s, v: [s.get_registered_model("a").last_updated_timestamp == s.get_model_version("a", 1).last_updated_timestamp]),
    *((f"latest {name!r} {stages!r}", lambda s, v, name=name, stages=stages: sorted((m.version, m.current_stage) for m in s.get_latest_versions(name, stages))) for name, stages in (("a", None), ("a", []), ("a", ["None"]), ("a", ["Production", "Staging"]), ("a", ["production"]), ("a", ["foo"]), ("a", ["None", "foo"]), ("missing", None), ("c", None), (None, None), ("a", "Production"))),
    ("latest of a model", lambda s, v: sorted((m.version, m.current_stage) for m in s.get_registered_model("a").latest_versions)),
    *models(None, "", " ", "name = 'a'", "name != 'a'", "name LIKE 'a%'", "name ILIKE 'A%'", "name LIKE '%b'", "name LIKE 'a_b'", "name LIKE 'a.b'", "name LIKE '%'", "name ILIKE '%'", "name LIKE 'a\\%b'", "name LIKE 'a%b'", "name = \"it's\"", "name IN ('a', 'b')", "name NOT IN ('a', 'b')", "name IN ()", "name in ('a')", "name like 'a%'", "name > 'a'", "name = a", "name = `a`", "name = 1", "name = 'a' AND name = 'b'", "name = 'a' OR name = 'b'", "name = 'a' AND", "attribute.name = 'a'", "attributes.name = 'a'", "`name` = 'a'", "\"name\" = 'a'", "(name = 'a')", "NOT name = 'a'", "name", "name =", "= 'a'", "name == 'a'", "name <> 'a'", "name = 'a", "name = 'a';",
        "tags.k = 'v'", "tag.k = 'v'", "tags.k != 'v'", "tags.k LIKE 'v%'", "tags.k ILIKE 'V%'", "tags.`k` = 'v'", "tags.\"k\" = 'v'", "tags.k = 'v' AND tags.k2 = 'v2'", "name LIKE 'b%' AND tags.k = 'v'", "tags.k IN ('v')", "tags.k > 'a'", "tags.missing = 'v'", "tags.k = v", "tags.k = 1", "tags.k IS NOT NULL",
        "evilhax = true", "name!=something", "run_id = 'x'", "foo = 'a'", "foo.bar = 'a'", "description = 'words'", "creation_timestamp > 1", "last_updated_timestamp > 1", "aliases = 'one'", "latest_versions = 1", "run_id = 'x'", "version_number = 1", "source_path = 'x'", f"tags.`{IS_PROMPT_TAG_KEY}` = 'true'", f"tags.`{IS_PROMPT_TAG_KEY}` != 'true'", f"tags.`{IS_PROMPT_TAG_KEY}` = 'false'", f"tags.`{IS_PROMPT_TAG_KEY}` != 'false'"),
    *(call for order in (["name"], ["name ASC"], ["name DESC"], ["NAME"], ["last_updated_timestamp"], ["last_updated_timestamp DESC"], ["last_updated_timestamp ASC", "name DESC"], ["timestamp"], ["timestamp DESC"], ["creation_timestamp"], ["name", "name"], ["name", "name DESC"], ["timestamp", "last_updated_timestamp"], ["foo"], ["tags.k"], ["attribute.name"], ["name foo"], [""], [], ["description"], ["name ASC DESC"], ["`name`"], ["name asc", "last_updated_timestamp desc"]) for call in models(None, order_by=order)),
    pages("search_registered_models", 2), pages("search_registered_models", 3, None, ["last_updated_timestamp DESC"]), pages("search_registered_models", 1, "name LIKE 'a%'"), pages("search_registered_models", 1000), pages("search_registered_models", 5, "name ILIKE 'A%'", ["name DESC"]),
    *(call for more in ({"max_results": 0}, {"max_results": -1}, {"max_results": 1000}, {"max_results": 1001}, {"page_token": "evilhax"}, {"page_token": ""}, {"page_token": "e30="}) for call in models(None, **more)),
    *versions(None, "", "name = 'a'", "name = 'b'", "name != 'a'", "name LIKE 'a%'", "name ILIKE 'A%'", "name IN ('a', 'b')", "name NOT IN ('a')", "name = 'missing'", "attribute.name = 'a'", f"run_id = '{RUN}'", f"run_id IN ('{RUN}', '{RUN2}')", f"run_id IN ('{RUN}','{RUN2}')", f"run_id NOT IN ('{RUN}')", f"run_id != '{RUN}'", f"run_id LIKE '{RUN[:5]}%'", f"run_id IN ('{RUN}'", f"run_id IN ('{RUN}',)", f"run_id IN ('{RUN}',,'{RUN2}')", "run_id IN (123)", "run_id IN ()", "run_id IN ('')", f"run_id IN \"{RUN}\"", f"run_id IN '{RUN}'", "run_id = 5", f"name = 'a' AND run_id = '{RUN}'", "run_id = ''", "run_id IS NULL",
        "source_path = 's3://x/1'", "source_path LIKE 's3%'", "source_path ILIKE 'S3%'", "source_path != 's3://x/1'", "source_path IN ('s3://x/1')", "source = 's3://x/1'", "version_number = 2", "version_number > 2", "version_number >= 2", "version_number < 2", "version_number <= 2", "version_number != 2", "version_number = '2'", "version_number = 'x'", "version_number = 1.5", "version_number LIKE '1'", "version_number IN (1)", "version = 2", "current_stage = 'Production'", "creation_timestamp > 0", "last_updated_timestamp > 0", "aliases = 'one'", "description = 'words'", "status = 'READY'",
        "tags.k = 'v'", "tag.k = 'v'", "tags.k != 'v'", "tags.k LIKE 'v%'", "tags.k ILIKE 'V%'", "tags.k = 'v' AND tags.k2 = 'v2'", "tags.missing = 'v'", "tags.k IN ('v')", "tags.k > 'v'", "name = 'a' AND tags.k = 'v' AND version_number = 2", "name = 'a' OR name = 'b'", "name = 'a' AND", "foo = 'a'", "foo.bar = 'a'", "name", "name = a", "name > 'a'", "name == 'a'", "(name = 'a')", "name = 'a' name = 'b'", f"name = 'a' and run_id in ('{RUN}')", f"tags.`{IS_PROMPT_TAG_KEY}` = 'true'", "evilhax = true", "name = true", "run_id = null", "name evilhax 'a'", "run_id IN (1,2,3)", "run_id IN ['a']"),
    *(call for order in (["name"], ["name DESC"], ["version_number"], ["version_number DESC"], ["name", "version_number DESC"], ["creation_timestamp"], ["creation_timestamp DESC"], ["last_updated_timestamp"], ["last_updated_timestamp DESC"], ["name", "name"], ["foo"], ["version"], ["run_id"], ["tags.k"], ["timestamp"], ["attribute.name"], ["name foo"], [], ["version_number ASC", "name DESC"]) for call in versions(None, order_by=order)),
    pages("search_model_versions", 2), pages("search_model_versions", 3, "name = 'a'"), pages("search_model_versions", 4, None, ["version_number"]), pages("search_model_versions", 5, None, ["name DESC", "creation_timestamp"]),
    *(call for more in ({"max_results": 0}, {"max_results": -1}, {"max_results": 200_000}, {"max_results": 200_001}, {"max_results": None}, {"page_token": "evilhax"}, {"page_token": ""}) for call in versions("name = 'b'", **more)),
    ("another time", another_time),
    ("rename with versions", lambda s, v: (s.rename_registered_model("a", "a2"), keys(s.search_model_versions("name = 'a2'", order_by=["version_number"])), s.get_model_version("a2", 1), s.get_model_version_by_alias("a2", "one").version)), ("old name", lambda s, v: s.get_model_version("a", 1)), ("old versions", lambda s, v: keys(s.search_model_versions("name = 'a'"))), ("source of a copy", lambda s, v: [s.get_model_version("b", 2).source, s.get_model_version_download_uri("b", 2)]), ("rename back", lambda s, v: s.rename_registered_model("a2", "a").name),
    *((f"delete version {name!r} {number!r}", lambda s, v, name=name, number=number: s.delete_model_version(name, number)) for name, number in (("a", 2), ("a", 2), ("a", 99), ("a", "x"), ("missing", 1), (None, 1), ("a", "3"))),
    ("deleted", lambda s, v: s.get_model_version("a", 2)), ("its alias", lambda s, v: s.get_model_version_by_alias("a", "two")), ("aliases then", lambda s, v: s.get_registered_model("a").aliases), ("deleted: tag", lambda s, v: s.set_model_version_tag("a", 2, ModelVersionTag("k", "v"))), ("deleted: describe", lambda s, v: s.update_model_version("a", 2, "x")), ("deleted: stage", lambda s, v: s.transition_model_version_stage("a", 2, "None", False)), ("deleted: uri", lambda s, v: s.get_model_version_download_uri("a", 2)), ("deleted: alias", lambda s, v: s.set_registered_model_alias("a", "x", 2)), ("deleted: untag", lambda s, v: s.delete_model_version_tag("a", 2, "k")),
    version("a", "s3://next"), ("delete the last", lambda s, v: s.delete_model_version("a", s.create_model_version("a", "s3://last").version)), version("a", "s3://after"),
    ("copy", lambda s, v: s.copy_model_version(s.get_model_version("a", 1), "copied")), ("copy again", lambda s, v: s.copy_model_version(s.get_model_version("a", 1), "copied").version), ("copy of a copy", lambda s, v: s.copy_model_version(s.get_model_version("copied", 1), "copied2")), ("copied from", lambda s, v: [s.get_model_version("copied", 1).source, s.get_model_version_download_uri("copied2", 1), s.get_model_version_download_uri("copied", 1)]), ("copy to a bad name", lambda s, v: s.copy_model_version(s.get_model_version("a", 1), "a/b")),
    ("delete the source", lambda s, v: (s.delete_registered_model("a"), s.get_model_version_download_uri("copied", 1))), ("delete again", lambda s, v: s.delete_registered_model("a")), ("delete missing", lambda s, v: s.delete_registered_model("missing")), ("delete None", lambda s, v: s.delete_registered_model(None)), ("versions of a deleted model", lambda s, v: keys(s.search_model_versions("name = 'a'"))), ("version of a deleted model", lambda s, v: s.get_model_version("a", 1)), ("alias of a deleted model", lambda s, v: s.get_model_version_by_alias("a", "one")), ("create again", lambda s, v: (s.create_registered_model("a").tags, s.get_registered_model("a").aliases, s.create_model_version("a", "s3://x").version)),
]  # fmt: skip
