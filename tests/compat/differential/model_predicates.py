"""When exactly a decided difference about logged models holds, and what we answer then: one function a decision."""

from __future__ import annotations

import re
from typing import Any, Final

from tests.compat.differential.comparing import ANY, SAME, Seen
from tests.compat.differential.predicates import REFUSED
from tests.compat.differential.wire import ModelRef, Pages, Raised

MISSING: Final = Raised("MlflowException", "RESOURCE_DOES_NOT_EXIST")

_SEARCH: Final = "search_logged_models"
_LIMITS: Final = {"name": 500, "model_type": 500, "source_run_id": 256}
_STATUS: Final = re.compile(r"\bstatus`? *(?:!?=|i?like|(?:not +)?in)", re.IGNORECASE)
_BARE: Final = re.compile(
    r"(?:=|\blike\b) *[\w.]+(?=\s|$)|\bin *\(\s*\)|[<>=] *(?:nan|inf)\b|\w+\.\w*[^\w\s.`'\"]\w* *[<>=!]", re.IGNORECASE
)
_CRASH: Final = re.compile(
    r"has no attribute|not iterable|could not convert string to float|Incorrect padding|NOT NULL constraint"
    r"|slice indices|can only concatenate|function is_ at"
)


def every_point(seen: Seen) -> Any:
    """Stock has no room for a second value of a step, time and run."""
    return None if _stock_says(seen, "UNIQUE constraint failed: logged_model_metrics") else SAME


def nan_values(seen: Seen) -> Any:
    """Stock shows 0.0 where NaN was measured."""
    if seen.field != "Metric.value" or seen.parent is None or seen.stock != 0.0:
        return SAME
    point = seen.parent.fields
    measured = any(
        command.name == "log_metric" and isinstance(command.arguments.get("model_id"), ModelRef)
        and str(command.arguments["value"]) == "nan" and command.arguments["timestamp"] == point["timestamp"]
        for command, _ in seen.before
    )  # fmt: skip
    return float("nan") if measured and point["model_id"] else SAME


def missing_model(seen: Seen) -> Any:
    """Stock shows the error of its database."""
    return MISSING if _stock_says(seen, "FOREIGN KEY constraint failed") else SAME


def deleted_model(seen: Seen) -> Any:
    """Stock changes a model that is deleted."""
    given = seen.command.arguments
    models = [given.get("model_id"), *(new.arguments.get("model_id") for new in given.get("metrics") or ())]
    changes = ("finalize_logged_model", "delete_logged_model_tag", "log_metric", "log_batch")
    is_change = seen.command.name in changes and not seen.field and not isinstance(seen.stock, Raised)
    deleted = any(isinstance(model, ModelRef) and _is_deleted(seen, model) for model in models)
    return MISSING if is_change and deleted else SAME


def deleted_model_tag(seen: Seen) -> Any:
    """Stock looks for the tag of a model that is deleted."""
    given = seen.command.arguments.get("model_id")
    is_change = seen.command.name == "delete_logged_model_tag" and isinstance(given, ModelRef)
    return MISSING if is_change and _is_deleted(seen, given) and isinstance(seen.stock, Raised) else SAME


def _is_deleted(seen: Seen, model: ModelRef) -> bool:
    made = _made_before(seen, len(seen.before))
    return any(
        command.name == "delete_logged_model"
        and answer is None
        and isinstance(ref := command.arguments["model_id"], ModelRef)
        and ref.number % _made_before(seen, number) == model.number % made
        for number, (command, answer) in enumerate(seen.before)
    )


def _made_before(seen: Seen, number: int) -> int:
    made = [c.name == "create_logged_model" and not isinstance(a, Raised) for c, a in seen.before[:number]]
    return sum(made) or 1


def repeated_params(seen: Seen) -> Any:
    """Stock's database refuses a param that is there, whatever its value."""
    return ANY if _stock_says(seen, "UNIQUE constraint failed: logged_model_params") else SAME


def oversized(seen: Seen) -> Any:
    """Stock on SQLite takes texts that its columns have no room for."""
    is_model = seen.command.name in ("create_logged_model", "set_logged_model_tags", "log_model_params")
    if not is_model or seen.field or isinstance(seen.stock, Raised):
        return SAME
    given = seen.command.arguments
    long = any(len(str(given.get(name) or "")) > limit for name, limit in _LIMITS.items())
    texts = {**(given.get("tags") or {}), **(given.get("params") or {})}
    long |= any(len(str(key)) > 255 or len(str(value)) > 65_535 for key, value in texts.items())
    return REFUSED if long else SAME


