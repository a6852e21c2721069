"""Sequences of requests about files, GraphQL and the server itself."""

from __future__ import annotations

from typing import Any, Final

from tests.compat.wire.requests import Ask, get, post

_EXPERIMENT: Final = post("experiments/create", {"name": "{mark}-e"}, exp="experiment_id")
_RUN: Final = post(
    "runs/create",
    {"experiment_id": "{exp}", "start_time": 1, "run_name": "r"},
    run="run.info.run_id",
    uri="run.info.artifact_uri",
)
_UPLOAD: Final = "/ajax-api/2.0/mlflow/upload-artifact"
_PROXY: Final = "/api/2.0/mlflow-artifacts/artifacts"
_REFUSED: Final = (
    "/etc/passwd", "../x", "a/../b", "a/../../b", "..", "%2e%2e/x", "%2E%2E/x", "%252e%252e/x", "%2fetc", "file:///etc",
    "file:/etc", "./../x",
)  # fmt: skip
_CLIMBING: Final = (*_REFUSED, "a%00b", "C:\\x", "a\\..\\b", "//x", "http://h/x")


def _upload(body: str = "data", **query: str) -> Ask:
    return Ask("POST", _UPLOAD, body=body, query=[*query.items()], headers={"Content-Type": "application/octet-stream"})


def _put(path: str, body: str = "data") -> Ask:
    return Ask("PUT", f"{_PROXY}/{path}", body=body, headers={"Content-Type": "application/octet-stream"})


ARTIFACTS: Final = [
    _EXPERIMENT, _RUN, get("artifacts/list", run_id="{run}"), get("artifacts/list", run_uuid="{run}"),
    get("artifacts/list"), get("artifacts/list", run_id="0" * 32), get("artifacts/list", run_id="{run}", path=""),
    get("artifacts/list", run_id="{run}", path="none"),
    *(
        _upload(run_uuid="{run}", path=path)
        for path in ("a.txt", "dir/b.json", "dir/sub/c.html", "\u00e9 x.txt", "sp ace/d", *_REFUSED)
    ),
    _upload(run_uuid="{run}"), _upload(path="x"), _upload(run_uuid="", path="x"), _upload(run_uuid="0" * 32, path="x"),
    _upload("", run_uuid="{run}", path="empty"), _upload("x" * (10 * 1024 * 1024 + 1), run_uuid="{run}", path="big"),
    *(
        get("artifacts/list", run_id="{run}", path=path)
        for path in ("dir", "dir/", "./dir", "dir/sub", "a.txt", "sp ace", *_CLIMBING)
    ),
    get("artifacts/list", run_id="{run}"), get("artifacts/list", run_id="{run}", page_token="x"),
    *(
        get("/get-artifact", run_id="{run}", path=path)
        for path in ("a.txt", "dir/b.json", "dir/sub/c.html", "\u00e9 x.txt", "none", "dir", "", *_CLIMBING)
    ),
    get("/get-artifact", run_uuid="{run}", path="a.txt"), get("/get-artifact", run_id="0" * 32, path="a.txt"),
    get("/get-artifact", path="a.txt"), get("/get-artifact", run_id="{run}"), get("/get-artifact"),
    post("registered-models/create", {"name": "{mark}-m"}),
    post("model-versions/create", {"name": "{mark}-m", "source": "{uri}/dir", "run_id": "{run}"}),
    *(
        get("/model-versions/get-artifact", name="{mark}-m", version="1", path=path)
        for path in ("b.json", "sub/c.html", "none", "sub", "", *_CLIMBING)
    ),
    get("/model-versions/get-artifact", name="{mark}-m", version="9", path="b.json"),
    get("/model-versions/get-artifact", name="{mark}-none", version="1", path="b.json"),
    get("/model-versions/get-artifact", name="{mark}-m", path="b.json"), get("/model-versions/get-artifact"),
]  # fmt: skip

