"""Sequences of requests to the registry."""

from __future__ import annotations

from typing import Any, Final

from tests.compat.wire.requests import Ask, delete, get, patch, post

_REG: Final = "{mark}-m"


def _made(name: str = _REG, **more: Any) -> Ask:
    return post("registered-models/create", {"name": name, **more})


def _version(source: str = "s3://bucket/x", name: str = _REG, **more: Any) -> Ask:
    return post("model-versions/create", {"name": name, "source": source, **more})


def _moved(version: str, stage: str, archive: bool = False, name: str = _REG) -> Ask:
    return post(
        "model-versions/transition-stage",
        {"name": name, "version": version, "stage": stage, "archive_existing_versions": archive},
    )


def _aliased(alias: str, version: str = "1", name: str = _REG) -> Ask:
    return post("registered-models/alias", {"name": name, "alias": alias, "version": version})


_TAGS: Final = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]

REGISTERED_MODELS: Final = [
    _made(description="text", tags=_TAGS), _made(), _made("{mark}/x"), _made("{mark}:x"), _made(""), _made("  "),
    _made("{mark}-\u00e9 x"), _made("{mark}-z"),
    _made("{mark}-dup", tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]),
    _made("{mark}-long", tags=[{"key": "a" * 251, "value": "1"}]),
    _made("{mark}-longer", tags=[{"key": "a", "value": "v" * 100001}]), _made("{mark}-null", tags=[{"key": "a"}]),
    get("registered-models/get", name=_REG), get("registered-models/get", name="{mark}-none"),
    get("registered-models/get", name=""), get("registered-models/get"),
    patch("registered-models/update", name=_REG, description="other"),
    patch("registered-models/update", name="{mark}-none", description="other"),
    patch("registered-models/update", name=_REG), patch("registered-models/update", description="x"),
    get("registered-models/get", name=_REG),
    post("registered-models/set-tag", {"name": _REG, "key": "a", "value": "9"}),
    post("registered-models/set-tag", {"name": _REG, "key": "c"}),
    post("registered-models/set-tag", {"name": _REG, "key": "a" * 251, "value": "9"}),
    post("registered-models/set-tag", {"name": "{mark}-none", "key": "a", "value": "9"}),
    post("registered-models/set-tag", {"name": _REG, "key": "../a", "value": "9"}),
    post("registered-models/set-tag", {"name": _REG, "key": "a", "value": "v" * 100001}),
    delete("registered-models/delete-tag", name=_REG, key="b"),
    delete("registered-models/delete-tag", name=_REG, key="b"),
    delete("registered-models/delete-tag", name="{mark}-none", key="b"),
    delete("registered-models/delete-tag", name=_REG), get("registered-models/get", name=_REG), _version(), _version(),
    _aliased("one", "1"), post("registered-models/rename", {"name": _REG, "new_name": "{mark}-z"}),
    post("registered-models/rename", {"name": _REG, "new_name": "a/b"}),
    post("registered-models/rename", {"name": _REG, "new_name": ""}),
    post("registered-models/rename", {"name": "{mark}-none", "new_name": "{mark}-q"}),
    post("registered-models/rename", {"name": _REG, "new_name": _REG}),
    post("registered-models/rename", {"name": _REG, "new_name": "{mark}-new"}), get("registered-models/get", name=_REG),
    get("registered-models/get", name="{mark}-new"), get("model-versions/get", name="{mark}-new", version="2"),
    get("model-versions/get", name=_REG, version="2"), get("registered-models/alias", name="{mark}-new", alias="one"),
    *(
        get("registered-models/search", filter=text)
        for text in (
            "name = '{mark}-new'", "name LIKE '{mark}%'", "name ILIKE '{mark}-NEW'",
            "name != '{mark}-new' AND name LIKE '{mark}%'", "tags.a = '9'", "tag.a = '1' AND name LIKE '{mark}%'",
            "name = 1", "version = 1", "name > 'x'", "name = 'x' OR name = 'y'", "bogus",
            "name IN ('{mark}-new', '{mark}-z')", "name NOT IN ('x') AND name LIKE '{mark}-n%'",
        )
    ),
    *(
        get("registered-models/search", filter="name LIKE '{mark}%'", order_by=order)
        for order in (
            ["name DESC"], ["timestamp", "name"], ["last_updated_timestamp DESC", "name"], ["creation_timestamp"],
            ["name", "name DESC"], ["bogus"], ["name ASC DESC"],
        )
    ),
    Ask(
        "GET", "registered-models/search", query=get("", filter="name LIKE '{mark}%'", max_results=2).query,
        takes={"token": "next_page_token"},
    ),
    Ask(
        "GET", "registered-models/search",
        query=get("", filter="name LIKE '{mark}%'", max_results=2, page_token="{token}").query,
    ),
    *(
        get("registered-models/search", max_results=most, filter="name = '{mark}-new'")
        for most in (1, 1000, 1001, 0, "x")
    ),
    delete("registered-models/delete", name="{mark}-new"), delete("registered-models/delete", name="{mark}-new"),
    delete("registered-models/delete"), get("registered-models/get", name="{mark}-new"),
    get("model-versions/get", name="{mark}-new", version="1"),
    get("model-versions/search", filter="name = '{mark}-new'"), _made("{mark}-new"), _version(name="{mark}-new"),
]  # fmt: skip

