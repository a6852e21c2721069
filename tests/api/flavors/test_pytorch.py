"""Models of PyTorch: formats, devices, trust, state dictionaries."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn import Linear, ReLU, Sequential

import genesis_flow as mlflow
from genesis_flow.adapters.flavors.loading import audit_file
from tests.api.flavors.networks import Network, Sum, Tied
from tests.api.stores import forget_own_models

ROWS = np.random.default_rng(7).normal(size=(5, 4)).astype(np.float32)
TRUSTED = ["tests.api.flavors.networks.Network"]


def network() -> Network:
    """A fitted network, as far as that matters."""
    torch.manual_seed(3)
    return Network().eval()


def expected(model: Any, rows: Any = ROWS) -> Any:
    """What the model itself says."""
    with torch.no_grad():
        return model(torch.from_numpy(rows)).numpy()


def saved(model: Any, path: Path, **options: Any) -> str:
    """The model in a directory."""
    mlflow.pytorch.save_model(model, path, **options)
    return str(path)


def flavors(path: str) -> dict[str, Any]:
    """What MLmodel says of each flavor."""
    return mlflow.models.Model.load(path).flavors


def test_a_model_is_saved_as_an_exported_program(tmp_path: Path) -> None:
    """By default, with an example; it predicts rows of any count, and needs no class and no trust."""
    model = network()
    path = saved(model, tmp_path / "m", input_example=ROWS[:2])
    other = ROWS[[0, 1, 2]]

    assert ["model.pt2"] == [each.name for each in Path(path, "data").iterdir()]
    assert {"model_data": "data", "pytorch_version": torch.__version__, "code": None} == flavors(path)["pytorch"]
    np.testing.assert_allclose(expected(model, other), expected(mlflow.pytorch.load_model(path), other), rtol=1e-6)
    np.testing.assert_allclose(expected(model, other), mlflow.pyfunc.load_model(path).predict(other), rtol=1e-6)


def test_a_tensor_may_be_the_example(tmp_path: Path) -> None:
    """It gives the signature; as in MLflow the model is no function of arrays then."""
    path = saved(network(), tmp_path / "m", input_example=torch.from_numpy(ROWS))

    assert ["pytorch"] == list(flavors(path))
    np.testing.assert_allclose(expected(network()), expected(mlflow.pytorch.load_model(path)), rtol=1e-6)


def test_a_model_of_several_tensors_is_exported(tmp_path: Path) -> None:
    """With a signature that has as many."""
    spec = mlflow.types.TensorSpec
    schema = mlflow.types.Schema([spec(np.dtype("float32"), (-1,), "x"), spec(np.dtype("float32"), (-1,), "y")])
    signature = mlflow.models.ModelSignature(inputs=schema)
    path = saved(Sum(), tmp_path / "m", input_example=[torch.ones(3), torch.ones(3)], signature=signature)

    assert [3.0, 3.0] == mlflow.pytorch.load_model(path)(torch.ones(2), torch.ones(2) * 2).tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "then input_example is required"),
        ({"input_example": pd.DataFrame({"a": [1.0]})}, "then input_example is required"),
        ({"input_example": ROWS, "signature": False}, "Unsupported signature type"),
        ({"serialization_format": "onnx"}, "must be one of 'pickle' or 'pt2'"),
        ({"serialization_format": "pickle", "export_model": True}, "Cannot set both"),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    """With MLflow's words, and nothing is left behind."""
    with pytest.raises(mlflow.MlflowException, match=message) as error:
        saved(network(), tmp_path / "m", **options)

    assert ("INVALID_PARAMETER_VALUE", False) == (error.value.error_code, (tmp_path / "m").exists())


def test_only_modules_are_saved(tmp_path: Path) -> None:
    """Anything else is a mistake."""
    with pytest.raises(TypeError, match=r"should be a torch\.nn\.Module"):
        saved({}, tmp_path / "m", input_example=ROWS)


