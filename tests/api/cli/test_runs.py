"""`genesis-flow runs`: finding, showing, comparing, deleting."""

from __future__ import annotations

import pytest

from .conftest import HOSTILE, HOSTILE_SHOWN, CommandLine, Filled


def test_list_has_runs_of_all_active_experiments(filled: Filled) -> None:
    """Without --experiment, all active experiments count, and a column says which one."""
    other = filled.command_line.application.experiments.create("other")
    elsewhere = filled.command_line.add_run("elsewhere", experiment_id=other.id)
    found = filled.command_line.json("runs", "list")["runs"]
    assert {filled.good.id, filled.bad.id, elsewhere.id} == {run["run_id"] for run in found}
    assert "Experiment" in filled.command_line.lines("runs", "list")[0].split()


@pytest.mark.parametrize("reference", ["1", "other"])
def test_list_takes_an_experiment(filled: Filled, reference: str) -> None:
    """--experiment takes an id or a name, and may be repeated."""
    other = filled.command_line.application.experiments.create("other")
    elsewhere = filled.command_line.add_run("elsewhere", experiment_id=other.id)
    found = filled.command_line.json("runs", "list", "--experiment", reference)["runs"]
    assert [elsewhere.id] == [run["run_id"] for run in found]
    assert 3 == len(filled.command_line.json("runs", "list", "-e", reference, "-e", "Default")["runs"])


def test_runs_are_complete_in_json(filled: Filled) -> None:
    """A run in JSON has all that was logged; NaN and infinity are strings."""
    found = {run["run_name"]: run for run in filled.command_line.json("runs", "list")["runs"]}
    good = found["good"]
    assert {"acc": 0.9, "odd": "NaN"} == good["metrics"]
    assert {"acc": 0.1, "loss": "Infinity"} == found["bad"]["metrics"]
    assert {"alpha": "0.1", "model": "tree"} == good["params"]
    assert ("FINISHED", "active", 1_000, 3_500) == (
        good["status"], good["lifecycle_stage"], good["start_time"], good["end_time"],
    )  # fmt: skip


def test_piped_tables_cut_nothing(filled: Filled) -> None:
    """Where output is piped, ids and long names are whole, however many columns there are."""
    long = filled.command_line.add_run("n" * 240, metrics={f"metric number {i}": [1.0] for i in range(9)})
    text = "\n".join(filled.command_line.lines("runs", "list"))
    shown = [each in text for each in (long.id, "n" * 240, filled.good.id)]
    assert ([True] * 3, False) == (shown, "…" in text)


def test_chosen_columns_are_shown(filled: Filled) -> None:
    """--columns says which metrics, params and tags a table has; "-" stands for what a run lacks."""
    lines = filled.command_line.lines("runs", "list", "--columns", "params.alpha,metrics.loss,tags.none")
    rows = [line.split()[3:6] for line in lines]
    assert [["alpha", "loss", "none"], ["0.1", "-", "-"], ["0.2", "Infinity", "-"]] == [rows[0], *sorted(rows[1:])]


def test_search_filters_and_orders(filled: Filled) -> None:
    """`search` takes MLflow's filters and orders, over metrics, params and tags."""
    found = filled.command_line.json("runs", "search", "--order-by", "metrics.acc ASC")["runs"]
    assert ["bad", "good"] == [run["run_name"] for run in found]
    both = "metrics.acc > 0.5 AND params.model = 'tree'"
    found = filled.command_line.json("runs", "search", "--filter", both)["runs"]
    assert ["good"] == [run["run_name"] for run in found]
    assert ["No runs."] == filled.command_line.lines("runs", "search", "--filter", "params.model = 'none'")


