"""
The differences that are meant: what stock MLflow answers, and what we answer instead.

A row needs a predicate that says exactly when it holds, an example, and a paragraph in
docs/decisions/0010-differences-from-mlflow.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.compat.differential.comparing import ANY, SAME, Decision, Seen
from tests.compat.differential.performing import START
from tests.compat.differential.wire import Command, Entity, New, Pages, Raised, Ref

_IPV: Final = "INVALID_PARAMETER_VALUE"
_REFUSED: Final = Raised("MlflowException", _IPV)
_METRIC_FIELDS: Final = ("RunData.metrics", "Metric.value")
_LARGEST: Final = sys.float_info.max

_EXPERIMENT = Command("create_experiment", {"name": "e"})
_RUN = Command("create_run", {"experiment_id": "0", "start_time": 1, "run_name": "r"})
_READ = Command("get_run", {"run_id": Ref(0)})


def _logged(*points: tuple[Any, int, Any]) -> list[Command]:
    return [
        Command("log_metric", {"run_id": Ref(0), "key": "m", "value": value, "timestamp": at, "step": step})
        for value, at, step in points
    ]


def _infinities(seen: Seen) -> Any:
    if seen.field in _METRIC_FIELDS and seen.stock in (_LARGEST, -_LARGEST):
        return float("inf") if seen.stock > 0 else float("-inf")
    return SAME


def _infinite_filter(seen: Seen) -> Any:
    return ANY if not seen.field and re.search(r"[<>!]?= ?-?1e400|[<>] ?-?1e400", _filter(seen)) else SAME


def _number_forms(seen: Seen) -> Any:
    refused = isinstance(seen.stock, Raised) and seen.stock.message.startswith("Invalid clause")
    return ANY if refused and re.search(r"[<>=] *(\+\d|-\d[\d.]*e\+?\d)", _filter(seen)) else SAME


def _number_keys(seen: Seen) -> Any:
    texts = (_filter(seen), *(seen.command.arguments.get("order_by") or ()))
    found = any(re.search(r"(?:metric|param|tag)\w*(?:\.\w+)*\.\d", text) for text in texts)
    return ANY if found and isinstance(seen.stock, Raised) and isinstance(seen.stock.code, str) else SAME


def _filter(seen: Seen) -> str:
    return str(seen.command.arguments.get("filter_string") or "")


def _nan_first(seen: Seen) -> Any:
    if seen.command.name != "get_metric_history" or seen.field or not isinstance(seen.stock, list):
        return SAME
    ordered = sorted(seen.stock, key=_history_rank)
    return SAME if ordered == seen.stock else ordered


def _history_rank(point: Entity) -> tuple[int, int, bool, float]:
    value = point.fields["value"]
    return point.fields["timestamp"], point.fields["step"], value == value, value if value == value else 0.0


def _nan_below_zero(seen: Seen) -> Any:
    """At the latest step and time there is a 0.0 beside the NaN that came first."""
    if seen.field != "RunData.metrics" or seen.parent is None or seen.stock == seen.stock:
        return SAME
    at = [seen.parent.fields["latest"][key] for key, value in seen.parent.fields["metrics"].items() if value != value]
    zeros = [
        [command.arguments["step"], command.arguments["timestamp"]]
        for command, answer in seen.before
        if command.name == "log_metric" and answer is None and command.arguments["value"] == 0
    ]
    return 0.0 if any(place in zeros for place in at) else SAME


def _refused(command: str, argument: str, is_wrong: Callable[[Any], bool]) -> Callable[[Seen], Any]:
    """A value of an argument that stock takes and we refuse."""

    def expected(seen: Seen) -> Any:
        wrong = seen.command.name == command and not seen.field and is_wrong(seen.command.arguments.get(argument))
        return _REFUSED if wrong and not isinstance(seen.stock, Raised) else SAME

    return expected


def _fractions(seen: Seen) -> Any:
    points = [seen.command.arguments, *(new.arguments for new in seen.command.arguments.get("metrics", ()))]
    found = any(_is_fraction(point.get(name)) for point in points for name in ("timestamp", "step"))
    return _REFUSED if found and not seen.field and not isinstance(seen.stock, Raised) else SAME


def _is_fraction(value: Any) -> bool:
    return isinstance(value, float) and not value.is_integer()


def _too_large(seen: Seen) -> Any:
    if not isinstance(seen.stock, Raised) or seen.command.name not in ("log_metric", "log_batch"):
        return SAME
    return _REFUSED if "int too large to convert" in seen.stock.message else SAME


def _untyped_batch(seen: Seen) -> Any:
    is_crash = isinstance(seen.stock, Raised) and seen.stock.kind == "TypeError"
    if seen.command.name == "log_batch" and is_crash and "has no len()" in seen.stock.message:
        return ANY
    return SAME


def _illegal_tags(tags: Any) -> bool:
    return any(not _legal_key(key) for key in tags or {})


def _legal_key(key: Any) -> bool:
    return isinstance(key, str) and len(key) <= 250 and re.fullmatch(r"[/\w.\- :]+", key) is not None


def _taken_name(seen: Seen) -> Any:
    if seen.command.name != "rename_experiment" or not isinstance(seen.stock, Raised):
        return SAME
    is_taken = seen.stock.code == "BAD_REQUEST" and "UNIQUE constraint" in seen.stock.message
    return Raised("MlflowException", "RESOURCE_ALREADY_EXISTS") if is_taken else SAME


def _unknown_status(seen: Seen) -> Any:
    is_bare = seen.stock == Raised("Exception", None, getattr(seen.stock, "message", ""))
    return _REFUSED if is_bare and "Could not get run status" in seen.stock.message else SAME


def _malformed_run(seen: Seen) -> Any:
    wrong = "run_id" in seen.command.arguments and not seen.field and seen.command.arguments["run_id"] in ("x y", "", None)
    return _REFUSED if wrong else SAME


def _malformed_experiment(seen: Seen) -> Any:
    given = seen.command.arguments.get("experiment_id", "0")
    return _REFUSED if not seen.field and given in ("", None, "-1") else SAME


def _outputs_of_new_runs(seen: Seen) -> Any:
    is_new = seen.command.name == "create_run" and seen.field == "Run.outputs" and seen.stock is None
    return Entity("RunOutputs", {"model_outputs": []}) if is_new else SAME


def _any_case(seen: Seen) -> Any:
    if not isinstance(seen.stock, Raised) or seen.command.name != "search_experiments":
        return SAME
    return ANY if re.search(r"Invalid comparator.*\blike\b", seen.stock.message) else SAME


def _tagged_experiments(seen: Seen) -> Any:
    if seen.field == "Experiment.last_update_time" and seen.parent is not None:
        return _tagged_at(seen, seen.parent.fields["experiment_id"]) or SAME
    given = (seen.command.arguments.get("filter_string", ""), *seen.command.arguments.get("order_by", ()))
    is_search = seen.command.name == "search_experiments" and isinstance(seen.stock, Pages)
    tagged = any(_tagged_at(seen, str(id)) for id in range(20))
    return ANY if is_search and tagged and any("last_update_time" in text for text in given) else SAME


def _tagged_at(seen: Seen, experiment_id: str) -> int | None:
    """When the last change of the experiment was, if that was to a tag."""
    at = None
    for command, answer in seen.before:
        if command.arguments.get("experiment_id") != experiment_id or answer is not None:
            continue
        if command.name in ("set_experiment_tag", "delete_experiment_tag"):
            at = command.now or START
        elif command.name in ("delete_experiment", "restore_experiment", "rename_experiment"):
            at = None
    return at


def _lost_names(seen: Seen) -> Any:
    if seen.command.name != "search_runs" or "run" not in _filter(seen):
        return SAME
    lost = any(
        command.name == "delete_tag" and command.arguments["key"] == "mlflow.runName" and answer is None
        for command, answer in seen.before
    )
    return ANY if lost and not seen.field and isinstance(seen.stock, Pages) else SAME


def _ilike(seen: Seen) -> Any:
    text = _filter(seen)
    is_folded = not text.isascii() and "ILIKE" in text.upper()
    return ANY if is_folded and not seen.field and isinstance(seen.stock, Pages) else SAME


def _stock_token(seen: Seen) -> Any:
    token = seen.command.arguments.get("page_token")
    return _REFUSED if token and not isinstance(seen.stock, Raised) and not seen.field else SAME


def _search(filter_string: str = "", **more: Any) -> Command:
    return Command("search_runs", {"experiment_ids": ["0"], "filter_string": filter_string, **more}, walk=True)


def _runs(*numbers: int) -> Pages:
    return [[f"<run {number}>" for number in numbers]]


DECISIONS: Sequence[Decision] = (
    Decision(
        "infinities-are-kept",
        "MLflow stores the largest float in place of infinity, which cannot be told from a measurement.",
        _infinities,
        [_RUN, *_logged((float("inf"), 1, 1)), _READ, *_logged((float("-inf"), 2, 2)), _READ],
    ),
    Decision(
        "infinity-is-not-below-infinity",
        "A number in a filter that is too large for a float is infinite, and so equals a stored infinity.",
        _infinite_filter,
        [_RUN, *_logged((float("inf"), 1, 1)), _search("metrics.m < 1e400")],
        ours=[[]],
    ),
    Decision(
        "nan-comes-first-in-a-history",
        "MLflow orders NaN among the zeros, in an order that depends on the database.",
        _nan_first,
        [_RUN, *_logged((-1.0, 1, 1), (float("nan"), 1, 1), (1.0, 1, 1)), Command("get_metric_history", {"run_id": Ref(0), "key": "m"})],
    ),
    Decision(
        "nan-loses-to-zero",
        "At one step and time NaN and 0.0 rank the same in MLflow, so that the first to arrive stays the latest.",
        _nan_below_zero,
        [_RUN, *_logged((float("nan"), 1, 1), (0.0, 1, 1)), _READ],
    ),
    Decision(
        "times-and-steps-are-whole",
        "MLflow stores a fraction in a column of integers, which other databases then refuse or round.",
        _fractions,
        [_RUN, *_logged((1.0, 1, 1.5))],
        ends=True,
    ),
    Decision(
        "numbers-beyond-64-bits-are-invalid",
        "A time or step that no database can hold is an invalid value; in MLflow it is an internal error.",
        _too_large,
        [_RUN, *_logged((1.0, 1, 2**63), (10**400, 1, 1))],
    ),
    Decision(
        "batches-take-values-of-any-type",
        "log_batch makes texts of the values of params and tags as log_param and set_tag do; MLflow fails on them.",
        _untyped_batch,
        [
            _RUN,
            Command("log_batch", {"run_id": Ref(0), "tags": [New("RunTag", {"key": "k", "value": 1.5})]}),
            _search("tags.k = '1.5'"),
        ],
        ends=True,
        ours=_runs(0),
    ),
    Decision(
        "tags-of-new-runs-are-checked",
        "MLflow checks tags everywhere but in create_run; such tags cannot be changed or deleted later.",
        _refused("create_run", "tags", _illegal_tags),
        [Command("create_run", {"experiment_id": "0", "start_time": 1, "run_name": "r", "tags": {"a@b": "1"}})],
        ends=True,
    ),
    Decision(
        "a-taken-name-is-taken",
        "Renaming an experiment to a name in use fails as creating it does; MLflow shows the database's error.",
        _taken_name,
        [_EXPERIMENT, Command("rename_experiment", {"experiment_id": "0", "new_name": "e"})],
    ),
    Decision(
        "an-unknown-status-is-an-mlflow-error",
        "MLflow raises a bare Exception, which no caller can tell from a failure.",
        _unknown_status,
        [_RUN, Command("update_run", {"run_id": Ref(0), "status": "X"})],
    ),
    Decision(
        "malformed-run-ids-are-refused",
        "MLflow checks ids in some methods only: the same id is invalid, unknown, or without any metrics.",
        _malformed_run,
        [Command("get_metric_history", {"run_id": "x y", "key": "m"})],
    ),
    Decision(
        "malformed-experiment-ids-are-refused",
        "MLflow takes an empty id for the default experiment or fails in the database.",
        _malformed_experiment,
        [Command("rename_experiment", {"experiment_id": None, "new_name": "x"})],
        ends=True,
    ),
    Decision(
        "new-runs-have-outputs",
        "create_run returns a run of the same shape as get_run; in MLflow its outputs are None.",
        _outputs_of_new_runs,
        [_RUN],
    ),
    Decision(
        "keywords-in-any-case",
        "LIKE may be written in any case in every search; MLflow's search of experiments wants capitals.",
        _any_case,
        [Command("search_experiments", {"filter_string": "name like 'D%'"}, walk=True)],
        ours=[["0"]],
    ),
    Decision(
        "numbers-in-any-form",
        "A number in a filter is written as Python writes it; MLflow refuses +1 and, but for -1e5, -1e+5.",
        _number_forms,
        [_RUN, *_logged((-1e300, 1, 1)), _search("metrics.m = -1e+300 AND metrics.m < +1")],
        ours=_runs(0),
    ),
    Decision(
        "unquoted-keys-may-be-numbers",
        "A part of a key that is a number needs no quotes; in MLflow it does.",
        _number_keys,
        [
            _RUN,
            Command("log_param", {"run_id": Ref(0), "key": "a.0", "value": "v"}),
            _search("params.a.0 = 'v'", order_by=["params.a.0"]),
        ],
        ours=_runs(0),
    ),
    Decision(
        "tags-change-experiments",
        "Setting or deleting a tag of an experiment is a change, so it moves last_update_time.",
        _tagged_experiments,
        [
            Command("set_experiment_tag", {"experiment_id": "0", "key": "a", "value": "1"}, START + 5_000),
            Command("get_experiment", {"experiment_id": "0"}, START + 9_000),
        ],
    ),
    Decision(
        "names-outlive-their-tag",
        "A run whose tag mlflow.runName was deleted still has a name, and is found by it.",
        _lost_names,
        [_RUN, Command("delete_tag", {"run_id": Ref(0), "key": "mlflow.runName"}), _search("run_name = 'r'")],
        ours=_runs(0),
    ),
    Decision(
        "ilike-knows-every-alphabet",
        "ILIKE ignores the case of all letters; MLflow on SQLite that of A to Z only.",
        _ilike,
        [Command("create_run", {"experiment_id": "0", "start_time": 1, "run_name": "\u00c9"}), _search("run_name ILIKE '\u00e9'")],
        ours=_runs(0),
    ),
    Decision(
        "page-tokens-are-keysets",
        "A token says after which run a page starts, and belongs to one search; MLflow's holds an offset.",
        _stock_token,
        [_RUN, Command("search_runs", {"experiment_ids": ["0"], "page_token": "eyJvZmZzZXQiOiAxfQ=="})],
    ),
    Decision(
        "keys-end-without-a-newline",
        "MLflow's pattern lets one trailing newline through.",
        _refused("set_tag", "key", lambda key: isinstance(key, str) and key.endswith("\n")),
        [_RUN, Command("set_tag", {"run_id": Ref(0), "key": "a\n", "value": "1"})],
        ends=True,
    ),
)  # fmt: skip
