"""
What autologging keeps of trainings with the `Trainer` of transformers and with PyTorch Lightning.

`python probe_training.py mlflow [PATTERN]` prints JSON: the versions of the libraries and, by training, the
runs and logged models that it made.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import logging
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
sys.path.insert(0, str(Path(__file__).parents[3]))

import torch
import transformers
from torch.utils.data import DataLoader

from tests.api.flavors.trainings import failing, lightning_trainer, regression, rows, trainer

#: Ours alone.
MANIFEST = "genesis_manifest.json"
#: Times, and speeds.
UNSTABLE = re.compile(r"(runtime|per_second)$")
KEPT_TAGS = ("Mode", "team", "mlflow.autologging", "mlflow.latest_checkpoint", "mlflow.parentRunId")


@contextlib.contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Some variables set, for a while."""
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)


def of_transformers(mlflow: Any) -> dict[str, Callable[[], Any]]:
    """Trainings with `Trainer`."""

    def resumed() -> None:
        with mlflow.start_run() as run:
            trainer(save_steps=2, max_steps=2).train()
        with mlflow.start_run(run_id=run.info.run_id):
            trainer(save_steps=2).train(resume_from_checkpoint="out/checkpoint-2")

    def with_variables() -> None:
        tags = json.dumps({"team": "red"})
        with environment(MLFLOW_TAGS=tags, MLFLOW_FLATTEN_PARAMS="1", MLFLOW_EXPERIMENT_NAME="named"):
            trainer(run_name="mine").train()

    def nested() -> None:
        with mlflow.start_run(), environment(MLFLOW_NESTED_RUN="TRUE", MLFLOW_MAX_LOG_PARAMS="5"):
            trainer().train()

    def in_a_run() -> None:
        with mlflow.start_run():
            found = trainer(eval_strategy="epoch")
            found.train()
            found.evaluate()

    def with_checkpoints() -> None:
        with environment(HF_MLFLOW_LOG_ARTIFACTS="1"):
            trainer(save_steps=2).train()

    def exclusive() -> None:
        mlflow.transformers.autolog(exclusive=True)
        with mlflow.start_run():
            trainer().train()

    return {
        "by itself": lambda: trainer().train(),
        "in a run": in_a_run,
        "resumed": resumed,
        "with variables": with_variables,
        "nested": nested,
        "with checkpoints": with_checkpoints,
        "exclusive": exclusive,
        "a failure": lambda: trainer(model=failing()).train(),
    }


def of_lightning(mlflow: Any, package: str) -> dict[str, Callable[[], Any]]:
    """Trainings with the `Trainer` of a package of Lightning."""

    def fit(options: dict[str, Any], test: bool = False, **settings: Any) -> Callable[[], None]:
        def run() -> None:
            mlflow.pytorch.autolog(**options)
            made = lightning_trainer(package, **settings)
            model = regression(package)()
            made.fit(model, DataLoader(rows(), batch_size=4), DataLoader(rows(), batch_size=8))
            if test:
                made.test(model, DataLoader(rows(), batch_size=8), verbose=False)

        return run

    def stopped() -> None:
        early = importlib.import_module(f"{package}.callbacks").EarlyStopping("val_loss", patience=1, min_delta=10.0)
        fit({}, callbacks=[early], max_epochs=4, enable_checkpointing=True)()

    def in_a_run() -> None:
        with mlflow.start_run():
            fit({"extra_tags": {"team": "red"}})()

    def fails() -> None:
        mlflow.pytorch.autolog(extra_tags={"team": "red"})
        lightning_trainer(package).fit(regression(package)(fails=True), DataLoader(rows(), batch_size=4))

    freely = {"checkpoint_save_best_only": False}
    return {
        "by itself": fit({}),
        "in a run": in_a_run,
        "tested": fit({}, test=True),
        "by steps": fit({"log_every_n_step": 2, "log_every_n_epoch": 2, "log_models": False}),
        "every checkpoint": fit({**freely, "checkpoint_save_weights_only": True, "log_models": False}),
        "checkpoints by steps": fit({**freely, "checkpoint_save_freq": 3, "log_models": False}),
        "other metric": fit({"checkpoint_monitor": "train_loss", "checkpoint_mode": "max", "log_models": False}),
        "no signature": fit({"log_model_signatures": False, "checkpoint": False}),
        "registered": fit({"registered_model_name": "net", "checkpoint": False}),
        "stopped early": stopped,
        "a failure": fails,
    }


