"""Pipelines of transformers: files, predictions, trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import transformers

import genesis_flow as mlflow
from tests.api.flavors.pipelines import CONFIG, MODELS, pipeline, tokenizer

TEXTS = ["hello the [MASK]", "a cat sat on [MASK] mat"]


def saved(path: Path, task: str = "text-classification", model: Any = None, **options: Any) -> str:
    """A pipeline for `task` in a directory without a manifest, as MLflow has it."""
    options = {"model_config": CONFIG.get(task), "task": task, **options}
    mlflow.transformers.save_model(pipeline(task) if model is None else model, path, **options)
    (path / "genesis_manifest.json").unlink()
    return str(path)


def noted(path: str) -> dict[str, Any]:
    """What MLmodel says of the flavor."""
    return mlflow.models.Model.load(path).flavors["transformers"]


def same(one: Any, other: Any) -> bool:
    """Whether two models have equal weights."""
    weights = other.state_dict()
    return all(torch.equal(value, weights[name]) for name, value in one.state_dict().items())


@pytest.mark.parametrize("task", MODELS)
def test_a_pipeline_is_saved_and_loaded(tmp_path: Path, task: str) -> None:
    """With MLflow's files and keys, weights as safetensors."""
    model = pipeline(task)
    path = saved(tmp_path / "m", task, model)
    loaded = mlflow.transformers.load_model(path)

    assert (type(model), task) == (type(loaded), loaded.task)
    assert same(model.model, loaded.model)
    assert {"model.safetensors", "config.json"} <= {each.name for each in (tmp_path / "m/model").iterdir()}
    assert (tmp_path / "m/components/tokenizer/tokenizer.json").is_file()
    assert {
        "task": task, "instance_type": type(model).__name__, "pipeline_model_type": MODELS[task],
        "source_model_name": "", "model_binary": "model", "torch_dtype": "torch.float32",
        "components": ["tokenizer"], "tokenizer_type": type(model.tokenizer).__name__,
        "transformers_version": transformers.__version__, "code": None,
    } == noted(path)  # fmt: skip


def test_components_are_saved_and_loaded(tmp_path: Path) -> None:
    """As a dictionary, in both directions."""
    model = pipeline("fill-mask").model
    given = {"model": model, "tokenizer": tokenizer()}
    path = saved(tmp_path / "m", "fill-mask", given)
    found = mlflow.transformers.load_model(path, return_type="components")

    assert {"task", "model", "tokenizer", "dtype"} == found.keys()
    assert same(model, found["model"])


def test_numbers_are_of_the_type_that_is_asked_for(tmp_path: Path) -> None:
    """When it is saved, and anew when it is loaded."""
    path = saved(tmp_path / "m", torch_dtype=torch.bfloat16)

    assert "torch.bfloat16" == noted(path)["torch_dtype"]
    assert torch.bfloat16 == mlflow.transformers.load_model(path).model.dtype
    assert torch.float16 == mlflow.transformers.load_model(path, torch_dtype=torch.float16).model.dtype


@pytest.mark.parametrize("task", MODELS)
def test_texts_are_predicted_as_by_the_pipeline(tmp_path: Path, task: str) -> None:
    """One text or several, in MLflow's shapes; a frame of texts is as a list of them."""
    model = pipeline(task)
    function = mlflow.pyfunc.load_model(saved(tmp_path / "m", task, model))
    raw = model(TEXTS, **CONFIG.get(task, {}))
    found = function.predict(TEXTS)
    match task:
        case "text-classification":
            pd.testing.assert_frame_equal(pd.DataFrame(raw), found)
        case "feature-extraction":
            np.testing.assert_allclose(np.array(raw[0][0]), found)
        case "fill-mask":
            assert [each[0]["token_str"] for each in raw] == found
        case "token-classification":
            assert [",".join(word["entity"] for word in each) for each in raw] == found
        case _:
            assert [each[0]["generated_text"].strip() for each in raw] == found
    if isinstance(found, list):
        assert found[:1] == function.predict(TEXTS[0])
    assert str(found) == str(function.predict(pd.DataFrame({"text": TEXTS})))