def test_modules_of_pytorch_are_read_from_pickles(tmp_path: Path) -> None:
    """They are listed, so no trust is needed; the module that pickled them is noted as MLflow does."""
    model = Sequential(Linear(4, 3), ReLU()).eval()
    path = saved(model, tmp_path / "m", serialization_format="pickle")

    assert "mlflow.pytorch.pickle_module" == Path(path, "data", "pickle_module_info.txt").read_text()
    np.testing.assert_array_equal(expected(model), expected(mlflow.pytorch.load_model(path)))
    np.testing.assert_array_equal(expected(model), mlflow.pyfunc.load_model(path).predict(ROWS))


def test_classes_of_others_are_read_from_pickles_if_trusted(tmp_path: Path) -> None:
    """The refusal names the class and how to trust it."""
    model = network()
    path = saved(model, tmp_path / "m", serialization_format="pickle")
    forget_own_models()

    with pytest.raises(mlflow.MlflowException, match=r'pass trusted=\["tests.api.flavors.networks.Network"\]'):
        mlflow.pytorch.load_model(path)
    for options in ({"trusted": TRUSTED}, {"allow_unsafe_deserialization": True}):
        np.testing.assert_array_equal(expected(model), expected(mlflow.pytorch.load_model(path, **options)))


def test_pickles_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then only they are refused: the format is seen by the files, whoever wrote the record."""
    model = Sequential(Linear(4, 3))
    pickled = saved(model, tmp_path / "pickled", serialization_format="pickle")
    exported = saved(model, tmp_path / "exported", input_example=ROWS)
    mlflow.pytorch.save_state_dict(model.state_dict(), tmp_path / "state")
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")

    assert (5, 3) == mlflow.pyfunc.load_model(exported).predict(ROWS).shape
    for load in (lambda: mlflow.pytorch.load_model(pickled), lambda: mlflow.pyfunc.load_model(pickled)):
        with pytest.raises(mlflow.MlflowException, match="using pickle is disallowed"):
            load()
    with pytest.raises(mlflow.MlflowException, match="using pickle is disallowed"):
        mlflow.pytorch.load_state_dict(str(tmp_path / "state"))


@pytest.mark.parametrize("kind", [Network, Tied])
def test_a_state_is_loaded_into_the_callers_class(tmp_path: Path, kind: Any) -> None:
    """As safetensors, tensors that are shared once; a class, a function or a module may be given."""
    model = kind().eval()
    rows = ROWS[:, : 4 if kind is Network else 3]
    path = saved(model, tmp_path / "m", serialization_format="state_dict")

    assert ["model.safetensors"] == [each.name for each in Path(path, "data").iterdir()]
    for given in (kind, lambda: kind(), kind()):
        loaded = mlflow.pytorch.load_model(path, model_class=given)
        np.testing.assert_array_equal(expected(model, rows), expected(loaded, rows))


def test_a_state_needs_the_right_class(tmp_path: Path) -> None:
    """Without one, or with another, the error says so."""
    path = saved(network(), tmp_path / "m", serialization_format="state_dict")

    with pytest.raises(mlflow.MlflowException, match="Pass the class of the model"):
        mlflow.pytorch.load_model(path)
    with pytest.raises(mlflow.MlflowException, match="not that of such a module"):
        mlflow.pytorch.load_model(path, model_class=Tied)


def test_frames_and_arrays_are_predicted(tmp_path: Path) -> None:
    """Frames keep their index; other data and the param `device` are refused as by MLflow."""
    model = Sequential(Linear(4, 3)).eval()
    function = mlflow.pyfunc.load_model(saved(model, tmp_path / "m", serialization_format="pickle"))
    frame = pd.DataFrame(ROWS.astype(float), index=list("abcde"))

    pd.testing.assert_frame_equal(pd.DataFrame(expected(model), index=frame.index), function.predict(frame))
    with pytest.raises(TypeError, match="does not support List or Dict"):
        function.predict([1.0])
    with pytest.raises(ValueError, match="can no longer be specified"):
        function._model_impl.predict(ROWS, {"device": "cpu"})


def test_predicting_does_not_teach(tmp_path: Path) -> None:
    """Saving with an example neither changes running statistics nor the mode of any layer."""
    model = Network().train()
    model.linear.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    saved(model, tmp_path / "m", input_example=ROWS, serialization_format="pickle")

    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert [True, False, True] == [each.training for each in model.modules()]


def test_the_device_is_chosen_when_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the configuration, else by the environment; exported programs cannot be moved."""
    pickled = saved(Sequential(Linear(4, 3)), tmp_path / "pickled", serialization_format="pickle")
    exported = saved(Sequential(Linear(4, 3)), tmp_path / "exported", input_example=ROWS)
    monkeypatch.setenv("MLFLOW_DEFAULT_PREDICTION_DEVICE", "meta")

    assert "meta" == mlflow.pyfunc.load_model(pickled)._model_impl.device
    assert "cpu" == mlflow.pyfunc.load_model(pickled, model_config={"device": "cpu"})._model_impl.device
    assert "meta" == mlflow.pytorch.load_model(pickled, device="meta")[0].weight.device.type
    with pytest.raises(mlflow.MlflowException, match="can't be loaded on 'meta'"):
        mlflow.pyfunc.load_model(exported)


