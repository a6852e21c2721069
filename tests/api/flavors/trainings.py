"""Trainings of a few steps, with the `Trainer` of transformers and with PyTorch Lightning, always the same."""

from __future__ import annotations

import functools
import importlib
import logging
from typing import Any

import torch
from torch.utils.data import TensorDataset


def texts() -> list[dict[str, Any]]:
    """Eight texts of five tokens with labels."""
    return [{"input_ids": [2, 5 + at % 4, 6, 7 + at % 3, 3], "labels": at % 2} for at in range(8)]


def classifier() -> Any:
    """A tiny network for texts."""
    import transformers

    from tests.api.flavors.pipelines import SIZES

    torch.manual_seed(5)
    return transformers.BertForSequenceClassification(transformers.BertConfig(**SIZES))


def failing() -> Any:
    """A network whose third training step fails."""
    model = classifier()
    calls: list[None] = []

    def fail(*_: Any) -> None:
        calls.append(None)
        if len(calls) > 2:
            raise RuntimeError("out of memory")

    model.register_forward_pre_hook(fail)
    return model


def trainer(model: Any = None, callbacks: Any = None, compute_metrics: Any = None, **arguments: Any) -> Any:
    """A `Trainer` for two epochs of two steps on the processor, in the directory `out`."""
    import transformers

    given = {
        "output_dir": "out", "num_train_epochs": 2, "per_device_train_batch_size": 4, "logging_steps": 1,
        "save_strategy": "steps" if "save_steps" in arguments else "no", "use_cpu": True, "disable_tqdm": True,
        "seed": 3, "report_to": "none", **arguments,
    }  # fmt: skip
    model = model or classifier()
    return transformers.Trainer(
        model=model, args=transformers.TrainingArguments(**given), train_dataset=texts(), eval_dataset=texts()[:4],
        callbacks=callbacks, compute_metrics=compute_metrics,
    )  # fmt: skip


def rows() -> TensorDataset:
    """Sixteen rows of three numbers, and what is wanted of them."""
    x = torch.arange(48, dtype=torch.float32).reshape(16, 3) / 48
    return TensorDataset(x, x.sum(dim=1, keepdim=True))


def lightning_trainer(package: str, **settings: Any) -> Any:
    """A `Trainer` for two epochs that says nothing."""
    logging.getLogger(package).setLevel(logging.ERROR)
    given = {
        "max_epochs": 2, "accelerator": "cpu", "logger": False, "enable_progress_bar": False,
        "enable_model_summary": False, "enable_checkpointing": False, "num_sanity_val_steps": 1, **settings,
    }  # fmt: skip
    return importlib.import_module(package).Trainer(**given)


@functools.cache
def regression(package: str) -> Any:
    """The class of a module that learns sums; `package` is "lightning.pytorch" or "pytorch_lightning"."""

    class Regression(importlib.import_module(package).LightningModule):  # type: ignore[misc]
        """One layer."""

        def __init__(self, fails: bool = False) -> None:
            super().__init__()
            torch.manual_seed(7)
            self.layer, self.fails = torch.nn.Linear(3, 1), fails

        def forward(self, x: Any) -> Any:
            """Three numbers to one."""
            return self.layer(x)

        def _loss(self, batch: Any) -> Any:
            return torch.nn.functional.mse_loss(self(batch[0]), batch[1])

        def training_step(self, batch: Any, at: int) -> Any:
            """One loss by epoch, one by step, one by both."""
            loss = self._loss(batch)
            if self.fails and at == 2:
                raise RuntimeError("out of memory")
            self.log("train_loss", loss, on_step=False, on_epoch=True)
            self.log("step_loss", loss)
            self.log("both", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, at: int) -> None:
            """As ever."""
            self.log("val_loss", self._loss(batch))

        def test_step(self, batch: Any, at: int) -> None:
            """As ever."""
            self.log("test_loss", self._loss(batch))

        def configure_optimizers(self) -> Any:
            """Plain descent."""
            return torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.5)

    return Regression