def test_pairs_of_texts_are_classified(tmp_path: Path) -> None:
    """Under their two keys; others are refused."""
    function = mlflow.pyfunc.load_model(saved(tmp_path / "m", signature=False))
    pair = {"text": "hello", "text_pair": "world"}

    assert ["label", "score"] == list(function.predict([pair]).columns)
    with pytest.raises(mlflow.MlflowException, match="may only define dictionary inputs"):
        function.predict([{"other": "x"}])


def test_a_prompt_is_put_into_its_template(tmp_path: Path) -> None:
    """Which is noted where MLflow looks for it; the prompt is no format text itself."""
    model = pipeline("text-generation")
    path = saved(tmp_path / "m", "text-generation", model, prompt_template="the cat {prompt}")
    found = mlflow.pyfunc.load_model(path).predict("hello {0.__class__}")
    raw = model("the cat hello {0.__class__}", return_full_text=False, **CONFIG["text-generation"])

    assert {"prompt_template": "the cat {prompt}"} == mlflow.models.Model.load(path).metadata
    assert [raw[0]["generated_text"].strip()] == found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": {"tokenizer": 1}}, "must have an entry for model"),
        ({"model": {"model": 1, "other": 2}}, "are not permitted"),
        ({"model": 3}, "must be one of the following types"),
        ({"prompt_template": "no place"}, "not supported for the `text-classification` task"),
        ({"base_model_path": "x"}, "only supported for PEFT"),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    """With MLflow's words; nothing is left behind."""
    with pytest.raises(mlflow.MlflowException, match=message):
        saved(tmp_path / "m", **options)
    assert not (tmp_path / "m" / "MLmodel").exists()


def test_a_pipeline_is_logged_and_loaded_by_its_uri(tmp_path: Path) -> None:
    """As any model; the example gives the signature."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'g.db'}")
    model = pipeline("fill-mask")
    with mlflow.start_run():
        info = mlflow.transformers.log_model(model, name="m", input_example=TEXTS[0], metadata={"a": 1})

    assert ({"a": 1}, ["string"]) == (info.metadata, [each.type.name for each in info.signature.inputs])
    assert same(model.model, mlflow.transformers.load_model(info.model_uri).model)


def test_weights_may_stay_on_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it is known where they came from; loading downloads nothing, and reads the cache of this machine."""
    import huggingface_hub

    model = pipeline("fill-mask")
    cached = tmp_path / "cache"
    model.save_pretrained(cached)
    commit = "0123456789" * 4
    model.model.name_or_path, model.model.config._commit_hash = "somebody/something", commit
    path = saved(tmp_path / "m", "fill-mask", model, save_pretrained=False)

    assert not (tmp_path / "m/model").exists()
    assert ("somebody/something", commit) == (
        noted(path)["source_model_name"], noted(path)["source_model_revision"],
    )  # fmt: skip
    with pytest.raises(mlflow.MlflowException, match="is not in the local cache") as error:
        mlflow.transformers.load_model(path)
    assert "RESOURCE_DOES_NOT_EXIST" == error.value.error_code
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name, revision, local_files_only: str(cached))
    assert same(model.model, mlflow.transformers.load_model(path).model)
    mlflow.transformers.persist_pretrained_model(path)
    monkeypatch.undo()
    assert same(model.model, mlflow.transformers.load_model(path).model)
    assert {"model_binary": "model", "tokenizer_revision": None} == {
        key: noted(path).get(key) for key in ("model_binary", "tokenizer_revision")
    }
    with pytest.raises(mlflow.MlflowException, match="already saved to the artifact path"):
        mlflow.transformers.persist_pretrained_model(path)


