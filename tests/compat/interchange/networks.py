"""
Networks that are saved and loaded by MLflow and by us; run with either interpreter.

`python networks.py save mlflow DIRECTORY` saves each; `python networks.py load mlflow DIRECTORY` prints, by name, what
each predicts, as JSON.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, str(Path(__file__).parents[3]))

import numpy as np
import torch

from tests.api.flavors.networks import Network
from tests.api.flavors.pipelines import CONFIG, MODELS, adapted, pipeline

ROWS = np.linspace(-1, 1, 20, dtype=np.float32).reshape(5, 4)
TEXTS = ["hello the [MASK]", "a cat sat on [MASK] mat"]


def save(mlflow: Any, directory: Path) -> None:
    """Networks in each format, pipelines for each task, a state dictionary, an adapter, a dictionary of components."""
    torch.manual_seed(4)
    plain = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2)).eval()
    given = {"pip_requirements": []}  # which MLflow else finds by loading the model in another process
    mlflow.pytorch.save_model(plain, directory / "torch_pt2", input_example=ROWS, metadata={"a": 1}, **given)
    mlflow.pytorch.save_model(Network().eval(), directory / "torch_pt2_own", input_example=ROWS, **given)
    for name, model in (("torch_pickle", plain), ("torch_pickle_own", Network().eval())):
        mlflow.pytorch.save_model(model, directory / name, serialization_format="pickle", **given)
    mlflow.pytorch.save_state_dict(plain.state_dict(), str(directory / "state"))
    for task in MODELS:
        path = directory / f"pipeline_{task}"
        mlflow.transformers.save_model(pipeline(task), path, model_config=CONFIG.get(task), **given)
    base = directory.with_name(f"{directory.name}-base")
    pipeline("text-classification").save_pretrained(base)
    mlflow.transformers.save_model(
        adapted(base), directory / "pipeline_adapted", task="text-classification", base_model_path=str(base), **given
    )
    made = pipeline("fill-mask")
    parts = {"model": made.model, "tokenizer": made.tokenizer}
    mlflow.transformers.save_model(
        parts, directory / "pipeline_components", task="fill-mask", torch_dtype=torch.bfloat16, input_example=TEXTS[0],
        **given,
    )


def load(mlflow: Any, directory: Path, **trust: Any) -> dict[str, Any]:
    """What each model predicts, or its error."""
    found: dict[str, Any] = {}
    for path in sorted(directory.iterdir()):
        try:
            if path.name == "state":
                state = mlflow.pytorch.load_state_dict(str(path))
                found[path.name] = {name: value.tolist() for name, value in state.items()}
            elif path.name.startswith("torch"):
                found |= _network(mlflow, path, trust)
            else:
                options = _elsewhere(mlflow) if path.name == "pipeline_adapted" else {}
                function = mlflow.pyfunc.load_model(str(path), **options)
                found[path.name] = [_plain(function.predict(each)) for each in (TEXTS, TEXTS[0])]
                parts = mlflow.transformers.load_model(str(path), return_type="components", **options)
                found[f"{path.name} natively"] = sorted(parts), str(parts["model"].dtype)
        except Exception:
            found[path.name] = {"error": traceback.format_exc()[-2000:]}
    return found


def _elsewhere(mlflow: Any) -> dict[str, Any]:
    """What is said of a model whose record has files read from elsewhere; MLflow does not ask."""
    return {} if mlflow.__name__ == "mlflow" else {"allow_unsafe_deserialization": True}


def _network(mlflow: Any, path: Path, trust: Any) -> dict[str, Any]:
    function = mlflow.pyfunc.load_model(str(path), **trust)
    options = {"weights_only": False} if mlflow.__name__ == "mlflow" else {}
    native = mlflow.pytorch.load_model(str(path), **trust, **options)
    with torch.no_grad():
        return {
            path.name: _plain(function.predict(ROWS)),
            f"{path.name} natively": _plain(native(torch.from_numpy(ROWS)).numpy()),
        }


def _plain(found: Any) -> Any:
    if hasattr(found, "to_dict"):
        found = found.to_dict(orient="list")
        return {key: _plain(np.array(value)) for key, value in found.items()}
    if isinstance(found, np.ndarray) and found.dtype.kind == "f":
        return np.round(found.astype(float), 5).tolist()
    return found.tolist() if isinstance(found, np.ndarray) else found


def main(action: str, package: str, directory: Path) -> None:
    """Save, or load and print."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    mlflow = importlib.import_module(package)
    for name in ("pytorch", "transformers", "pyfunc", "models"):
        importlib.import_module(f"{package}.{name}")
    if action == "save":
        save(mlflow, directory)
        return
    trust = {} if package == "mlflow" else {"trusted": ["tests.api.flavors.networks.Network"]}
    print(json.dumps(load(mlflow, directory, **trust)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
