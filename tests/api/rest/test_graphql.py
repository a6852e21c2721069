"""GraphQL: what MLflow's web interface asks for, with the same answers as REST."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.rest.conftest import Wire


def ask(wire: Wire, query: str, **variables: Any) -> Any:
    """The answer to a query."""
    response = wire.client.post("/graphql", json={"query": query, "variables": variables})
    assert 200 == response.status_code
    return response.json()


@pytest.fixture
def run_id(wire: Wire) -> str:
    """A run with metrics, a dataset and a version of a registered model."""
    id = wire.run_id()
    points = [
        {"key": "nan", "value": "NaN", "timestamp": 1, "step": 2**60},
        {"key": "inf", "value": "-Infinity", "timestamp": 1, "step": 0},
        {"key": "k", "value": 1.5, "timestamp": 1, "step": 0},
    ]
    wire.post("runs/log-batch", {"run_id": id, "metrics": points, "params": [{"key": "p", "value": "1"}]})
    dataset = {"name": "d", "digest": "x", "source_type": "s", "source": "t"}
    tags = [{"key": "mlflow.data.context", "value": "train"}]
    wire.post("runs/log-inputs", {"run_id": id, "datasets": [{"dataset": dataset, "tags": tags}]})
    wire.post("registered-models/create", {"name": "M"})
    wire.post("model-versions/create", {"name": "M", "source": "s3://b/x", "run_id": id})
    return id


RUN = """
query GetRun($data: MlflowGetRunInput!) @component(name: "run") {
  mlflowGetRun(input: $data) {
    apiError { code }
    run {
      info { runUuid status endTime } data { metrics { key value step } params { key value } }
      inputs { datasetInputs { dataset { name schema } tags { value } } modelInputs { modelId } }
      outputs { modelOutputs { modelId } }
      ...Whole
    }
  }
}
fragment Whole on MlflowRunExtension { experiment { experimentId name } modelVersions { name version status } }
"""


def test_a_run(wire: Wire, run_id: str) -> None:
    """A run comes with its experiment and versions; absent fields have defaults, 64-bit integers are texts."""
    run = {
        "info": {"runUuid": run_id, "status": "RUNNING", "endTime": "0"},
        "data": {
            "metrics": [
                {"key": "nan", "value": None, "step": str(2**60)},
                {"key": "inf", "value": -1.7976931348623157e308, "step": "0"},
                {"key": "k", "value": 1.5, "step": "0"},
            ],
            "params": [{"key": "p", "value": "1"}],
        },
        "inputs": {
            "datasetInputs": [{"dataset": {"name": "d", "schema": ""}, "tags": [{"value": "train"}]}],
            "modelInputs": [],
        },
        "outputs": {"modelOutputs": []},
        "experiment": {"experimentId": "0", "name": "Default"},
        "modelVersions": [{"name": "M", "version": "1", "status": "READY"}],
    }
    expected = {"data": {"mlflowGetRun": {"apiError": None, "run": run}}, "errors": None}
    assert expected == ask(wire, RUN, data={"runId": run_id})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('{ mlflowGetExperiment(input: {experimentId: "0"}) { experiment { name tags { key } } } }',
         {"mlflowGetExperiment": {"experiment": {"name": "Default", "tags": []}}}),
        ('{ mlflowSearchRuns(input: {experimentIds: ["0"], filter: "metrics.k > 1", runViewType: ALL, maxResults: 5})'
         " { runs { info { status } } nextPageToken } }",
         {"mlflowSearchRuns": {"runs": [{"info": {"status": "RUNNING"}}], "nextPageToken": ""}}),
        ('mutation { mlflowSearchRuns(input: {experimentIds: ["0"]}) { runs { info { status } } } }',
         {"mlflowSearchRuns": {"runs": [{"info": {"status": "RUNNING"}}]}}),
        ('{ mlflowSearchModelVersions(input: {filter: "name = \'M\'", maxResults: "5"})'
         " { modelVersions { version } } }",
         {"mlflowSearchModelVersions": {"modelVersions": [{"version": "1"}]}}),
        ('mutation { mlflowSearchDatasets(input: {experimentIds: ["0"]}) { datasetSummaries { name context } } }',
         {"mlflowSearchDatasets": {"datasetSummaries": [{"name": "d", "context": "train"}]}}),
        ('query T { test(inputString: "abc") { output } }', {"test": {"output": "abc"}}),
    ],
)  # fmt: skip
def test_operations(wire: Wire, run_id: str, query: str, expected: Any) -> None:
    """Each operation is that of REST."""
    assert {"data": expected, "errors": None} == ask(wire, query)


def test_operations_on_a_run(wire: Wire, run_id: str) -> None:
    """Histories are sampled, artifacts are listed."""
    query = "query Q($run: String) {{ {} }}"
    history = 'mlflowGetMetricHistoryBulkInterval(input: {runIds: [$run], metricKey: "k"}) { metrics { value step } }'
    files = "mlflowListArtifacts(input: {runId: $run}) { files { path } }"
    data = ask(wire, query.format(f"{history} {files}"), run=run_id)["data"]
    assert {"metrics": [{"value": 1.5, "step": "0"}]} == data["mlflowGetMetricHistoryBulkInterval"]
    assert {"files": []} == data["mlflowListArtifacts"]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ('{ mlflowGetRun(input: {runId: "nope"}) { run { info { runId } } } }', "Run with id=nope not found"),
        ('{ mlflowGetExperiment(input: {experimentId: "99"}) { experiment { name } } }',
         "No Experiment with id=99 exists"),
        ("{ mlflowGetRun { run { info { runId } } } }", "mlflowGetRun needs an input."),
        ("mutation { mlflowSearchDatasets(input: {experimentIds: []}) { datasetSummaries { name } } }",
         "SearchDatasets request must specify at least one experiment_id."),
        ("{ nope }", "Cannot query field 'nope' on type 'Query'."),
        ("{bad", "Syntax Error: Expected Name, found <EOF>."),
        ("{a" * 3_000 + "}" * 3_000, "nested too deeply"),
        ("{a" * 11 + "}" * 11, "Query exceeds maximum depth of 10"),
        ("{" + 'test(inputString: "a") { output } ' * 11 + "}", "GraphQL queries should have at most 10 root fields"),
        ("{ test { ...A } } fragment A on Test { " + " ".join(f"a{place}: output" for place in range(11)) + " }",
         "GraphQL queries should have at most 10 aliases, got 11 aliases."),
        ("{ test { " + "output " * 1_001 + "} }", "Query exceeds maximum total selections of 1000"),
        ("{ test { ...A } } fragment A on Test { ...A output }", "Cannot spread fragment 'A' within itself"),
        ("{ test { output } } #" + " x" * 20_000, None),
        ("{ test { " + "output(a: [" + "1 " * 20_000 + "]) } }", "more than 10000 tokens"),
    ],
)  # fmt: skip
def test_errors(wire: Wire, query: str, error: str | None) -> None:
    """Errors are those of REST, and what asks for too much is refused before it is looked at."""
    answer = ask(wire, query)
    if error is None:
        assert answer["errors"] is None
    else:
        assert error in answer["errors"][0]


def test_failures_say_nothing_of_the_inside(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected failure is logged under a mark, and the client learns the mark alone."""

    def fail(*_: object) -> None:
        raise RuntimeError("mongodb://user:secret@host")

    monkeypatch.setattr("genesis_flow.api.rest.endpoints.graphql.read_fields", fail)
    answer = ask(wire, '{ mlflowGetRun(input: {runId: "x"}) { run { info { runId } } } }')
    assert "secret" not in json.dumps(answer)
    assert answer["errors"][0].rpartition(" ")[2].rstrip(".") in caplog.text


def test_requests(wire: Wire) -> None:
    """A query may be in the URL; variables are an object."""
    response = wire.client.get("/graphql", params={"query": '{ test(inputString: "a") { output } }'})
    assert {"data": {"test": {"output": "a"}}, "errors": None} == response.json()
    for content in ({}, {"query": ""}, {"query": "{a}", "variables": [1]}, {"query": 5}):
        assert 400 == wire.client.post("/graphql", json=content).status_code
