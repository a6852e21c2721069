"""
The differences that are meant: what stock MLflow answers, and what we answer instead.

A row needs a predicate that says exactly when it holds, an example, and a paragraph in
docs/decisions/0010-differences-from-mlflow.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.compat.differential import predicates as when
from tests.compat.differential.comparing import Decision
from tests.compat.differential.model_decisions import MODEL_DECISIONS
from tests.compat.differential.performing import START
from tests.compat.differential.registry_decisions import REGISTRY_DECISIONS
from tests.compat.differential.wire import Command, New, Ref

_EXPERIMENT: Final = Command("create_experiment", {"name": "e"})
_RUN: Final = Command("create_run", {"experiment_id": "0", "start_time": 1, "run_name": "r"})
_READ: Final = Command("get_run", {"run_id": Ref(0)})
_NAN, _INF = float("nan"), float("inf")
#: What an example's last command finds.
_FIRST_RUN: Final = [["<run 0>"]]


def _logged(*points: tuple[Any, int, Any]) -> list[Command]:
    return [
        Command("log_metric", {"run_id": Ref(0), "key": "m", "value": value, "timestamp": at, "step": step})
        for value, at, step in points
    ]


def _search(filter_string: str = "", **more: Any) -> Command:
    return Command("search_runs", {"experiment_ids": ["0"], "filter_string": filter_string, **more}, walk=True)


def _on_run(name: str, **arguments: Any) -> Command:
    return Command(name, {"run_id": Ref(0), **arguments})


def _used(name: str, source: str) -> Command:
    dataset = New("Dataset", {"name": name, "digest": "d", "source_type": "s", "source": source})
    return _on_run("log_inputs", datasets=[New("DatasetInput", {"dataset": dataset, "tags": []})])


DECISIONS: Sequence[Decision] = (
    Decision(
        "infinities-are-kept",
        "MLflow stores the largest float in place of infinity, which cannot be told from a measurement.",
        when.infinities,
        [_RUN, *_logged((_INF, 1, 1)), _READ, *_logged((-_INF, 2, 2)), _READ],
    ),
    Decision(
        "infinity-is-not-below-infinity",
        "A number in a filter that is too large for a float is infinite, and so equals a stored infinity.",
        when.infinite_filter,
        [_RUN, *_logged((_INF, 1, 1)), _search("metrics.m < 1e400")],
        ours=[[]],
    ),
    Decision(
        "nan-comes-first-in-a-history",
        "MLflow orders NaN among the zeros, in an order that depends on the database.",
        when.nan_first,
        [_RUN, *_logged((-1.0, 1, 1), (_NAN, 1, 1), (1.0, 1, 1)), _on_run("get_metric_history", key="m")],
    ),
    Decision(
        "nan-loses-to-zero",
        "At one step and time NaN and 0.0 rank the same in MLflow, so that the first to arrive stays the latest.",
        when.nan_below_zero,
        [_RUN, *_logged((_NAN, 1, 1), (0.0, 1, 1)), _READ],
    ),
    Decision(
        "times-and-steps-are-whole",
        "MLflow stores fractions in columns of integers, which other databases refuse or round, and times before 1970.",
        when.bad_times,
        [_RUN, *_logged((1.0, 1, 1.5))],
        ends=True,
    ),
    Decision(
        "what-cannot-be-stored-is-invalid",
        "A number beyond 64 bits, a list or half a surrogate pair is an invalid value; in MLflow it is any error.",
        when.unstorable,
        [
            _RUN,
            *_logged((1.0, 1, 2**63), (10**400, 1, 1), ([1.0], 1, 1)),
            _on_run("log_param", key="p", value="\ud800"),
        ],
    ),
    Decision(
        "batches-take-values-of-any-type",
        "log_batch makes texts of values as log_param and set_tag do; MLflow fails on some and stores None.",
        when.untyped_batch,
        [_RUN, _on_run("log_batch", tags=[New("RunTag", {"key": "k", "value": 1.5})]), _search("tags.k = '1.5'")],
        ends=True,
        ours=_FIRST_RUN,
    ),
    Decision(
        "tags-of-new-runs-are-checked",
        "MLflow checks tags everywhere but in create_run; such tags cannot be changed or deleted later.",
        when.refused("create_run", "tags", when.illegal_tags),
        [Command("create_run", {"experiment_id": "0", "start_time": 1, "run_name": "r", "tags": {"a@b": "1"}})],
        ends=True,
    ),
    Decision(
        "an-empty-name-is-no-name",
        "A new run whose name tag is empty gets a random name, as without the tag; MLflow fails in the database.",
        when.empty_name,
        [
            Command("create_run", {"experiment_id": "0", "start_time": 1, "tags": {"mlflow.runName": ""}}),
            _search("run_name LIKE '%-%-%'"),
        ],
        ends=True,
        ours=_FIRST_RUN,
    ),
    Decision(
        "keys-end-without-a-newline",
        "MLflow's pattern lets one trailing newline through.",
        when.refused("set_tag", "key", lambda key: isinstance(key, str) and key.endswith("\n")),
        [_RUN, _on_run("set_tag", key="a\n", value="1")],
        ends=True,
    ),
    Decision(
        "datasets-are-complete",
        "A dataset without a name or source is refused by MLflow's server, but not by its store.",
        when.incomplete_dataset,
        [_RUN, _used("", "s")],
        ends=True,
    ),
    Decision(
        "a-taken-name-is-taken",
        "Renaming an experiment to a name in use fails as creating it does; MLflow shows the database's error.",
        when.taken_name,
        [_EXPERIMENT, Command("rename_experiment", {"experiment_id": "0", "new_name": "e"})],
    ),
    Decision(
        "an-unknown-status-is-an-mlflow-error",
        "MLflow raises a bare Exception, which no caller can tell from a failure.",
        when.unknown_status,
        [_RUN, _on_run("update_run", status="X"), _on_run("set_terminated", status="X")],
    ),
    Decision(
        "unknown-views-are-refused",
        "A view that is not ACTIVE_ONLY, DELETED_ONLY or ALL is an error; MLflow finds nothing.",
        when.unknown_view,
        [
            Command("search_experiments", {"view_type": 9}),
            Command("search_runs", {"experiment_ids": ["0"], "run_view_type": 9}),
        ],
    ),
    Decision(
        "malformed-run-ids-are-refused",
        "MLflow checks ids in some methods only: the same id is invalid, unknown, or without any metrics.",
        when.malformed_run,
        [Command("get_metric_history", {"run_id": "x y", "key": "m"})],
    ),
    Decision(
        "malformed-experiment-ids-are-refused",
        "MLflow takes an empty id for the default experiment or fails in the database.",
        when.malformed_experiment,
        [Command("rename_experiment", {"experiment_id": None, "new_name": "x"})],
        ends=True,
    ),
    Decision(
        "names-and-keys-are-texts",
        "None where a name or key is needed is a mistake of the caller; MLflow answers as for an unknown one.",
        when.missing_text,
        [Command("get_experiment_by_name", {"name": None}), _RUN, _on_run("delete_tag", key=None)],
    ),
    Decision(
        "no-experiments-have-no-runs",
        "experiment_ids=None finds nothing, as an empty list does; in MLflow it is an internal error.",
        when.left_out("search_runs", "experiment_ids"),
        [_RUN, Command("search_runs", {"experiment_ids": None}, walk=True)],
        ours=[[]],
    ),
    Decision(
        "max-results-may-be-none",
        "MLflow's signature allows None in search_experiments, its store does not; here it means the default.",
        when.left_out("search_experiments", "max_results"),
        [Command("search_experiments", {"max_results": None}, walk=True)],
        ours=[["0"]],
    ),
    Decision(
        "new-runs-have-outputs",
        "create_run returns a run of the same shape as get_run; in MLflow its outputs are None.",
        when.new_outputs,
        [_RUN],
    ),
    Decision(
        "keywords-in-any-case",
        "LIKE may be written in any case in every search; MLflow's search of experiments wants capitals.",
        when.lower_case_like,
        [Command("search_experiments", {"filter_string": "name like 'D%'"}, walk=True)],
        ours=[["0"]],
    ),
    Decision(
        "numbers-in-any-form",
        "A number in a filter is written as Python writes it; MLflow refuses +1 and 1e+5.",
        when.number_forms,
        [_RUN, *_logged((-1e300, 1, 1)), _search("metrics.m = -1e+300 AND metrics.m < +1")],
        ours=_FIRST_RUN,
    ),
    Decision(
        "unquoted-keys-may-be-numbers",
        "A part of a key that is a number needs no quotes; in MLflow it does.",
        when.number_keys,
        [_RUN, _on_run("log_param", key="a.0", value="v"), _search("params.a.0 = 'v'", order_by=["params.a.0"])],
        ours=_FIRST_RUN,
    ),
    Decision(
        "quoted-keys-keep-their-spaces",
        "A quoted key is what stands between the quotes; MLflow cuts spaces at its end where ASC or DESC follows.",
        when.cut_keys,
        [
            _RUN,
            Command("create_run", {"experiment_id": "0", "start_time": 2, "run_name": "s"}),
            _on_run("set_tag", key="a ", value="2"),
            _search(order_by=["tags.`a ` DESC"]),
        ],
        ours=[["<run 0>", "<run 1>"]],
    ),
    Decision(
        "lists-hold-plain-texts",
        "A text in an IN list means what it means elsewhere; MLflow reads the list as Python, escapes included.",
        when.plain_lists,
        [_RUN, _used("a\\nb", "s"), _search("dataset.name IN ('a\\nb')")],
        ours=_FIRST_RUN,
    ),
    Decision(
        "ilike-knows-every-alphabet",
        "ILIKE ignores the case of all letters; MLflow on SQLite that of A to Z only.",
        when.other_alphabets,
        [
            Command("create_run", {"experiment_id": "0", "start_time": 1, "run_name": "\u00c9"}),
            _search("run_name ILIKE '\u00e9'"),
        ],
        ours=_FIRST_RUN,
    ),
    Decision(
        "names-outlive-their-tag",
        "A run whose tag mlflow.runName was deleted still has a name, and is found by it.",
        when.lost_names,
        [_RUN, _on_run("delete_tag", key="mlflow.runName"), _search("run_name = 'r'")],
        ours=_FIRST_RUN,
    ),
    Decision(
        "tags-change-experiments",
        "Setting or deleting a tag of an experiment is a change, so it moves last_update_time.",
        when.tagged_experiments,
        [
            Command("set_experiment_tag", {"experiment_id": "0", "key": "a", "value": "1"}, START + 5_000),
            Command("get_experiment", {"experiment_id": "0"}, START + 9_000),
        ],
    ),
    Decision(
        "page-tokens-are-keysets",
        "A token says after which run a page starts, and belongs to one search; MLflow's holds an offset.",
        when.stock_token,
        [_RUN, Command("search_runs", {"experiment_ids": ["0"], "page_token": "eyJvZmZzZXQiOiAxfQ=="})],
    ),
    *REGISTRY_DECISIONS,
    *MODEL_DECISIONS,
)