def test_a_model_is_logged_and_loaded_by_its_uri(tmp_path: Path) -> None:
    """With metadata, further files and requirements."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'g.db'}")
    (tmp_path / "notes.txt").write_text("n")
    model = network()
    with mlflow.start_run():
        info = mlflow.pytorch.log_model(
            model, name="m", input_example=ROWS, metadata={"a": 1}, extra_files=[str(tmp_path / "notes.txt")]
        )
    loaded = mlflow.pytorch.load_model(info.model_uri)

    np.testing.assert_allclose(expected(model), expected(loaded), rtol=1e-6)
    assert ({"a": 1}, [{"path": "extra_files/notes.txt"}]) == (info.metadata, info.flavors["pytorch"]["extra_files"])


def test_code_of_the_model_runs_only_if_allowed(tmp_path: Path) -> None:
    """Then its classes are found there."""
    code = tmp_path / "own_network.py"
    code.write_text("import torch\nclass Own(torch.nn.Linear):\n    pass\n")
    save = (
        "import sys; sys.path.insert(0, sys.argv[1]); import own_network, genesis_flow as mlflow;"
        "mlflow.pytorch.save_model(own_network.Own(4, 3), sys.argv[1] + '/m', serialization_format='pickle',"
        "code_paths=[sys.argv[1] + '/own_network.py'])"
    )
    subprocess.run([sys.executable, "-c", save, str(tmp_path)], check=True, capture_output=True)
    code.unlink()

    with pytest.raises(mlflow.MlflowException, match="code that lies in it would run"):
        mlflow.pytorch.load_model(str(tmp_path / "m"))
    loaded = mlflow.pytorch.load_model(str(tmp_path / "m"), allow_unsafe_deserialization=True)
    assert "Own" == type(loaded).__name__


@pytest.mark.parametrize("format", [None, "safetensors"])
@pytest.mark.parametrize("mmap", [False, True])
def test_state_dictionaries_are_saved_and_loaded(tmp_path: Path, format: Any, mmap: bool) -> None:
    """In MLflow's file, or as safetensors."""
    state = network().state_dict()
    state["half"] = torch.ones(3, dtype=torch.bfloat16).t()
    state["empty"], state["one"] = torch.empty(0, 2), torch.tensor(1.5, dtype=torch.float64)
    mlflow.pytorch.save_state_dict(dict(state), tmp_path, serialization_format=format)
    loaded = mlflow.pytorch.load_state_dict(str(tmp_path), mmap=mmap)

    assert [f"state_dict.{format or 'pth'}"] == [each.name for each in tmp_path.iterdir()]
    assert {**state}.keys() == loaded.keys()
    assert all(torch.equal(value, loaded[name]) and value.dtype == loaded[name].dtype for name, value in state.items())