VERSIONS: Final = [
    _made(), _version(description="text", tags=_TAGS, run_link="http://x"), _version(), _version(),
    _version(name="{mark}-none"), _version(""), post("model-versions/create", {"name": _REG}),
    _version(tags=[{"key": "a" * 251, "value": "1"}]), _version(tags=[{"key": "../a", "value": "1"}]),
    *(get("model-versions/get", name=_REG, version=version) for version in ("1", "9", "x", "1.5", "-1", "0", "")),
    get("model-versions/get", name=_REG), get("model-versions/get", version="1"),
    get("model-versions/get-download-uri", name=_REG, version="1"),
    get("model-versions/get-download-uri", name=_REG, version="9"),
    get("model-versions/get-download-uri", name="{mark}-none", version="9"),
    patch("model-versions/update", name=_REG, version="1", description="new"),
    patch("model-versions/update", name=_REG, version="9", description="new"),
    patch("model-versions/update", name=_REG, version=1, description="new"),
    *(_moved("1", stage) for stage in ("Staging", "staging", "PRODUCTION", "bogus", "", "None", "archived")),
    _moved("9", "Staging"), _moved("1", "Staging", name="{mark}-none"), _moved("x", "Staging"),
    _moved("1", "Archived", True), _moved("1", "None", True),
    post("model-versions/transition-stage", {"name": _REG, "version": "1", "stage": "Staging"}),
    _moved("1", "Production"), _moved("2", "Production"), _moved("3", "Production", True), _moved("1", "Staging"),
    _moved("2", "Staging", True), *(get("model-versions/get", name=_REG, version=str(n)) for n in (1, 2, 3)),
    get("registered-models/get", name=_REG),
    *(
        post("registered-models/get-latest-versions", {"name": _REG, **stages})
        for stages in (
            {}, {"stages": []}, {"stages": ["Production"]}, {"stages": ["production", "Staging"]},
            {"stages": ["bogus"]}, {"stages": ["None"]},
        )
    ),
    get("registered-models/get-latest-versions", name=_REG, stages=["Production"]),
    get("registered-models/get-latest-versions", name="{mark}-none"),
    post("model-versions/set-tag", {"name": _REG, "version": "1", "key": "a", "value": "9"}),
    post("model-versions/set-tag", {"name": _REG, "version": "9", "key": "a", "value": "9"}),
    post("model-versions/set-tag", {"name": _REG, "version": "1", "key": "a" * 251, "value": "9"}),
    post("model-versions/set-tag", {"name": _REG, "version": "1", "key": "n"}),
    post("model-versions/set-tag", {"name": _REG, "key": "n", "value": "1"}),
    post("model-versions/set-tag", {"name": _REG, "version": "x", "key": "n", "value": "1"}),
    delete("model-versions/delete-tag", name=_REG, version="1", key="a"),
    delete("model-versions/delete-tag", name=_REG, version="1", key="a"),
    delete("model-versions/delete-tag", name=_REG, version="9", key="a"),
    get("model-versions/get", name=_REG, version="1"),
    *(
        get("model-versions/search", filter=text)
        for text in (
            "name = '{mark}-m'", "name LIKE '{mark}%'", "name ILIKE '{mark}-M'",
            "name = '{mark}-m' AND version_number = 2", "name = '{mark}-m' AND version_number > '1'",
            "name = '{mark}-m' AND version_number = 1.5", "name = '{mark}-m' AND tags.b = '2'",
            "name = '{mark}-m' AND source_path LIKE 's3%'", "name = '{mark}-m' AND source_path = 's3://bucket/x'",
            "run_id = 'x'", "run_id IN ('x', 'y')", "run_id IN ()", "run_id IN (1)", "run_id IN ('x',)",
            "current_stage = 'Production'", "version = 1", "name > 'x'", "bogus", "name = 1", "name IN ('{mark}-m')",
            "tags.b IS NULL", "name = '{mark}-m' OR name = 'x'",
        )
    ),
    *(
        get("model-versions/search", filter="name = '{mark}-m'", order_by=order)
        for order in (
            ["version_number"], ["version_number DESC"], ["creation_timestamp DESC", "version_number"],
            ["last_updated_timestamp", "version_number"], ["name"], ["bogus"], ["version"],
            ["version_number", "version_number"],
        )
    ),
    Ask(
        "GET", "model-versions/search",
        query=get("", filter="name = '{mark}-m'", max_results=2, order_by=["version_number"]).query,
        takes={"token": "next_page_token"},
    ),
    Ask(
        "GET", "model-versions/search",
        query=get(
            "", filter="name = '{mark}-m'", max_results=2, order_by=["version_number"], page_token="{token}",
        ).query,
    ),
    *(
        get("model-versions/search", max_results=most, filter="name = '{mark}-m' AND version_number = 1")
        for most in (1, 200000, 200001, 0, -1, "x")
    ),
    _aliased("champion"), _aliased("champion", "2"), _aliased("Champion", "2"), _aliased("x", "9"),
    _aliased("x", "1", "{mark}-none"), _aliased("latest"), _aliased("LATEST"), _aliased("v1"), _aliased("V9"),
    _aliased("1"), _aliased("a b"), _aliased("h\u00e9"), _aliased(""), _aliased("a" * 255), _aliased("a" * 256),
    _aliased("a/b"),
    *(
        get("registered-models/alias", name=_REG, alias=alias)
        for alias in ("champion", "Champion", "none", "latest", "LATEST", "1", "v1", "a b", "")
    ),
    get("registered-models/alias", name="{mark}-none", alias="x"),
    get("registered-models/alias", name="{mark}-none", alias="latest"), get("registered-models/get", name=_REG),
    delete("registered-models/alias", name=_REG, alias="champion"),
    delete("registered-models/alias", name=_REG, alias="champion"),
    delete("registered-models/alias", name="{mark}-none", alias="x"),
    delete("registered-models/alias", name=_REG, alias="latest"), delete("registered-models/alias", name=_REG),
    get("model-versions/get", name=_REG, version="2"), delete("model-versions/delete", name=_REG, version="2"),
    delete("model-versions/delete", name=_REG, version="2"), delete("model-versions/delete", name=_REG, version="x"),
    delete("model-versions/delete", name="{mark}-none", version="1"),
    get("model-versions/get", name=_REG, version="2"), get("model-versions/get-download-uri", name=_REG, version="2"),
    _moved("2", "Staging"), _aliased("gone", "2"), delete("model-versions/delete", name=_REG, version="3"), _version(),
    get("registered-models/get", name=_REG),
    get("model-versions/search", filter="name = '{mark}-m'", order_by=["version_number"]),
    get("registered-models/alias", name=_REG, alias="Champion"),
]  # fmt: skip

