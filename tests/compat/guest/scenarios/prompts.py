"""Prompts, which MLflow keeps as registered models with a mark."""

from __future__ import annotations

from typing import Any

from mlflow.entities.model_registry import ModelVersionTag, RegisteredModelTag

from tests.compat.guest.calls import Call

STORE = "registry"
IS, TEXT, KIND = "mlflow.prompt.is_prompt", "mlflow.prompt.text", "_mlflow_prompt_type"


def names(found: Any) -> list[str]:
    return [each.name for each in found]


def shown(version: Any) -> Any:
    return None if version is None else (version.name, version.version, version.template, version.commit_message, version.tags, sorted(version.aliases or ()), str(version.response_format), version.is_text_prompt)


def said(label: str, make: Any) -> Call:
    """What is shown of a version of a prompt."""
    return label, lambda s, v: shown(make(s, v))


CHAT = [{"role": "system", "content": "You are {{who}}"}, {"role": "user", "content": "{{question}}"}]

CALLS: list[Call] = [
    ("model", lambda s, v: s.create_registered_model("model").name), ("version of a model", lambda s, v: s.create_model_version("model", "s3://x").version),
    *((f"create {name!r} {more}"[:100], lambda s, v, name=name, more=more: s.create_prompt(name, **more)) for name, more in (("p", {}), ("p", {}), ("q", {"description": "words", "tags": {"k": "v"}}), ("a.b-c_d", {}), ("bad name", {}), ("a/b", {}), ("", {}), (None, {}), ("ü", {}), ("model", {}), ("long", {"tags": {"k" * 251: "v"}}), ("is", {"tags": {IS: "false"}}))),
    ("model of that name", lambda s, v: s.create_registered_model("p")), ("get", lambda s, v: s.get_prompt("q")), ("get missing", lambda s, v: s.get_prompt("missing")), ("get a model", lambda s, v: s.get_prompt("model")),
    said("version", lambda s, v: s.create_prompt_version("p", "Hello {{name}}", "first", {"t": "1"})), said("second", lambda s, v: s.create_prompt_version("p", "Hi {{name}}")), said("chat", lambda s, v: s.create_prompt_version("q", CHAT)), said("format", lambda s, v: s.create_prompt_version("q", "x", response_format={"type": "object"})), said("empty", lambda s, v: s.create_prompt_version("p", "")), said("no variables", lambda s, v: s.create_prompt_version("p", "plain")),
    said("version of nothing", lambda s, v: s.create_prompt_version("missing", "x")), said("version of a model", lambda s, v: s.create_prompt_version("model", "x")), said("long", lambda s, v: s.create_prompt_version("p", "x" * 100_000) and None), said("longer", lambda s, v: s.create_prompt_version("p", "x" * 100_001)), said("long tag", lambda s, v: s.create_prompt_version("p", "x", tags={"k": "v" * 100_001})), said("long key", lambda s, v: s.create_prompt_version("p", "x", tags={"k" * 251: "v"})), said("long message", lambda s, v: s.create_prompt_version("p", "x", description="d" * 6000) and None),
    *(said(f"read {name!r} {number!r}", lambda s, v, name=name, number=number: s.get_prompt_version(name, number)) for name, number in (("p", 1), ("p", "2"), ("p", 99), ("p", "x"), ("missing", 1), ("q", 1), ("q", 2), ("model", 1), ("p", "latest"), ("p", "nobody"))),
    *((f"alias {alias!r} {number!r}", lambda s, v, alias=alias, number=number: (s.set_prompt_alias("p", alias, number), shown(s.get_prompt_version_by_alias("p", alias)))) for alias, number in (("live", 1), ("live", 2), ("two", 2), ("latest", 1), ("v1", 1), ("a b", 1), ("", 1), ("live", 99), ("live", "x"))), ("alias of nothing", lambda s, v: s.set_prompt_alias("missing", "live", 1)),
    *(said(f"by alias {name!r} {alias!r}", lambda s, v, name=name, alias=alias: s.get_prompt_version_by_alias(name, alias)) for name, alias in (("p", "live"), ("p", "nobody"), ("p", "latest"), ("missing", "live"), ("model", "latest"))), *((f"unalias {alias!r}", lambda s, v, alias=alias: s.delete_prompt_alias("p", alias)) for alias in ("two", "two", "nobody")), ("unalias nothing", lambda s, v: s.delete_prompt_alias("missing", "x")),
    *((f"tag {key!r} {value!r}"[:60], lambda s, v, key=key, value=value: (s.set_prompt_tag("p", key, value), s.get_prompt("p").tags)) for key, value in (("a", "1"), ("a", "2"), ("k" * 251, "v"), ("k", "v" * 100_001), (IS, "false"), (IS, "true"), (None, "v"))), ("untag", lambda s, v: (s.delete_prompt_tag("p", "a"), s.get_prompt("p").tags)), ("untag again", lambda s, v: s.delete_prompt_tag("p", "a")), ("tag nothing", lambda s, v: s.set_prompt_tag("missing", "a", "b")), ("untag nothing", lambda s, v: s.delete_prompt_tag("missing", "a")),
    *((f"tag version {key!r} {value!r}"[:60], lambda s, v, key=key, value=value: (s.set_prompt_version_tag("p", 1, key, value), s.get_prompt_version("p", 1).tags)) for key, value in (("a", "1"), ("a", "2"), ("k" * 251, "v"), ("k", "v" * 100_001))), ("untag version", lambda s, v: (s.delete_prompt_version_tag("p", 1, "a"), s.get_prompt_version("p", 1).tags)), ("tag version of nothing", lambda s, v: s.set_prompt_version_tag("p", 99, "a", "b")), ("untag version of nothing", lambda s, v: s.delete_prompt_version_tag("p", 99, "a")),
    *((f"search {text!r} {more}", lambda s, v, text=text, more=more: names(s.search_prompts(text, **more))) for text, more in ((None, {}), ("", {}), ("name = 'p'", {}), ("name LIKE 'p%'", {}), ("name ILIKE 'P%'", {}), ("name = 'model'", {}), ("tags.k = 'v'", {}), ("tags.`k` = 'v' AND name = 'q'", {}), ("foo = 'x'", {}), ("name", {}), (None, {"max_results": 1}), (None, {"order_by": ["name DESC"]}), (None, {"max_results": 0}), (None, {"max_results": 1001}), (f"tags.`{IS}` = 'false'", {}), (f"tags.`{IS}` != 'true'", {}))),
    ("pages", lambda s, v: (lambda one: [names(one), names(s.search_prompts(max_results=2, page_token=one.token))])(s.search_prompts(max_results=2))),
    *((f"versions {name!r} {more}", lambda s, v, name=name, more=more: [each.version for each in s.search_prompt_versions(name, **more)]) for name, more in (("p", {}), ("q", {}), ("missing", {}), ("p", {"max_results": 2}), ("model", {}))),
    *((f"models {text!r}", lambda s, v, text=text: names(s.search_registered_models(text))) for text in (None, f"tags.`{IS}` = 'true'", f"tags.`{IS}` = 'false'", f"tags.`{IS}` != 'true'", f"tags.`{IS}` != 'false'", "name LIKE '%'", f"name = 'p' AND tags.`{IS}` = 'true'", f"tags.`{IS}` LIKE 'tr%'", f"tags.`{IS}` ILIKE 'TRUE'", f"tag.\"{IS}\" = 'true'")),
    *((f"model versions {text!r}", lambda s, v, text=text: sorted(f"{m.name}/{m.version}" for m in s.search_model_versions(text))) for text in (None, "name = 'p'", f"tags.`{IS}` = 'true'", f"name = 'p' AND tags.`{IS}` = 'true'", f"tags.`{IS}` = 'false'", f"tags.`{IS}` != 'true'", f"tags.`{IS}` != 'false'", f"tags.`{TEXT}` LIKE 'H%'")),
    ("as a model", lambda s, v: s.get_registered_model("p").tags), ("as a version", lambda s, v: {k: x[:30] for k, x in s.get_model_version("p", 1).tags.items()}), ("source", lambda s, v: s.get_model_version("p", 1).source), ("latest", lambda s, v: [m.version for m in s.get_latest_versions("p")]),
    ("raw prompt", lambda s, v: s.create_registered_model("raw", [RegisteredModelTag(IS, "true"), RegisteredModelTag(KIND, "text")])), ("raw version", lambda s, v: s.create_model_version("raw", "prompt-template", tags=[ModelVersionTag(IS, "true"), ModelVersionTag(TEXT, "raw {{x}}")]).tags), said("raw read", lambda s, v: s.get_prompt_version("raw", 1)), ("raw too long", lambda s, v: s.create_model_version("raw", "prompt-template", tags=[ModelVersionTag(IS, "true"), ModelVersionTag(TEXT, "x" * 100_001)])),
    ("delete a version", lambda s, v: (s.delete_prompt_version("p", 2), s.get_prompt_version("p", 2))), ("delete it again", lambda s, v: s.delete_prompt_version("p", 2)), ("delete a missing version", lambda s, v: s.delete_prompt_version("missing", 1)), ("delete", lambda s, v: (s.delete_prompt("q"), s.get_prompt("q"))), ("delete again", lambda s, v: s.delete_prompt("q")), ("delete a model as a prompt", lambda s, v: s.delete_prompt("missing")),
]  # fmt: skip