def test_pages_are_joined(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """More runs than one page holds come once each, as many as are asked for."""
    monkeypatch.setattr("genesis_flow.api.cli.lookup._PAGE", 2)
    ids = {command_line.add_run(f"r{number}").id for number in range(5)}
    assert ids == {run["run_id"] for run in command_line.json("runs", "list")["runs"]}
    some = command_line.json("runs", "list", "--max-results", "3")
    assert (3, True) == (len(some["runs"]), some["has_more"])


def test_show_has_everything(filled: Filled) -> None:
    """`show` has params, latest metrics, tags, inputs without passwords, and the tree of artifacts."""
    lines = [" ".join(line.split()) for line in filled.command_line.lines("runs", "show", filled.good.id)]
    wanted = [
        f"Run {filled.good.id}", "Name good", "Status FINISHED", "Duration 2.5s", "alpha 0.1", "mlflow.runName good",
        "digits d1 training https://***@host/digits.csv", "reports/", "deep/", "report.txt (5 B)", "top.txt (1.5 kB)",
    ]  # fmt: skip
    assert wanted == [each for each in wanted if each in lines]
    assert [True, True] == [any(line.startswith(start) for line in lines) for start in ("acc 0.9 2 ", "odd NaN 0 ")]


def test_show_in_json_has_everything(filled: Filled) -> None:
    """`show` in JSON has steps and times of latest metrics, inputs and all artifacts."""
    record = filled.command_line.json("runs", "show", filled.good.id)
    assert {"value": 0.9, "step": 2, "timestamp": 1_002} == record["metric_points"]["acc"]
    assert "https://***@host/digits.csv" == record["dataset_inputs"][0]["source"]
    paths = [(each["path"], each["file_size"]) for each in record["artifacts"]]
    assert [("reports", None), ("reports/deep", None), ("reports/deep/report.txt", 5), ("top.txt", 1500)] == paths
    assert (None, False) == (record["artifacts_error"], record["artifacts_has_more"])


def test_show_survives_a_lost_artifact_store(command_line: CommandLine) -> None:
    """What the database holds is shown even if nothing serves the artifact location."""
    lost = command_line.application.experiments.create("lost", artifact_location="nowhere://x/y")
    run = command_line.add_run("r", experiment_id=lost.id, params={"a": "b"})
    record = command_line.json("runs", "show", run.id)
    assert ({"a": "b"}, None) == (record["params"], record["artifacts"])
    text = "\n".join(command_line.lines("runs", "show", run.id))
    assert "cannot be listed" in text


def test_large_trees_are_cut(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    """`show` asks for a bounded number of artifacts, and says that there are more."""
    monkeypatch.setattr("genesis_flow.api.cli.artifact_tree.find_below.__defaults__", (None, 2))
    record = filled.command_line.json("runs", "show", filled.good.id)
    assert (2, True) == (len(record["artifacts"]), record["artifacts_has_more"])
    assert "(and more: the first 2 are shown)" == filled.command_line.lines("runs", "show", filled.good.id)[-1]


def test_the_beginning_of_an_id_is_enough(filled: Filled) -> None:
    """A run is found by the first characters of its id, also if it is deleted."""
    beginning = filled.good.id[:12]
    assert filled.good.id == filled.command_line.json("runs", "show", beginning)["run_id"]
    filled.command_line.lines("runs", "delete", beginning)
    assert "deleted" == filled.command_line.json("runs", "show", beginning)["lifecycle_stage"]
    assert 1 == filled.command_line.failure("runs", "show", filled.good.id[:3])[0]


def test_ambiguous_beginnings_are_refused(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where several ids begin alike, none of the runs is meant; "_" stands for itself."""
    ids = iter(["same_1", "same_2", "sameX3"])
    monkeypatch.setattr(
        type(command_line.application.lifecycle._identifiers), "run_id", lambda self: next(ids)  # its only source
    )
    for number in range(3):
        command_line.add_run(f"r{number}")
    code, error = command_line.failure("runs", "delete", "same_")
    assert (1, True, False) == (code, "same_1, same_2" in error, "sameX3" in error)
    assert 3 == len(command_line.json("runs", "list")["runs"])
    assert "sameX3" == command_line.json("runs", "show", "sameX")["run_id"]


def test_compare_marks_what_differs(filled: Filled) -> None:
    """Params and metrics stand side by side; `*` marks those that are not the same in all runs."""
    lines = filled.command_line.lines("runs", "compare", filled.good.id, filled.bad.id)
    rows = {line.split()[1] if line.startswith("*") else line.split()[0]: line.split() for line in lines}
    assert ["*", "params.alpha", "0.1", "0.2"] == rows["params.alpha"]
    assert ["params.model", "tree", "tree"] == rows["params.model"]
    assert ["*", "metrics.odd", "NaN", "-"] == rows["metrics.odd"]
    assert ["run", filled.good.id, filled.bad.id] == rows["run"]


def test_compare_in_json(filled: Filled) -> None:
    """In JSON each row has a value for each run, null where it has none, and whether they differ."""
    record = filled.command_line.json("runs", "compare", filled.good.id, filled.bad.id)
    assert [filled.good.id, filled.bad.id] == [run["run_id"] for run in record["runs"]]
    assert {"key": "model", "values": ["tree", "tree"], "differs": False} == record["params"][1]
    assert {"key": "loss", "values": [None, "Infinity"], "differs": True} == record["metrics"][1]
    only = filled.command_line.json("runs", "compare", filled.good.id, filled.bad.id, "--only-different")
    assert ["alpha"] == [row["key"] for row in only["params"]]


def test_nan_is_the_same_as_nan(command_line: CommandLine) -> None:
    """Two runs whose metric is NaN do not differ in it."""
    ids = [command_line.add_run(name, metrics={"m": [float("nan")]}).id for name in ("a", "b")]
    assert [False] == [row["differs"] for row in command_line.json("runs", "compare", *ids)["metrics"]]


def test_delete_and_restore(filled: Filled) -> None:
    """Several runs are deleted, seen as deleted, and restored."""
    ids = [filled.good.id, filled.bad.id]
    deleted = filled.command_line.json("runs", "delete", *ids)["runs"]
    assert ["deleted"] * 2 == [run["lifecycle_stage"] for run in deleted]
    assert ["No runs."] == filled.command_line.lines("runs", "list")
    assert 2 == len(filled.command_line.json("runs", "list", "--view", "deleted")["runs"])
    assert [f"Restored run {filled.good.id}: good"] == filled.command_line.lines("runs", "restore", filled.good.id)
    assert ["good"] == [run["run_name"] for run in filled.command_line.json("runs", "list")["runs"]]


def test_one_wrong_id_deletes_nothing(filled: Filled) -> None:
    """If one of several runs does not exist, the others stay."""
    assert 1 == filled.command_line.failure("runs", "delete", filled.good.id, "a" * 32)[0]
    assert 2 == len(filled.command_line.json("runs", "list")["runs"])


def test_runs_of_deleted_experiments_are_found(filled: Filled) -> None:
    """--view deleted finds the runs that were deleted with their experiment."""
    other = filled.command_line.application.experiments.create("other")
    gone = filled.command_line.add_run("gone", experiment_id=other.id)
    filled.command_line.application.experiments.delete(other.id)
    assert [gone.id] == [run["run_id"] for run in filled.command_line.json("runs", "list", "--view", "deleted")["runs"]]


def test_hostile_text_is_shown_literally(command_line: CommandLine) -> None:
    """Names, params and tags with escape sequences and markup are printed as what they are."""
    run = command_line.add_run(HOSTILE, params={"p": HOSTILE}, metrics={"m": [1.0]}, tags={"t": HOSTILE})
    other = command_line.add_run("other")
    for words in (
        ["list"], ["list", "--columns", "params.p,tags.t"], ["show", run.id], ["compare", run.id, other.id],
        ["plot", run.id, run.id, "-m", "m"], ["delete", run.id],
    ):  # fmt: skip
        text = "\n".join(command_line.lines("runs", *words))
        assert (True, False) == (HOSTILE_SHOWN in text, any(each in text for each in "\x1b\x9b\u202e\x07"))
    assert HOSTILE == command_line.json("runs", "show", run.id)["params"]["p"]