SOURCES: Final = [
    post("experiments/create", {"name": "{mark}-e"}, exp="experiment_id"),
    post(
        "runs/create", {"experiment_id": "{exp}", "start_time": 1, "run_name": "r"}, run="run.info.run_id",
        uri="run.info.artifact_uri",
    ),
    post(
        "runs/create", {"experiment_id": "{exp}", "start_time": 1, "run_name": "o"}, other="run.info.run_id",
        other_uri="run.info.artifact_uri",
    ),
    post(
        "logged-models", {"experiment_id": "{exp}", "name": "lm", "source_run_id": "{run}"},
        model="model.info.model_id", model_uri="model.info.artifact_uri",
    ),
    _made(), _made("{mark}-n"), _made("{mark}-p", tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}]),
    *(
        _version(source, **more)
        for more in ({}, {"run_id": "{run}"}, {"run_id": "{other}"}, {"model_id": "{model}"})
        for source in (
            "{uri}", "{uri}/", "{uri}/model", "file://{uri}/model", "{uri}/../model", "{uri}/..%2fx", "{model_uri}",
            "{model_uri}/x", "/etc", "/", ".", "relative/path", "file:relative", "file:///etc/passwd",
            "file://localhost/etc", "file://host/etc", "~/x", "s3://b/p", "s3://b", "s3:/b/p", "s3://b/../p",
            "s3://b/p/", "s3://b//p", "s3://b/%2e%2e/p", "s3://b/p%00", "gs://b/./p", "http://host/p",
            "https://host/api/2.0/mlflow-artifacts/artifacts/1/2", "http://host/../p", "mlflow-artifacts:/x",
            "mlflow-artifacts://host/x", "mlflow-artifacts:/{exp}/{run}/artifacts/x",
            "mlflow-artifacts://host:5000/../x", "runs:/{run}/x", "runs:/{other}/x", "runs:/{run}", "runs:/",
            "dbfs:/x/y", "dbfs:/x/../y", "ftp://h/x", "hdfs://h/x", "wasbs://c@a.blob.core.windows.net/x",
            "models:/{model}", "models:/m-none", "models:/{mark}-n/1", "models:/{mark}-m/1", "models:/{mark}-m/99",
            "models:/{mark}-m/latest", "models:/{mark}-m@none", "models:/{mark}-p/1", "models:/", "models:/x",
            "dummy-source", "custom://x/y",
        )
    ),
    _version("{uri}", run_id="0" * 32), _version("s3://b/p", run_id="0" * 32),
    _version("runs:/" + "0" * 32 + "/x", run_id="0" * 32), _version("s3://b/p", model_id="m-none"),
    _version("{uri}", run_id="{run}", model_id="{model}"), _version("{model_uri}", run_id="{run}", model_id="{model}"),
    _version("abfss://c@a.dfs.core.windows.net/x"),
]  # fmt: skip