PROXY: Final = [
    *(_put(f"{{mark}}/{path}") for path in ("a.txt", "dir/b.json", "dir/sub/c.html", "%C3%A9.txt", "sp%20ace")),
    _put("{mark}/empty", ""),
    *(
        get(_PROXY, path=path)
        for path in ("{mark}", "{mark}/", "{mark}/dir", "{mark}/none", "{mark}/a.txt", *_CLIMBING)
    ),
    *(
        Ask("GET", f"{_PROXY}/{path}")
        for path in (
            "{mark}/a.txt", "{mark}/dir/b.json", "{mark}/dir/sub/c.html", "{mark}/none", "{mark}/dir", "{mark}/../x",
            "%2e%2e/x", "{mark}/%2e%2e/%2e%2e/x", "%252e%252e/x", "/etc/passwd", "%2fetc%2fpasswd",
        )
    ),
    *(
        _put(path)
        for path in (
            "%2e%2e/x", "{mark}/%2e%2e/%2e%2e/x", "%252e%252e/x", "/etc/passwd", "%2fetc%2fpasswd", "file%3A///x",
        )
    ),
    *(
        Ask("DELETE", f"{_PROXY}/{path}")
        for path in ("{mark}/a.txt", "{mark}/a.txt", "{mark}/none", "%2e%2e/x", "{mark}/%2e%2e/x", "{mark}/dir")
    ),
    Ask("POST", f"{_PROXY}/{{mark}}/x", {}), Ask("PATCH", f"{_PROXY}/{{mark}}/x", {}), Ask("DELETE", _PROXY),
    Ask("PUT", _PROXY, body="x"), get(_PROXY, path="{mark}"),
    get("/ajax-api/2.0/mlflow-artifacts/artifacts", path="{mark}"),
]  # fmt: skip


def _graph(query: str, **variables: Any) -> Ask:
    return Ask("POST", "/graphql", {"query": query, **({"variables": variables} if variables else {})})


def _field(name: str, given: str, parts: str) -> Ask:
    """A query for parts of what a field holds for an input."""
    return _graph(f"query {{ {name}(input: {{{given}}}) {{ {parts} }} }}")


_RUN_PARTS: Final = (
    "run { info { runName status startTime endTime lifecycleStage artifactUri } "
    "data { metrics { key value step timestamp } params { key value } tags { key value } } "
    "experiment { name } modelVersions { name } }"
)
_TWICE: Final = " ".join(
    f'{name}: mlflowGetRun(input: {{runId: "{{run}}"}}) {{ run {{ info {{ runName }} }} }}' for name in "ab"
)

GRAPHQL: Final = [
    _EXPERIMENT, _RUN,
    post(
        "runs/log-batch",
        {
            "run_id": "{run}", "metrics": [{"key": "m", "value": 1.5, "timestamp": 2, "step": 3}],
            "params": [{"key": "p", "value": "1"}],
        },
    ),
    _field(
        "mlflowGetExperiment", 'experimentId: "{exp}"',
        "experiment { name experimentId lifecycleStage artifactLocation tags { key value } }",
    ),
    _graph(
        "query Q($id: String) { mlflowGetExperiment(input: {experimentId: $id}) { experiment { name } } }", id="{exp}",
    ),
    _field("mlflowGetExperiment", 'experimentId: "9999999"', "experiment { name } apiError { code message }"),
    _field("mlflowGetExperiment", 'experimentId: "x"', "experiment { name } apiError { code message helpUrl }"),
    _field("mlflowGetRun", 'runId: "{run}"', _RUN_PARTS),
    _field("mlflowGetRun", 'runId: "none"', "run { info { runName } } apiError { code message }"),
    _field(
        "mlflowSearchRuns", 'experimentIds: ["{exp}"], filter: "metrics.m > 1", maxResults: 5',
        "runs { info { runName } } nextPageToken apiError { code message }",
    ),
    _field(
        "mlflowSearchRuns", 'experimentIds: ["{exp}"], filter: "bogus"',
        "runs { info { runName } } apiError { code message }",
    ),
    _field("mlflowListArtifacts", 'runId: "{run}"', "rootUri files { path isDir fileSize }"),
    _field("mlflowListArtifacts", 'runId: "{run}", path: "../x"', "rootUri files { path } apiError { code message }"),
    _field("mlflowSearchModelVersions", "filter: \"name = 'x'\"", "modelVersions { name version }"),
    _field(
        "mlflowGetMetricHistoryBulkInterval", 'runIds: ["{run}"], metricKey: "m", maxResults: 5',
        "metrics { key value runId step timestamp }",
    ),
    _field("mlflowSearchDatasets", 'experimentIds: ["{exp}"]', "datasetSummaries { name }"),
    _graph('query { test(inputString: "x") { output } }'),
    _graph('mutation { testMutation(inputString: "x") { output } }'), _graph("query { bogus }"), _graph("query {"),
    _graph(""), Ask("POST", "/graphql", {}), Ask("POST", "/graphql", body="x"), Ask("GET", "/graphql"),
    _graph("query { __typename }"), _graph("{ __schema { queryType { name } } }"), _graph(f"query {{ {_TWICE} }}"),
    _graph("query A { __typename } query B { __typename }"),
    Ask("POST", "/graphql", {"query": "query A { __typename } query B { __typename }", "operationName": "B"}),
]  # fmt: skip


