"""Models of peft: adapters beside their base model, or with one elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import genesis_flow as mlflow
from tests.api.flavors.pipelines import adapted, pipeline

peft = pytest.importorskip("peft")

TEXTS = ["hello the cat", "a dog sat on the mat"]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A directory with a model and its tokenizer."""
    made = pipeline("text-classification")
    made.save_pretrained(tmp_path / "base")
    return tmp_path / "base"


def saved(path: Path, base: Path, **options: Any) -> tuple[Any, str]:
    """An adapted model, and where it is saved, without a manifest."""
    parts = adapted(base)
    mlflow.transformers.save_model(parts, path, task="text-classification", **options)
    (path / "genesis_manifest.json").unlink()
    return parts["model"].eval(), str(path)


def same(one: Any, other: Any) -> bool:
    """Whether two models predict the same, exactly."""
    tokens = torch.tensor([[2, 5, 6, 7, 3]])
    with torch.no_grad():
        return torch.equal(one(input_ids=tokens).logits, other.eval()(input_ids=tokens).logits)


def test_an_adapter_is_saved_with_its_base_model(tmp_path: Path, base: Path) -> None:
    """As it was before it was adapted, so that both are found again; MLflow mixes the two up."""
    model, path = saved(tmp_path / "m", base)
    plain = transformers.BertForSequenceClassification.from_pretrained(base)
    loaded = mlflow.transformers.load_model(path).model

    assert isinstance(loaded, peft.PeftModel)
    assert same(model, loaded)
    assert not same(model, plain)
    assert same(plain, transformers.BertForSequenceClassification.from_pretrained(f"{path}/model"))
    assert TEXTS != mlflow.pyfunc.load_model(path).predict(TEXTS).label.tolist()
    assert any(line.startswith("peft==") for line in Path(path, "requirements.txt").read_text().splitlines())


def test_saving_leaves_a_model_as_it_is(tmp_path: Path, base: Path) -> None:
    """It still has its adapter."""
    parts = adapted(base)
    before = {key: value.clone() for key, value in parts["model"].state_dict().items()}
    mlflow.transformers.save_model(parts, tmp_path / "m", task="text-classification")
    after = parts["model"].state_dict()

    assert before.keys() == after.keys()
    assert all(torch.equal(value, after[key]) for key, value in before.items())


def test_a_base_model_may_stay_elsewhere(tmp_path: Path, base: Path) -> None:
    """Only who loads the model says whether that place is the right one."""
    model, path = saved(tmp_path / "m", base, base_model_path=str(base))
    load = mlflow.transformers.load_model

    assert not Path(path, "model").exists()
    for refused in (load, mlflow.pyfunc.load_model):
        with pytest.raises(mlflow.MlflowException, match="load it with base_model_path") as error:
            refused(path)
        assert "INVALID_PARAMETER_VALUE" == error.value.error_code
    assert same(model, load(path, base_model_path=str(base)).model)
    assert same(model, load(path, allow_unsafe_deserialization=True).model)
    with pytest.raises(mlflow.MlflowException, match="is not at") as error:
        load(path, base_model_path=str(tmp_path / "nowhere"))
    assert "RESOURCE_DOES_NOT_EXIST" == error.value.error_code


def test_a_base_model_is_stored_later(tmp_path: Path, base: Path) -> None:
    """Beside the adapter, which stays."""
    model, path = saved(tmp_path / "m", base, base_model_path=str(base))
    mlflow.transformers.persist_pretrained_model(path, base_model_path=str(base))
    base.rename(tmp_path / "gone")

    assert same(model, mlflow.transformers.load_model(path).model)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("nowhere", "does not exist or is not a directory"),
        (".", "is not a valid Transformers checkpoint directory"),
    ],
)
def test_a_base_model_has_to_be_there(tmp_path: Path, base: Path, wrong: str, message: str) -> None:
    """With MLflow's words."""
    with pytest.raises(mlflow.MlflowException, match=message):
        saved(tmp_path / "m", base, base_model_path=str(tmp_path / wrong))


def edit(path: Path, **changes: Any) -> None:
    """Change keys of the adapter."""
    file = path / "peft/adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def pickled(path: Path) -> None:
    """Put a pickle in place of the weights of the adapter."""
    (path / "peft/adapter_model.safetensors").unlink()
    torch.save({}, path / "peft/adapter_model.bin")


HOSTILE = {
    "another module": lambda path: edit(path, megatron_config={"a": 1}, megatron_core="evil"),
    "another module by a switch": lambda path: edit(path, megatron_config=True, megatron_core="evil"),
    "a switch": lambda path: edit(path, megatron_config=1),
    "the name of another module": lambda path: edit(path, megatron_core="evil"),
    "a file": lambda path: edit(path, init_lora_weights="corda"),
    "a cache": lambda path: edit(path, corda_config={"cache_file": "evil.pt"}),
    "a tokenizer": lambda path: edit(path, peft_type="PROMPT_TUNING", tokenizer_name_or_path="somebody/evil"),
    "what nobody knows": lambda path: edit(path, plugin="evil.module"),
    "code": lambda path: (path / "peft/evil.py").write_text("1"),
    "a pickle": pickled,
    "another place": lambda path: edit_record(path, "peft_adaptor: peft", "peft_adaptor: ../other"),
}


def edit_record(path: Path, old: str, new: str) -> None:
    """Change the text of MLmodel."""
    text = (path / "MLmodel").read_text()
    assert old in text
    (path / "MLmodel").write_text(text.replace(old, new))


@pytest.mark.parametrize("kind", HOSTILE)
def test_adapters_that_ask_for_more_than_weights_are_refused(tmp_path: Path, base: Path, kind: str) -> None:
    """By both loaders."""
    _, path = saved(tmp_path / "m", base)
    (tmp_path / "other").mkdir()
    HOSTILE[kind](Path(path))

    for load in (mlflow.transformers.load_model, mlflow.pyfunc.load_model):
        with pytest.raises(mlflow.MlflowException) as error:
            load(path)
        assert error.value.error_code in ("INVALID_PARAMETER_VALUE", "DATA_LOSS")


def test_a_damaged_adapter_is_reported(tmp_path: Path, base: Path) -> None:
    """As data that are lost."""
    _, path = saved(tmp_path / "m", base)
    Path(path, "peft/adapter_model.safetensors").write_bytes(b"x" * 20)

    with pytest.raises(mlflow.MlflowException, match="adapter") as error:
        mlflow.transformers.load_model(path)
    assert "DATA_LOSS" == error.value.error_code