def test_checkpoints_are_logged_as_state_dictionaries(tmp_path: Path) -> None:
    """Dictionaries in dictionaries, with numbers and texts, as artifacts of the run."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'g.db'}")
    model = Linear(2, 2)
    state = {"model": model.state_dict(), "optimizer": torch.optim.Adam(model.parameters()).state_dict(), "epoch": 3}
    with mlflow.start_run() as run:
        mlflow.pytorch.log_state_dict(state, "checkpoint")
    loaded = mlflow.pytorch.load_state_dict(f"runs:/{run.info.run_id}/checkpoint")

    assert (3, state["optimizer"]) == (loaded["epoch"], loaded["optimizer"])
    assert torch.equal(state["model"]["weight"], loaded["model"]["weight"])


def test_only_tensors_are_written_as_safetensors(tmp_path: Path) -> None:
    """What is no dict is a mistake in any format."""
    with pytest.raises(mlflow.MlflowException, match="Only dense tensors by name"):
        mlflow.pytorch.save_state_dict({"epoch": 3}, tmp_path, serialization_format="safetensors")
    with pytest.raises(TypeError, match="Must be an instance of `dict`"):
        mlflow.pytorch.save_state_dict(Linear(1, 1), tmp_path)


class Evil:
    """Runs code when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def test_hostile_state_dictionaries_are_refused(tmp_path: Path) -> None:
    """Nothing of them runs."""
    torch.save({"a": Evil(tmp_path / "mark")}, tmp_path / "state_dict.pth")

    with pytest.raises(mlflow.MlflowException, match=r"pathlib\.Path"):
        mlflow.pytorch.load_state_dict(str(tmp_path))
    assert not (tmp_path / "mark").exists()


class Checkpointed(Linear):
    """Loads itself as modules of Lightning do."""

    @classmethod
    def load_from_checkpoint(cls, path: str, **kwargs: Any) -> Any:
        """A new one, with the weights in a file."""
        made = cls(2, 1, **kwargs)
        made.load_state_dict(torch.load(path, weights_only=False)["state_dict"])
        return made


def test_checkpoints_of_a_run_are_loaded(tmp_path: Path) -> None:
    """The latest, or that of an epoch, from where MLflow puts them; hostile ones are refused before."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'g.db'}")
    file = tmp_path / "checkpoint.pth"
    with mlflow.start_run() as run:
        with pytest.raises(mlflow.MlflowException, match="no logged checkpoint"):
            mlflow.pytorch.load_checkpoint(Checkpointed)
        for epoch in range(3):
            content: Any = {"state_dict": Checkpointed(2, 1).state_dict(), "epoch": epoch}
            content["state_dict"]["bias"].fill_(epoch)
            if epoch == 1:
                content["other"] = Evil(tmp_path / "mark")
            torch.save(content, file)
            mlflow.log_artifact(str(file), f"checkpoints/epoch_{epoch}")
        mlflow.set_tag("mlflow.latest_checkpoint_artifact", "checkpoints/epoch_2/checkpoint.pth")
        assert 2.0 == mlflow.pytorch.load_checkpoint(Checkpointed).bias.item()

    assert 0.0 == mlflow.pytorch.load_checkpoint(Checkpointed, run.info.run_id, epoch=0).bias.item()
    with pytest.raises(mlflow.MlflowException, match=r"pathlib\.Path"):
        mlflow.pytorch.load_checkpoint(Checkpointed, run.info.run_id, epoch=1)
    assert not (tmp_path / "mark").exists()
    with pytest.raises(mlflow.MlflowException, match="Only one of 'epoch' and 'global_step'"):
        mlflow.pytorch.load_checkpoint(Checkpointed, run.info.run_id, epoch=1, global_step=1)


@pytest.mark.parametrize("cut", [0, 4, 60, -20])
@pytest.mark.parametrize("name", ["state_dict.pth", "state_dict.safetensors"])
def test_damaged_state_dictionaries_are_reported(tmp_path: Path, name: str, cut: int) -> None:
    """As damaged or as something else, never as a failure of our own."""
    format = "safetensors" if name.endswith("safetensors") else None
    mlflow.pytorch.save_state_dict(dict(network().state_dict()), tmp_path, serialization_format=format)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:cut])

    with pytest.raises(mlflow.MlflowException) as error:
        mlflow.pytorch.load_state_dict(str(tmp_path))
    assert error.value.error_code in ("DATA_LOSS", "INVALID_PARAMETER_VALUE")


def exported(path: Path) -> Path:
    """The file of an exported model without a manifest, as MLflow has it."""
    saved(network(), path, input_example=ROWS)
    (path / "genesis_manifest.json").unlink()
    return path / "data" / "model.pt2"


def changed(file: Path, change: Any) -> None:
    """Rewrite each member of the archive that `change` says something about."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    root = next(iter(members)).partition("/")[0]
    members = change(members, f"{root}/") or members
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def in_graph(change: Any) -> Any:
    """A change of the graph."""

    def changing(members: dict[str, bytes], root: str) -> None:
        program = json.loads(members[f"{root}models/model.json"])
        change(program)
        members[f"{root}models/model.json"] = json.dumps(program).encode()

    return changing