def test_the_cache_of_the_hub_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the library of the hub lays it out, with links from a revision to its files; the network is not asked."""
    from huggingface_hub import constants

    model, commit = pipeline("fill-mask"), "0123456789" * 4
    repository = tmp_path / "hub/models--somebody--something"
    model.save_pretrained(repository / "blobs")
    (repository / f"snapshots/{commit}").mkdir(parents=True)
    for blob in (repository / "blobs").iterdir():
        (repository / f"snapshots/{commit}/{blob.name}").symlink_to(f"../../blobs/{blob.name}")
    (repository / "refs").mkdir()
    (repository / "refs/main").write_text(commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    found = transformers.BertForMaskedLM.from_pretrained("somebody/something")
    parts = {"model": found, "tokenizer": model.tokenizer}
    path = saved(tmp_path / "m", "fill-mask", parts, save_pretrained=False)

    assert ("somebody/something", commit) == (noted(path)["source_model_name"], noted(path)["source_model_revision"])
    assert not (tmp_path / "m/model").exists()
    assert same(model.model, mlflow.transformers.load_model(path).model)

    (repository / f"snapshots/{'a' * 40}").mkdir()
    other = saved(tmp_path / "n", "fill-mask", parts, save_pretrained=False)
    assert "model" == noted(other)["model_binary"]  # nobody knows which of the two revisions it is of


def test_a_checkpoint_is_saved_by_its_path(tmp_path: Path) -> None:
    """Without being loaded; what lies beside it of a training is left."""
    model = pipeline("text-classification")
    model.save_pretrained(tmp_path / "checkpoint-4")
    torch.save({}, tmp_path / "checkpoint-4/optimizer.pt")
    path = saved(tmp_path / "m", model=str(tmp_path / "checkpoint-4"))
    loaded = mlflow.transformers.load_model(path)

    assert same(model.model, loaded.model)
    assert not (tmp_path / "m/model/optimizer.pt").exists()
    assert {
        "task": "text-classification", "instance_type": "TextClassificationPipeline", "torch_dtype": None,
        "pipeline_model_type": "BertForSequenceClassification", "source_model_name": str(tmp_path / "checkpoint-4"),
        "model_binary": "model", "components": ["tokenizer"], "tokenizer_type": type(model.tokenizer).__name__,
        "transformers_version": transformers.__version__, "code": None,
    } == noted(path)  # fmt: skip
    assert model(TEXTS)[0]["label"] == mlflow.pyfunc.load_model(path).predict(TEXTS).label[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": None}, "The `task` argument must be specified when logging a model from a local checkpoint"),
        ({"save_pretrained": False}, "must be set to True when logging a model from a local checkpoint"),
        ({"base_model_path": "x"}, "only supported for PEFT"),
        ({"task": "no-such-task"}, "no-such-task"),
        ({"model": "nowhere"}, "does not contain a config.json file"),
    ],
)
def test_a_checkpoint_that_cannot_be_saved_is_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    """With MLflow's words."""
    pipeline("text-classification").save_pretrained(tmp_path / "c")
    with pytest.raises(mlflow.MlflowException, match=message) as error:
        saved(tmp_path / "m", **{"model": str(tmp_path / "c"), **options})
    assert "INVALID_PARAMETER_VALUE" == error.value.error_code


def test_a_checkpoint_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    """As it makes no pipeline."""
    pipeline("text-classification").model.save_pretrained(tmp_path / "c")

    with pytest.raises(mlflow.MlflowException, match="Error loading tokenizer from"):
        saved(tmp_path / "m", model=str(tmp_path / "c"))


def test_a_checkpoint_with_code_is_refused(tmp_path: Path) -> None:
    """It would not be loaded either."""
    pipeline("text-classification").save_pretrained(tmp_path / "c")
    edit(tmp_path / "c/config.json", auto_map={"AutoModel": "evil.Model"})

    with pytest.raises(mlflow.MlflowException, match="auto_map"):
        saved(tmp_path / "m", model=str(tmp_path / "c"))


def test_a_card_is_kept_with_the_model(tmp_path: Path) -> None:
    """Its text and its data, in MLflow's files."""
    import huggingface_hub

    card = huggingface_hub.ModelCard("---\nlicense: mit\ntags:\n- a\n---\n# Hello\n")
    saved(tmp_path / "m", model_card=card)

    assert ("# Hello", "license: mit\ntags:\n- a\n") == (
        (tmp_path / "m/model_card.md").read_text().strip(), (tmp_path / "m/model_card_data.yaml").read_text(),
    )  # fmt: skip
    assert mlflow.transformers.load_model(str(tmp_path / "m"))


