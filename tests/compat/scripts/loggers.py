"""What the loggers for MLflow in Lightning and Transformers record, as JSON: both say `import mlflow` themselves."""

import json
import logging
import sys
import warnings

import mlflow
import torch
from lightning.pytorch.loggers import MLFlowLogger
from transformers import TrainerControl, TrainerState, TrainingArguments
from transformers.integrations import MLflowCallback

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")

logger = MLFlowLogger("lightning", run_name="by lightning", tags={"a": "b"}, tracking_uri=mlflow.get_tracking_uri())
logger.log_hyperparams({"layers": 2, "optimizer": {"lr": 0.1}})
for step in range(3):
    logger.log_metrics({"loss": 1 / (step + 1)}, step)
logger.finalize("success")

mlflow.set_experiment("transformers")
arguments = TrainingArguments("out", report_to=[], num_train_epochs=2, run_name="by transformers", use_cpu=True)
state, control, model = TrainerState(), TrainerControl(), torch.nn.Linear(1, 1)
callback = MLflowCallback()
callback.on_train_begin(arguments, state, control, model=model)
for state.global_step in range(3):
    callback.on_log(
        arguments, state, control, logs={"loss": 2.0 / (state.global_step + 1), "note": "no number"}, model=model
    )
callback.on_train_end(arguments, state, control)
mlflow.end_run()
mlflow.flush_async_logging()

#: What depends on the machine or on the versions of other libraries.
UNCOMPARED = ("logging_dir", "output_dir", "data_seed")
record = {}
for run in mlflow.search_runs(experiment_names=["lightning", "transformers"], output_format="list"):
    history = {
        key: [(point.step, point.value) for point in mlflow.MlflowClient().get_metric_history(run.info.run_id, key)]
        for key in run.data.metrics
    }
    params = {key: value for key, value in run.data.params.items() if key not in UNCOMPARED}
    tags = sorted(key for key in run.data.tags if not key.startswith("mlflow.source.git."))
    record[run.info.run_name] = [run.info.status, params, history, tags]
json.dump(record, sys.stdout, sort_keys=True)