def unspecified(seen: Seen) -> Any:
    """Stock takes the status that says nothing."""
    is_it = seen.command.name == "finalize_logged_model" and seen.command.arguments["status"] == "UNSPECIFIED"
    return REFUSED if is_it and not seen.field and not isinstance(seen.stock, Raised) else SAME


def named_status(seen: Seen) -> Any:
    """Stock compares the status as the text of its number."""
    found = _is_search(seen) and _STATUS.search(_filter(seen))
    return ANY if found and isinstance(seen.stock, Pages) and re.search("[A-Za-z%_]", _values(_filter(seen))) else SAME


def _values(text: str) -> str:
    return "".join(re.findall(r"status`?[^'\"]*?((?:'[^']*'|\"[^\"]*\"))", text))


def double_quotes(seen: Seen) -> Any:
    """Stock takes double quotes for a part of the value or key."""
    return ANY if _is_search(seen) and '"' in _filter(seen) and isinstance(seen.stock, Pages) else SAME


def bare_values(seen: Seen) -> Any:
    """Stock takes for a text what has no quotes, and any word for a key."""
    text = re.sub(r"'[^']*'|`[^`]*`", "''", _filter(seen))
    text = re.sub(r"(?:metrics\.\S+|\w+_time\w*|status) *[<>=!]+ *[-+.\de]+(?=\s|$)", "", text)
    return REFUSED if _is_search(seen) and isinstance(seen.stock, Pages) and _BARE.search(text) else SAME


def other_attributes(seen: Seen) -> Any:
    """Stock can search and order by every column of its table."""
    given = (_filter(seen), *(row.get("field_name") for row in _rows(seen, "order_by")))
    named = any(re.search(r"\b(?:lifecycle_stage|status_message)\b", str(text)) for text in given)
    return REFUSED if _is_search(seen) and named and isinstance(seen.stock, Pages) else SAME


def crashes(seen: Seen) -> Any:
    """Stock fails with an error of Python or of its database."""
    about_models = "model" in seen.command.name and isinstance(seen.stock, Raised) and not seen.field
    return REFUSED if about_models and _CRASH.search(seen.stock.message) else SAME


def ignored_orders(seen: Seen) -> Any:
    """Stock ignores a part of an order."""
    wrong = any(
        (row.get("dataset_digest") and not row.get("dataset_name"))
        or (row.get("dataset_name") and not str(row.get("field_name")).startswith("metrics."))
        or set(row) - {"field_name", "ascending", "dataset_name", "dataset_digest"}
        for row in _rows(seen, "order_by")
    )
    return REFUSED if _is_search(seen) and wrong and isinstance(seen.stock, Pages) else SAME


def page_sizes(seen: Seen) -> Any:
    """Stock takes any number for the size of a page."""
    size = seen.command.arguments.get("max_results")
    wrong = isinstance(size, int) and not 0 <= size <= 50_000
    return REFUSED if _is_search(seen) and wrong and not isinstance(seen.stock, Raised) else SAME


def empty_filter(seen: Seen) -> Any:
    """The second page of a search with an empty filter or order is asked for."""
    given = seen.command.arguments
    is_empty = _is_search(seen) and (given.get("filter_string") == "" or given.get("order_by") == [])
    is_refused = isinstance(seen.stock, Raised) and "in the page token does not match" in seen.stock.message
    return ANY if is_empty and is_refused else SAME


def absent_digest(seen: Seen) -> Any:
    """A dataset has a digest that is None."""
    found = any("dataset_digest" in row and row["dataset_digest"] is None for row in _rows(seen, "datasets"))
    return ANY if _is_search(seen) and found and isinstance(seen.stock, Pages) else SAME


def _is_search(seen: Seen) -> bool:
    return seen.command.name == _SEARCH and not seen.field


def _filter(seen: Seen) -> str:
    return str(seen.command.arguments.get("filter_string") or "")


def _rows(seen: Seen, argument: str) -> list[dict[str, Any]]:
    rows = seen.command.arguments.get(argument) or []
    return [row for row in rows if isinstance(row, dict)]


def _stock_says(seen: Seen, text: str) -> bool:
    return isinstance(seen.stock, Raised) and not seen.field and text in seen.stock.message