def test_weights_are_saved_if_nobody_knows_where_they_are(tmp_path: Path) -> None:
    """Whatever is asked for."""
    path = saved(tmp_path / "m", save_pretrained=False)

    assert "model" == noted(path)["model_binary"]
    assert mlflow.transformers.load_model(path)


def edit(path: Path, **changes: Any) -> None:
    """Change keys of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def record(path: Path, old: str, new: str) -> None:
    """Change the text of MLmodel."""
    file = path / "MLmodel"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


class Evil:
    """Runs code when it is read."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("mark"),)


def _with_weights(path: Path, weights: Any) -> None:
    (path / "model/model.safetensors").unlink()
    torch.save(weights, path / "model/pytorch_model.bin")


HOSTILE = {
    "auto map": lambda path: edit(path / "model/config.json", auto_map={"AutoModel": "evil.Model"}),
    "auto map elsewhere": lambda path: edit(
        path / "model/config.json", auto_map={"AutoConfig": "somebody/evil--evil.Config"}
    ),
    "tokenizer": lambda path: edit(
        path / "components/tokenizer/tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Tokenizer", None]}
    ),
    "custom pipeline": lambda path: edit(path / "model/config.json", custom_pipelines={"x": {"impl": "evil.P"}}),
    "kernel": lambda path: edit(path / "model/config.json", _attn_implementation="somebody/kernel"),
    "code": lambda path: (path / "model/modeling_evil.py").write_text("open('mark', 'w')"),
    "adapter": lambda path: (path / "model/adapter_config.json").write_text('{"base_model_name_or_path": "a/b"}'),
    "pickle": lambda path: _with_weights(path, {"a": Evil()}),
    "other pickle": lambda path: torch.save({"a": Evil()}, path / "model/training_args.pt"),
    "class": lambda path: record(path, "BertForSequenceClassification", "Trainer"),
    "function": lambda path: record(path, "BertForSequenceClassification", "pipeline"),
    "module": lambda path: record(path, "BertForSequenceClassification", "os.system"),
    "outside": lambda path: record(path, "model_binary: model", "model_binary: ../other"),
    "link": lambda path: (path / "model/vocab.txt").symlink_to("/etc/passwd"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_models_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """By both loaders, and nothing of them runs."""
    path = saved(tmp_path / "m")
    (tmp_path / "other").mkdir()
    HOSTILE[kind](Path(path))
    monkeypatch.chdir(tmp_path)

    for load in (mlflow.transformers.load_model, mlflow.pyfunc.load_model):
        with pytest.raises(mlflow.MlflowException) as error:
            load(path)
        assert "INVALID_PARAMETER_VALUE" == error.value.error_code
    assert not Path("mark").exists()


def test_remote_code_needs_trust(tmp_path: Path) -> None:
    """Asking for it is not enough."""
    with pytest.raises(mlflow.MlflowException, match="allow_unsafe_deserialization=True"):
        mlflow.transformers.load_model(saved(tmp_path / "m"), trust_remote_code=True)


def test_pickled_weights_go_through_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of tensors are loaded, unless pickles are switched off."""
    model = pipeline("text-classification")
    path = saved(tmp_path / "m", model=model)
    _with_weights(Path(path), model.model.state_dict())

    assert same(model.model, mlflow.transformers.load_model(path).model)
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    with pytest.raises(mlflow.MlflowException, match="using pickle is disallowed"):
        mlflow.transformers.load_model(path)


@pytest.mark.parametrize(
    "name", ["model/config.json", "model/model.safetensors", "components/tokenizer/tokenizer.json"]
)
def test_damaged_models_are_reported(tmp_path: Path, name: str) -> None:
    """As damaged."""
    path = saved(tmp_path / "m")
    Path(path, name).write_bytes(Path(path, name).read_bytes()[:50])

    with pytest.raises(mlflow.MlflowException) as error:
        mlflow.transformers.load_model(path)
    assert "DATA_LOSS" == error.value.error_code


def test_only_known_shapes_are_returned(tmp_path: Path) -> None:
    """A pipeline or its components."""
    with pytest.raises(mlflow.MlflowException, match="return_type mode 'model' is unsupported"):
        mlflow.transformers.load_model(saved(tmp_path / "m"), return_type="model")