def kept(mlflow: Any, action: Callable[[], Any]) -> dict[str, Any]:
    """What an action leaves in an empty store."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        os.chdir(directory)
        mlflow.set_tracking_uri(f"sqlite:///{directory}/store.db")
        mlflow.set_experiment("trainings")
        torch.manual_seed(3)
        try:
            action()
            error = None
        except Exception as raised:
            error = type(raised).__name__
        while mlflow.active_run():
            mlflow.end_run("KILLED")
        mlflow.flush_async_logging()
        client = mlflow.MlflowClient()
        ids = [each.experiment_id for each in client.search_experiments()]
        runs = client.search_runs(ids, order_by=["attributes.start_time ASC"])
        models = client.search_logged_models(ids)
        versions = client.search_model_versions()
        found = {
            "error": error,
            "runs": [run_facts(client, each) for each in runs],
            "models": sorted(
                (model_facts(mlflow, client, each) for each in models), key=lambda each: str(each["name"])
            ),
            "registered": sorted(f"{each.name} {each.version}" for each in versions),
        }
        os.chdir(before)
    return found


def run_facts(client: Any, run: Any) -> dict[str, Any]:
    """A run without what no two runs share."""
    data = run.data
    return {
        "status": run.info.status,
        "experiment": client.get_experiment(run.info.experiment_id).name,
        "is_named": run.info.run_name == "mine",
        "params": {key: stable(value) for key, value in data.params.items()},
        "metrics": {
            key: unique([each.step, "a number" if UNSTABLE.search(key) else round(each.value, 6)]
                        for each in client.get_metric_history(run.info.run_id, key))
            for key in sorted(data.metrics)
        },
        "tags": {
            key: "a run" if key == "mlflow.parentRunId" else value
            for key, value in data.tags.items() if key.startswith(KEPT_TAGS)
        },
        "artifacts": sorted(artifacts(client.list_artifacts, run.info.run_id)),
        "outputs": len(run.outputs.model_outputs) if run.outputs else 0,
        "datasets": len(run.inputs.dataset_inputs) if run.inputs else 0,
    }  # fmt: skip


def model_facts(mlflow: Any, client: Any, model: Any) -> dict[str, Any]:
    """A logged model."""
    path = client.list_logged_model_artifacts
    return {
        "name": model.name,
        "status": str(model.status),
        "params": len(model.params or ()),
        "signature": signature(mlflow, model),
        "metrics": sorted({each.key for each in model.metrics or ()}),
        "artifacts": sorted(artifacts(path, model.model_id)),
    }


def signature(mlflow: Any, model: Any) -> Any:
    """Of a logged model that has files."""
    if str(model.status) != "READY":
        return None
    found = mlflow.models.get_model_info(f"models:/{model.model_id}").signature
    return None if found is None else found.to_dict()


def artifacts(listed: Callable[..., Any], owner: str, below: str | None = None) -> Iterator[str]:
    """Paths of all files."""
    for each in listed(owner, below) if below else listed(owner):
        if each.is_dir:
            yield from artifacts(listed, owner, each.path)
        elif each.path != MANIFEST:
            yield each.path


def parameters(function: Callable[..., Any]) -> list[str]:
    """Names and defaults."""
    return [f"{each.name}={each.default!r}" for each in inspect.signature(function).parameters.values()]


def unique(points: Iterator[Any]) -> list[Any]:
    """In order, each once: we keep equal points of the same millisecond once."""
    return sorted(json.loads(each) for each in {json.dumps(each) for each in points})


def stable(value: str) -> str:
    """A param without the directory of this run and the name of this machine."""
    return re.sub(r"/tmp/[\w./-]+|[A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2}_[\w.-]+", "...", value)


def main(package: str) -> None:
    """Print what is kept of everything."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    mlflow = importlib.import_module(package)
    importlib.import_module(f"{package}.pytorch")
    importlib.import_module(f"{package}.transformers")
    import lightning

    # Whatever libraries and their processes print goes elsewhere.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    found: dict[str, Any] = {"versions": [torch.__version__, transformers.__version__, lightning.__version__]}
    chosen = re.compile(sys.argv[2] if len(sys.argv) > 2 else "")
    found["signatures"] = {
        "pytorch": parameters(mlflow.pytorch.autolog),
        "transformers": parameters(mlflow.transformers.autolog),
        "MlflowModelCheckpointCallback": parameters(mlflow.pytorch.MlflowModelCheckpointCallback.__init__),
    }
    found["trainings"] = trainings = {}
    for name, action in of_transformers(mlflow).items():
        if chosen.search(f"transformers, {name}"):
            mlflow.transformers.autolog()
            trainings[f"transformers, {name}"] = kept(mlflow, action)
    mlflow.transformers.autolog(disable=True)
    for library in ("lightning.pytorch", "pytorch_lightning"):
        for name, action in of_lightning(mlflow, library).items():
            is_new = library == "lightning.pytorch" or name in ("by itself", "stopped early")
            if is_new and chosen.search(f"{library}, {name}"):
                trainings[f"{library}, {name}"] = kept(mlflow, action)
    with out:
        json.dump(found, out, indent=0, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1])