def evil_file(mark: str) -> bytes:
    """A pickle of torch.save that makes a file."""
    file = io.BytesIO()
    torch.save(Evil(Path(mark)), file)
    return file.getvalue()


def _size(program: Any, text: str) -> None:
    sizes = program["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
    sizes[0] = {"as_expr": {"expr_str": text, "hint": None}}


def _node(program: Any) -> Any:
    return program["graph_module"]["graph"]["nodes"][0]


CODE = "__import__('pathlib').Path('mark').touch()"

HOSTILE = {
    "size": in_graph(lambda program: _size(program, CODE)),
    "size by attribute": in_graph(lambda program: _size(program, "Integer.__class__(1)")),
    "size without end": in_graph(lambda program: _size(program, "Pow(Integer(9), Pow(Integer(9), Integer(9)))")),
    "system": in_graph(lambda program: _node(program).update(target="torch.os.system")),
    "load": in_graph(lambda program: _node(program).update(target="torch.load")),
    "file": in_graph(lambda program: _node(program).update(target="torch.ops.aten.from_file.default")),
    "storage": in_graph(lambda program: _node(program).update(target="torch.ops.aten.set_.source_Storage")),
    "extension": in_graph(lambda program: _node(program).update(target="#os:system")),
    "operator": in_graph(lambda program: _node(program).update(target="_operator.attrgetter")),
    "name": in_graph(lambda program: _node(program).update(name="x=1\nimport os")),
    "text": in_graph(lambda program: _node(program)["inputs"][0].update(arg={"as_string": "/etc/passwd"})),
    "dunder": in_graph(
        lambda program: program["graph_module"]["signature"]["input_specs"][0]["parameter"].update(
            parameter_name="__class__.forward"
        )
    ),
    "tree": in_graph(
        lambda program: program["graph_module"]["module_call_graph"][0]["signature"].update(
            in_spec='[1, {"type": "collections.defaultdict", "children_spec": [], '
            '"context": "{\\"default_factory_module\\": \\"antigravity\\"}"}]'
        )
    ),
    "examples": lambda members, root: members.update({f"{root}data/sample_inputs/model.pt": evil_file("mark")}),
    "opaque": lambda members, root: members.update({f"{root}data/constants/opaque_obj_0": b"x"}),
    "legacy weights": lambda members, root: members.update({f"{root}data/weights/model.pt": evil_file("mark")}),
    "compiled": lambda members, root: members.update({f"{root}data/aotinductor/model/a.so": b"\x7fELF"}),
    "pickled weight": lambda members, root: members.update(
        {
            f"{root}data/weights/model_weights_config.json": members[
                f"{root}data/weights/model_weights_config.json"
            ].replace(b'"use_pickle": false', b'"use_pickle": true')
        }
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_programs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """By both loaders, before PyTorch sees them."""
    file = exported(tmp_path / "m")
    changed(file, HOSTILE[kind])
    monkeypatch.chdir(tmp_path)

    for load in (mlflow.pytorch.load_model, mlflow.pyfunc.load_model):
        with pytest.raises(mlflow.MlflowException, match=r"was refused|not trusted") as error:
            load(str(tmp_path / "m"))
        assert "INVALID_PARAMETER_VALUE" == error.value.error_code
    assert not Path("mark").exists()


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_programs_are_seen_by_audits(tmp_path: Path, kind: str) -> None:
    """Nothing is made to find out; an honest program is allowed."""
    file = exported(tmp_path / "m")
    assert ("torch.export", "") == (audit_file(file).format, audit_file(file).problem)
    changed(file, HOSTILE[kind])

    assert "was refused" in audit_file(file).problem


@pytest.mark.parametrize("kind", ["size", "examples"])
def test_the_hostile_programs_are_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """PyTorch's own reader runs the code, so a test that nothing ran says something."""
    file = exported(tmp_path / "m")
    changed(file, HOSTILE[kind])
    monkeypatch.chdir(tmp_path)
    try:
        torch.export.load(str(file))
    except Exception as error:  # after the code has run, what comes of it makes no sense
        print(error)

    assert Path("mark").exists()


def test_guards_in_a_program_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are Python code; without them the model predicts all the same."""
    file = exported(tmp_path / "m")
    changed(file, in_graph(lambda program: program.update(guards_code=[f"{CODE} or True"])))
    monkeypatch.chdir(tmp_path)

    assert (5, 3) == mlflow.pyfunc.load_model(str(tmp_path / "m")).predict(ROWS).shape
    assert not Path("mark").exists()


def test_pytorch_reads_what_was_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a second directory of the archive, that other readers of zip files may find."""
    file = exported(tmp_path / "m")
    honest = file.read_bytes()
    changed(file, HOSTILE["size"])
    file.write_bytes(file.read_bytes() + honest)
    monkeypatch.chdir(tmp_path)
    try:
        mlflow.pytorch.load_model(str(tmp_path / "m"))
    except mlflow.MlflowException as error:
        print(error)

    assert not Path("mark").exists()


LAYERS = {
    "convolutions": (
        lambda: Sequential(torch.nn.Conv2d(1, 4, 3), ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(), Linear(36, 2)),
        (2, 1, 8, 8),
    ),
    "lstm": (lambda: torch.nn.LSTM(4, 3, batch_first=True), (2, 5, 4)),
    "attention": (lambda: torch.nn.TransformerEncoderLayer(8, 2, batch_first=True).eval(), (2, 5, 8)),
    "norms": (lambda: Sequential(torch.nn.LayerNorm(4), torch.nn.Softmax(-1), torch.nn.Dropout()), (2, 4)),
    "upsampling": (lambda: torch.nn.Upsample(scale_factor=2, mode="bilinear"), (2, 1, 4, 4)),
    "padding": (lambda: torch.nn.ReflectionPad2d(1), (2, 1, 4, 4)),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_usual_layers_are_exported_and_loaded(tmp_path: Path, kind: str) -> None:
    """Without trust, and predict the same."""
    make, shape = LAYERS[kind]
    model, rows = make().eval(), np.random.default_rng(1).normal(size=shape).astype(np.float32)
    path = saved(
        model, tmp_path / "m", input_example=rows, signature=mlflow.models.infer_signature(rows, np.zeros((2, 1)))
    )
    with torch.no_grad():
        one, other = model(torch.from_numpy(rows)), mlflow.pytorch.load_model(path)(torch.from_numpy(rows))

    torch.testing.assert_close(one, other)


def test_importing_the_flavor_imports_no_pytorch() -> None:
    """Nor does asking for a model that is not there."""
    code = (
        "import sys, genesis_flow as m, genesis_flow.pytorch, genesis_flow.pyfunc;"
        "from genesis_flow.adapters.flavors.registry import FlavorRegistry;"
        "FlavorRegistry().get('pytorch');"
        "print([n for n in ('torch', 'transformers', 'safetensors') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "[]\n" == done.stdout


def test_a_missing_library_is_named_with_its_extra(tmp_path: Path) -> None:
    """Whoever loads a model without PyTorch is told what to install."""
    path = saved(Sequential(Linear(4, 3)), tmp_path / "m", input_example=ROWS)
    code = (
        "import sys; sys.modules['torch'] = None; import genesis_flow as m\n"
        "try: m.pytorch.load_model(sys.argv[1])\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)

    assert "pip install 'genesis-flow[pytorch]'" in done.stdout
