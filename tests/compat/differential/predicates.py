"""When exactly a decided difference holds, and what we answer then: one function a decision."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any, Final

from tests.compat.differential.comparing import ANY, SAME, Seen
from tests.compat.differential.performing import START
from tests.compat.differential.wire import Entity, Pages, Raised

REFUSED: Final = Raised("MlflowException", "INVALID_PARAMETER_VALUE")

_METRIC_FIELDS: Final = ("RunData.metrics", "Metric.value")
_LARGEST: Final = sys.float_info.max
_UNREAD: Final = ("Invalid clause", "Invalid filter string", "Expected numeric")
_DRIVER_ERRORS: Final = r"int too large|surrogates not allowed|float\(\) argument must be"


def infinities(seen: Seen) -> Any:
    """Stock shows the largest float."""
    if seen.field in _METRIC_FIELDS and seen.stock in (_LARGEST, -_LARGEST):
        return float("inf") if seen.stock > 0 else float("-inf")
    return SAME


def infinite_filter(seen: Seen) -> Any:
    """The filter has an infinite number."""
    return ANY if not seen.field and re.search(r"[<>=] ?-?1e400", _filter(seen)) else SAME


def number_forms(seen: Seen) -> Any:
    """Stock does not see a number in one."""
    refused = isinstance(seen.stock, Raised) and seen.stock.message.startswith(_UNREAD)
    return ANY if refused and re.search(r"[<>=] *(\+\d|-?\d[\d.]*e\+\d)", _filter(seen), re.IGNORECASE) else SAME


def number_keys(seen: Seen) -> Any:
    """Stock does not see a key in one with a part that is a number."""
    texts = (_filter(seen), *map(str, seen.command.arguments.get("order_by") or ()))
    found = any(re.search(r"(?:metric|param|tag)\w*(?:\.\w+)*\.\d", text) for text in texts)
    return ANY if found and isinstance(seen.stock, Raised) and seen.stock.code is not None else SAME


def nan_first(seen: Seen) -> Any:
    """A history that has NaN."""
    if seen.command.name != "get_metric_history" or seen.field or not isinstance(seen.stock, list):
        return SAME
    ordered = sorted(seen.stock, key=_history_rank)
    return SAME if ordered == seen.stock else ordered


def _history_rank(point: Entity) -> tuple[int, int, bool, float]:
    value = point.fields["value"]
    return point.fields["timestamp"], point.fields["step"], value == value, value if value == value else 0.0


def nan_below_zero(seen: Seen) -> Any:
    """At the latest step and time there is a 0.0 beside the NaN that came first."""
    if seen.field != "RunData.metrics" or seen.parent is None or seen.stock == seen.stock:
        return SAME
    fields = seen.parent.fields
    at = [fields["latest"][key] for key, value in fields["metrics"].items() if value != value]
    zeros = [
        [command.arguments["step"], command.arguments["timestamp"]]
        for command, answer in seen.before
        if command.name == "log_metric" and answer is None and command.arguments["value"] == 0
    ]
    return 0.0 if any(place in zeros for place in at) else SAME


def refused(command: str, argument: str, is_wrong: Callable[[Any], bool]) -> Callable[[Seen], Any]:
    """A value of an argument that stock takes and we refuse; of several faults either may be named."""

    def expected(seen: Seen) -> Any:
        wrong = seen.command.name == command and not seen.field and is_wrong(seen.command.arguments.get(argument))
        is_refused = isinstance(seen.stock, Raised) and seen.stock.code != REFUSED.code
        return REFUSED if wrong and not is_refused else SAME

    return expected


def bad_times(seen: Seen) -> Any:
    """Stock stores a time or step that is not whole, or a time before 1970."""
    points = [seen.command.arguments, *(new.arguments for new in seen.command.arguments.get("metrics", ()))]
    wrong = [
        value
        for point in points
        for name in ("timestamp", "step", "start_time", "end_time")
        if isinstance(value := point.get(name), (int, float)) and (value % 1 or (value < 0 and name != "step"))
    ]
    return REFUSED if wrong and not seen.field and not isinstance(seen.stock, Raised) else SAME


def unstorable(seen: Seen) -> Any:
    """The driver of stock's database fails on a value."""
    if isinstance(seen.stock, Raised) and seen.stock.code in ("INTERNAL_ERROR", None):
        return REFUSED if re.search(_DRIVER_ERRORS, seen.stock.message) else SAME
    return SAME