_PROMPT: Final = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
_TEXT: Final = [*_PROMPT, {"key": "mlflow.prompt.text", "value": "Hi {{x}}"}]

PROMPTS: Final = [
    _made("{mark}-p", tags=_PROMPT), _made("{mark}-p", tags=_PROMPT), _made("{mark}-p"), _made("{mark}-m"),
    _made("{mark}-m", tags=_PROMPT), _made("{mark}-False", tags=[{"key": "mlflow.prompt.is_prompt", "value": "false"}]),
    _made("{mark} p", tags=_PROMPT), _made("{mark}-P", tags=[{"key": "mlflow.prompt.is_prompt", "value": "True"}]),
    *(
        _version(source, "{mark}-p", tags=_TEXT)
        for source in ("dummy-source", "prompt-template", "s3://b/p", "/etc", "x")
    ),
    _version("dummy-source", "{mark}-p"), _version("dummy-source", "{mark}-m"), _version("s3://b/p", "{mark}-m"),
    get("registered-models/get", name="{mark}-p"), get("model-versions/get", name="{mark}-p", version="1"),
    _aliased("prod", "1", "{mark}-p"), get("registered-models/alias", name="{mark}-p", alias="prod"),
    get("registered-models/alias", name="{mark}-p", alias="latest"),
    *(
        get(f"{kind}/search", filter=text) for kind in ("registered-models", "model-versions") for text in (
            "name LIKE '{mark}%'", "name LIKE '{mark}%' AND tags.`mlflow.prompt.is_prompt` = 'true'",
            "name LIKE '{mark}%' AND tags.`mlflow.prompt.is_prompt` != 'true'",
            "name LIKE '{mark}%' AND tags.`mlflow.prompt.is_prompt` = 'false'", "tags.`mlflow.prompt.text` LIKE 'Hi%'",
        )
    ),
    post("model-versions/set-tag", {"name": "{mark}-p", "version": "1", "key": "a", "value": "b"}),
    post("registered-models/set-tag", {"name": "{mark}-p", "key": "a", "value": "b"}),
    post(
        "model-versions/set-tag",
        {"name": "{mark}-m", "version": "1", "key": "mlflow.prompt.is_prompt", "value": "true"},
    ),
    post("registered-models/set-tag", {"name": "{mark}-m", "key": "mlflow.prompt.is_prompt", "value": "true"}),
    patch("model-versions/update", name="{mark}-p", version="1", description="new"),
    patch("registered-models/update", name="{mark}-p", description="new"), _moved("1", "Staging", name="{mark}-p"),
    post("registered-models/get-latest-versions", {"name": "{mark}-p"}),
    get("model-versions/get-download-uri", name="{mark}-p", version="1"),
    post("registered-models/rename", {"name": "{mark}-p", "new_name": "{mark}-p2"}),
    get("registered-models/get", name="{mark}-p2"), delete("model-versions/delete", name="{mark}-p2", version="1"),
    delete("registered-models/alias", name="{mark}-p2", alias="prod"),
    delete("registered-models/delete", name="{mark}-p2"), get("registered-models/get", name="{mark}-p2"),
]  # fmt: skip
