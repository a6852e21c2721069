"""Registering and loading models and prompts without a client at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.api import session
from tests.api.refusals import INVALID, MISSING, refusal


@pytest.fixture
def run_id(uri: str) -> str:
    """A run with the files of a model at "model"."""
    with mlflow.start_run() as run:
        mlflow.log_text("flavors: {}\n", "model/MLmodel")
        mlflow.log_text("weights", "model/data/w.txt")
    return str(run.info.run_id)


def test_a_model_of_a_run_is_registered(run_id: str) -> None:
    """The source is where the run keeps the files; the registered model is created if there is none."""
    first = mlflow.register_model(f"runs:/{run_id}/model", "M", tags={"a": 1})
    second = mlflow.register_model(f"runs:/{run_id}/model", "M")
    root = mlflow.get_run(run_id).info.artifact_uri
    assert (f"{root}/model", run_id, 1, {"a": "1"}, 2) == (
        first.source, first.run_id, first.version, first.tags, second.version,
    )


def test_what_is_not_there_is_not_registered(run_id: str) -> None:
    """Without a model at that path nothing is registered, not even the name."""
    code, message = refusal(lambda: mlflow.register_model(f"runs:/{run_id}/nope", "M"))
    assert ("NOT_FOUND", f"Unable to find a logged_model with artifact_path nope under run {run_id}") == (code, message)
    assert MISSING == refusal(lambda: mlflow.register_model(f"runs:/{'0' * 32}/model", "M"))[0]
    assert INVALID == refusal(lambda: mlflow.register_model(f"runs:/{run_id}/../x", "M"))[0]
    assert INVALID == refusal(lambda: mlflow.register_model(f"runs:/{run_id}/model", "M", env_pack="x"))[0]
    assert INVALID == refusal(lambda: mlflow.register_model(f"runs:/{run_id}/model", "M", tags={"a@b": 1}))[0]
    assert INVALID == refusal(lambda: mlflow.register_model("s3://b/../x", "M"))[0]
    assert MISSING == refusal(lambda: mlflow.register_model(f"models:/m-{'0' * 32}", "M"))[0]
    assert MISSING == refusal(lambda: mlflow.register_model("models:/nope/1", "M"))[0]
    assert [] == mlflow.search_registered_models()


def test_models_resolve_wherever_artifacts_are(run_id: str, tmp_path: Path) -> None:
    """Numbers, stages, latest and aliases name the files of a version, for lists, texts and downloads."""
    client = mlflow.MlflowClient()
    mlflow.register_model(f"runs:/{run_id}/model", "M")
    client.create_model_version("M", f"runs:/{run_id}/model")
    client.set_registered_model_alias("M", "best", "1")
    client.transition_model_version_stage("M", "1", "Production")
    for number, end in enumerate(("/1", "/2", "/Production", "/production", "/latest", "/LATEST", "@best")):
        found = mlflow.artifacts.list_artifacts(f"models:/M{end}")
        assert ["MLmodel", "data"] == [info.path for info in found], end
        copied = Path(mlflow.artifacts.download_artifacts(f"models:/M{end}", dst_path=str(tmp_path / str(number))))
        assert "weights" == (copied / "data" / "w.txt").read_text()
        version = 2 if end in ("/2", "/latest", "/LATEST") else 1
        assert f"model_name: \"M\"\nmodel_version: '{version}'\n" == (copied / "registered_model_meta").read_text()
    assert "weights" == mlflow.artifacts.load_text("models:/M/1/data/w.txt")
    assert ["data/w.txt"] == [info.path for info in mlflow.artifacts.list_artifacts("models:/M/1/data")]
    local = mlflow.artifacts.download_artifacts("models:/M/1")
    assert not (Path(local) / "registered_model_meta").exists()


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("M/9", MISSING), ("M@nope", INVALID), ("M/Staging", MISSING), ("M/foo", INVALID), ("nope/1", MISSING),
        ("M/1/../../../etc/passwd", INVALID), ("M/1/%2e%2e/x", INVALID), ("", INVALID), ("/M/1", INVALID),
        ("M/", INVALID), (f"m-{'0' * 32}", MISSING),
    ],
)  # fmt: skip
def test_models_that_do_not_resolve(run_id: str, end: str, code: str) -> None:
    """What names nothing, or leaves the files of the model, is refused."""
    mlflow.register_model(f"runs:/{run_id}/model", "M")
    assert code == refusal(lambda: mlflow.artifacts.download_artifacts(f"models:/{end}"))[0]


def test_the_registry_may_be_another_store(run_id: str, fresh: Path) -> None:
    """Models are registered in the registry that was chosen, and their files stay where the run has them."""
    session.set_registry_uri("memory://registry")
    mlflow.register_model(f"runs:/{run_id}/model", "M")
    assert "weights" == mlflow.artifacts.load_text("models:/M/1/data/w.txt")
    assert [] == list(mlflow.MlflowClient(registry_uri=session.tracking_uri()).search_registered_models())
    assert ["M"] == [model.name for model in mlflow.search_registered_models()]


def test_searches_find_everything(uri: str) -> None:
    """All pages are read, or as many results as were asked for."""
    client = mlflow.MlflowClient()
    for number in range(3):
        client.create_registered_model(f"m{number}")
        for _ in range(2):
            client.create_model_version(f"m{number}", "s")
    assert ["m0", "m1", "m2"] == [model.name for model in mlflow.search_registered_models()]
    assert [2, 1] == [version.version for version in mlflow.search_model_versions(filter_string="name = 'm1'")]
    assert 4 == len(mlflow.search_model_versions(max_results=4))
    mlflow.set_model_version_tag("m0", "1", "a", 1)
    assert {"a": "1"} == client.get_model_version("m0", "1").tags


def test_prompts_are_linked_to_the_active_run(uri: str) -> None:
    """A prompt that is loaded in a run is one that the run uses."""
    mlflow.register_prompt("p", "{{ x }}")
    mlflow.set_prompt_alias("p", "prod", 1)
    with mlflow.start_run() as run:
        prompt = mlflow.load_prompt("prompts:/p@prod")
    assert prompt is not None
    assert "1" == prompt.format(x=1)
    assert ["prompts:/p/1"] == [each.uri for each in mlflow.MlflowClient().list_logged_prompts(run.info.run_id)]
    assert ["p"] == [found.name for found in mlflow.search_prompts()]
    mlflow.delete_prompt_alias("p", "prod")
    assert None is mlflow.load_prompt("prompts:/p@prod", allow_missing=True, cache_ttl_seconds=0)