def untyped_batch(seen: Seen) -> Any:
    """Stock takes the length of a value that has none, or shows a tag that is None."""
    if seen.field == "RunData.tags" and seen.stock is None:
        return "None"
    is_crash = isinstance(seen.stock, Raised) and seen.stock.kind == "TypeError"
    return ANY if seen.command.name == "log_batch" and is_crash and "has no len()" in seen.stock.message else SAME


def illegal_tags(tags: Any) -> bool:
    """Whether a tag has a key that cannot be set."""
    return any(not isinstance(key, str) or re.fullmatch(r"[/\w.\- :]{1,250}", key) is None for key in tags or {})


def empty_name(seen: Seen) -> Any:
    """Stock fails on a run whose name tag is empty."""
    is_empty = (
        seen.command.name == "create_run" and (seen.command.arguments.get("tags") or {}).get("mlflow.runName") == ""
    )
    return ANY if is_empty and isinstance(seen.stock, Raised) and seen.stock.code == "BAD_REQUEST" else SAME


def taken_name(seen: Seen) -> Any:
    """Stock shows the error of its database."""
    if seen.command.name != "rename_experiment" or not isinstance(seen.stock, Raised):
        return SAME
    is_taken = seen.stock.code == "BAD_REQUEST" and "UNIQUE constraint" in seen.stock.message
    return Raised("MlflowException", "RESOURCE_ALREADY_EXISTS") if is_taken else SAME


def unknown_status(seen: Seen) -> Any:
    """Stock raises a bare Exception."""
    if not isinstance(seen.stock, Raised) or seen.stock.kind != "Exception":
        return SAME
    return REFUSED if "Could not get run status" in seen.stock.message else SAME


def unknown_view(seen: Seen) -> Any:
    """The view is none of the three."""
    given = seen.command.arguments
    view = given.get("run_view_type", given.get("view_type", 1))
    return REFUSED if view not in (1, 2, 3) and seen.stock == [] else SAME


def missing_text(seen: Seen) -> Any:
    """A name or key that is read or deleted is None."""
    reads = {
        "get_experiment_by_name": "name",
        "get_metric_history": "key",
        "delete_tag": "key",
        "delete_experiment_tag": "key",
    }
    argument = reads.get(seen.command.name)
    if argument is None or seen.field or seen.command.arguments.get(argument, "") is not None:
        return SAME
    is_plain = not isinstance(seen.stock, Raised) or seen.stock.message.startswith("No tag")
    return REFUSED if is_plain else SAME


def malformed_run(seen: Seen) -> Any:
    """The id of a run cannot be one."""
    given = seen.command.arguments.get("run_id", "0")
    is_run = seen.command.name != "create_model_version"  # which keeps any text
    return REFUSED if is_run and given in ("x y", "", None) and not seen.field else SAME


def malformed_experiment(seen: Seen) -> Any:
    """The id of an experiment cannot be one."""
    given = seen.command.arguments.get("experiment_id", "0")
    return REFUSED if not seen.field and given in ("", None, "-1", 2**64) else SAME


def incomplete_dataset(seen: Seen) -> Any:
    """A dataset has no name or no source."""
    if seen.command.name != "log_inputs" or seen.field or isinstance(seen.stock, Raised):
        return SAME
    datasets = [used.arguments["dataset"].arguments for used in seen.command.arguments.get("datasets") or ()]
    return REFUSED if any("" in (each["name"], each["source"]) for each in datasets) else SAME