def _from(method: str, path: str, **headers: str) -> Ask:
    content = {} if method in ("POST", "PATCH", "DELETE") else None
    return Ask(method, path, content, headers={name.replace("_", "-"): value for name, value in headers.items()})


_SEARCH: Final = "/api/2.0/mlflow/experiments/search"
_HOSTS: Final = (
    "localhost", "localhost:5000", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:5000", "10.0.0.1", "10.1.2.3:5000",
    "192.168.1.1", "172.16.0.1", "172.31.255.255:80", "172.32.0.1", "8.8.8.8", "evil.com", "evil.com:5000",
    "localhost.evil.com", "127.0.0.1.evil.com", "LOCALHOST", "",
)  # fmt: skip
_ORIGINS: Final = (
    "http://localhost:3000", "https://localhost", "http://127.0.0.1:9", "http://[::1]:1", "http://evil.com",
    "https://evil.com:5000", "http://localhost.evil.com", "null", "",
)  # fmt: skip

GUARDS: Final = [
    *(_from("GET", f"{_SEARCH}?max_results=1&filter=name%3D'x'", Host=host) for host in _HOSTS),
    *(_from("GET", path, Host="evil.com") for path in ("/health", "/version", "/")),
    *(_from("GET", f"{_SEARCH}?max_results=1&filter=name%3D'x'", Origin=origin) for origin in _ORIGINS),
    *(
        _from(method, path, Origin=origin) for origin in _ORIGINS for method, path in (
            ("POST", "/api/2.0/mlflow/runs/delete"), ("POST", "/ajax-api/2.0/mlflow/runs/delete"),
            ("DELETE", "/api/2.0/mlflow/registered-models/delete"), ("POST", "/graphql"),
        )
    ),
    *(_from("OPTIONS", _SEARCH, Origin=origin) for origin in _ORIGINS),
    *(
        _from(
            "OPTIONS", _SEARCH, Origin=origin, Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="Content-Type",
        )
        for origin in _ORIGINS
    ),
    _from("OPTIONS", _SEARCH), _from("OPTIONS", "/api/2.0/mlflow/none", Origin="http://localhost:3000"),
    _from("POST", "/api/2.0/mlflow/runs/delete", Referer="http://evil.com/x"),
    _from("POST", "/api/2.0/mlflow/runs/delete", Sec_Fetch_Site="cross-site"),
]  # fmt: skip

PAGES: Final = [
    *(
        Ask(method, path) for path in (
            "/health", "/version", "/none", "/api/2.0/mlflow/none", "/ajax-api/2.0/mlflow/none", "/api/3.0/mlflow/none",
            "/api/2.0/preview/mlflow/runs/get", "/health/", "/api/2.0/mlflow/runs/get/",
        ) for method in ("GET", "POST", "PUT", "HEAD", "DELETE")
    ),
    get("/api/3.0/mlflow/server-info"), get("/ajax-api/3.0/mlflow/server-info"),
    Ask("POST", "/api/3.0/mlflow/server-info", {}), get("runs/log-metric"), Ask("DELETE", "runs/create", {}),
    Ask("GET", "experiments/create"), post("experiments/get", {"experiment_id": "0"}), post("runs/get", {}),
    post("model-versions/search", {}), post("artifacts/list", {}),
    get("/ajax-api/2.0/mlflow/experiments/get", experiment_id="0"), get("/ajax-api/2.0/mlflow/runs/get", run_id="none"),
    get("/api/2.0mlflow/experiments/search-datasets"),
    Ask("GET", "experiments/get", query=[("experiment_id", "0"), ("experiment_id", "1")]),
    Ask("GET", "experiments/get", query=[("experimentId", "0")]), Ask("GET", "experiments/get", {"experiment_id": "0"}),
    Ask("GET", "experiments/get", {"experiment_id": "0"}, query=[("surplus", "1")]),
    Ask("DELETE", "registered-models/delete", query=[("name", "x")]),
    Ask("DELETE", "registered-models/delete", {"name": "x"}, query=[("name", "y")]),
    Ask("DELETE", "registered-models/delete", body='{"name": "x"}', headers={"Content-Type": "text/plain"}),
    Ask("PATCH", "registered-models/update", body='{"name": "x"}', headers={"Content-Type": "text/plain"}),
]  # fmt: skip
