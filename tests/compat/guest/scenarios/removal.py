"""What `mlflow gc`, `mlflow experiments` and `mlflow runs` say and do."""

from __future__ import annotations

import re
from typing import Any

import mlflow
from click.testing import CliRunner
from mlflow.entities import ViewType

from tests.compat.guest.calls import Call

STORE = "client"
#: Times, places of files, and ids of experiments, which MLflow on SQLite gives again.
_VARYING = re.compile(r"\d{4}-\d\d-\d\d[ T][\d:.]+(\+00:00)?|/\S*/(mlruns|genesis_artifacts)/\d+|-{5,}|(?<=with id )\d{1,3}\b")
_LEFT_OUT = re.compile("Warning|alembic|db.utils|^[02-5] ")


def command(label: str, *arguments: str, group: str = "gc") -> Call:
    """A command on the store of the client: its exit code, what it says, and what is left."""

    def call(client: Any, ids: Any) -> Any:
        from mlflow.cli import cli

        mlflow.set_tracking_uri(client.tracking_uri)
        given = [ids.get(argument, argument) for argument in arguments]
        uri = ["--backend-store-uri", client.tracking_uri] if group == "gc" else []
        done = CliRunner().invoke(cli, [group, *given, *uri], env={"MLFLOW_TRACKING_URI": client.tracking_uri})
        said = _VARYING.sub("<varies>", done.output)
        for name, id in ids.items():
            said = said.replace(id, name)
        lines = sorted(" ".join(line.split()) for line in said.splitlines() if not _LEFT_OUT.search(line))
        error = None if done.exception is None or isinstance(done.exception, SystemExit) else str(done.exception)
        return done.exit_code, lines, error and error.partition(" already exists.")[0], left(client)

    return label, call


def left(client: Any) -> Any:
    """The names of the experiments, runs and models that are there in any stage."""
    experiments = client.search_experiments(ViewType.ALL, order_by=["experiment_id"])
    runs = client.search_runs([e.experiment_id for e in experiments], run_view_type=ViewType.ALL)
    return [(e.name, e.lifecycle_stage) for e in experiments], sorted((r.info.run_name, r.info.lifecycle_stage) for r in runs)


def run(name: str, experiment: str, *, deleted: bool = False) -> Call:
    """A run with a file."""

    def call(client: Any, ids: Any) -> None:
        ids[name] = id = client.create_run(experiment, run_name=name).info.run_id
        client.log_metric(id, "m", 1)
        client.log_text(id, "text", "t.txt")
        if deleted:
            client.delete_run(id)

    return f"run {name}", call


CALLS: list[Call] = [
    ("experiments", lambda c, v: [c.create_experiment(name) for name in ("one", "two", "three")]),
    run("kept", "1"), run("gone", "1", deleted=True), run("gone too", "1", deleted=True), run("of two", "2"), run("of three", "3"),
    command("old ones alone", "--older-than", "1d"), command("no duration", "--older-than", "1x"), command("a run that is active", "--run-ids", "kept"), command("a run of nothing", "--run-ids", "0" * 32), command("one run", "--run-ids", "gone"),
    ("delete two", lambda c, v: c.delete_experiment("2")), command("an active experiment", "--experiment-ids", "1"), command("an experiment of nothing", "--experiment-ids", "99"), command("no experiment id", "--experiment-ids", "abc"), command("one experiment", "--experiment-ids", "2"),
    ("delete three", lambda c, v: c.delete_experiment("3")), command("all"), command("nothing"), ("gone for good", lambda c, v: c.get_run(v["gone"])), ("its history", lambda c, v: c.get_metric_history(v["gone"], "m")), ("two for good", lambda c, v: c.get_experiment("2")), ("the name is free", lambda c, v: c.get_experiment(c.create_experiment("two")).name),
    command("list experiments", "search", group="experiments"), command("list runs", "list", "--experiment-id", "1", group="runs"), command("create", "create", "--experiment-name", "four", group="experiments"), command("create again", "create", "--experiment-name", "four", group="experiments"), command("rename", "rename", "--experiment-id", "1", "--new-name", "uno", group="experiments"), command("delete", "delete", "--experiment-id", "1", group="experiments"), command("restore", "restore", "--experiment-id", "1", group="experiments"),
    command("delete run", "delete", "--run-id", "kept", group="runs"), command("restore run", "restore", "--run-id", "kept", group="runs"), command("delete no run", "delete", "--run-id", "0" * 32, group="runs"), command("describe run", "describe", "--run-id", "kept", group="runs"), command("csv", "csv", "--experiment-id", "1", group="experiments"),
]  # fmt: skip