def new_outputs(seen: Seen) -> Any:
    """A new run has no outputs at all."""
    is_new = seen.command.name == "create_run" and seen.field == "Run.outputs" and seen.stock is None
    return Entity("RunOutputs", {"model_outputs": []}) if is_new else SAME


def cut_keys(seen: Seen) -> Any:
    """An order by a key that ends in a space, with its direction."""
    orders = map(str, seen.command.arguments.get("order_by") or ())
    is_cut = any(re.search(r" [`\"] +(?:asc|desc)$", text, re.IGNORECASE) for text in orders)
    return ANY if is_cut and not seen.field else SAME


def plain_lists(seen: Seen) -> Any:
    """A list has what means something in a Python literal, or nothing that Python can read."""
    text = _filter(seen)
    if seen.field or not re.search(r"\bIN *\(", text, re.IGNORECASE):
        return SAME
    is_unreadable = isinstance(seen.stock, Raised) and "malformed node" in seen.stock.message
    return ANY if is_unreadable or re.search(r"[\\\n]", text) else SAME


def lower_case_like(seen: Seen) -> Any:
    """Stock refuses an operator in lower case."""
    if not isinstance(seen.stock, Raised) or seen.command.name != "search_experiments":
        return SAME
    return ANY if re.search(r"Invalid comparator.*\bi?like\b", seen.stock.message) else SAME


def left_out(command: str, argument: str) -> Callable[[Seen], Any]:
    """Stock fails on an argument that is None."""

    def expected(seen: Seen) -> Any:
        is_none = seen.command.name == command and seen.command.arguments.get(argument, "") is None
        return ANY if is_none and isinstance(seen.stock, Raised) else SAME

    return expected


def tagged_experiments(seen: Seen) -> Any:
    """An experiment's last change was to a tag."""
    if seen.field == "Experiment.last_update_time" and seen.parent is not None:
        return _tagged_at(seen, seen.parent.fields["experiment_id"]) or SAME
    given = (_filter(seen), *map(str, seen.command.arguments.get("order_by") or ()))
    is_search = seen.command.name == "search_experiments" and isinstance(seen.stock, Pages)
    by_time = any("last_update_time" in text for text in given)
    return ANY if is_search and by_time and any(_tagged_at(seen, str(id)) for id in range(20)) else SAME


def _tagged_at(seen: Seen, experiment_id: str) -> int | None:
    at = None
    for command, answer in seen.before:
        if command.arguments.get("experiment_id") != experiment_id or answer is not None:
            continue
        if command.name in ("set_experiment_tag", "delete_experiment_tag"):
            at = command.now or START
        elif command.name in ("delete_experiment", "restore_experiment", "rename_experiment"):
            at = None
    return at


def lost_names(seen: Seen) -> Any:
    """A run lost the tag that holds its name."""
    texts = (_filter(seen), *map(str, seen.command.arguments.get("order_by") or ()))
    if seen.command.name != "search_runs" or not any(re.search("run.?name", text, re.IGNORECASE) for text in texts):
        return SAME
    lost = any(
        command.name == "delete_tag" and command.arguments["key"] == "mlflow.runName" and answer is None
        for command, answer in seen.before
    )
    return ANY if lost and not seen.field and isinstance(seen.stock, Pages) else SAME


def other_alphabets(seen: Seen) -> Any:
    """ILIKE with a letter outside A to Z."""
    text = _filter(seen)
    is_folded = not text.isascii() and "ILIKE" in text.upper()
    return ANY if is_folded and not seen.field and isinstance(seen.stock, Pages) else SAME


def stock_token(seen: Seen) -> Any:
    """A page token of stock's."""
    token = seen.command.arguments.get("page_token")
    return REFUSED if token and not isinstance(seen.stock, Raised) and not seen.field else SAME


def _filter(seen: Seen) -> str:
    return str(seen.command.arguments.get("filter_string") or "")
