"""
A random search: one run for the study, a nested run for each trial, learning curves, and the best one marked.

    genesis-flow run examples/hyperparameters.py    # or python, with MLflow installed
"""

import random

import mlflow
from mlflow.entities import Metric, ViewType
from mlflow.tracking import MlflowClient

TRIALS = 6
EPOCHS = 12


def loss_after(epoch: int, rate: float, momentum: float) -> float:
    """The loss of a pretended training, which diverges where the steps are too long."""
    return abs(1 - rate * (1 + momentum)) ** epoch + 0.05 * momentum


def trial(number: int, rate: float, momentum: float) -> float:
    """Record a trial; its last loss."""
    with mlflow.start_run(run_name=f"trial-{number}", nested=True, tags={"trial": str(number)}) as run:
        mlflow.log_params({"rate": rate, "momentum": momentum, "epochs": EPOCHS})
        losses = [loss_after(epoch, rate, momentum) for epoch in range(EPOCHS)]
        points = [Metric("loss", loss, 1_700_000_000_000 + step, step) for step, loss in enumerate(losses)]
        MlflowClient().log_batch(run.info.run_id, metrics=points)
        mlflow.log_metric("final_loss", losses[-1])
        mlflow.log_dict({"losses": losses}, "curves/losses.json")
        if losses[-1] > losses[0]:
            raise ValueError("the training diverged")
        return losses[-1]


mlflow.set_experiment("hyperparameters")
chance = random.Random(3)
with mlflow.start_run(run_name="study", description="A random search over rate and momentum.") as study:
    for number in range(TRIALS):
        try:
            trial(number, round(chance.uniform(0.05, 2.0), 3), round(chance.uniform(0, 0.9), 2))
        except ValueError as error:
            print(f"trial {number}: {error}")
    trials = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{study.info.run_id}' AND attributes.status = 'FINISHED'",
        run_view_type=ViewType.ACTIVE_ONLY,
        order_by=["metrics.final_loss ASC"],
        output_format="list",
    )
    best = trials[0]
    mlflow.log_params({f"best_{name}": value for name, value in best.data.params.items()})
    mlflow.log_metric("best_loss", best.data.metrics["final_loss"])
    MlflowClient().set_tag(best.info.run_id, "best", "true")

history = MlflowClient().get_metric_history(best.info.run_id, "loss")
print(f"{best.info.run_name} is the best of {len(trials)}, from {history[0].value:.3f} to {history[-1].value:.3f}")
