"""The differences about logged models that are meant; see `decisions.DECISIONS`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.compat.differential import model_predicates as when
from tests.compat.differential.comparing import Decision
from tests.compat.differential.wire import Command, ModelRef, Ref

_RUN: Final = Command("create_run", {"experiment_id": "0", "start_time": 1, "run_name": "r"})
_MODEL: Final = Command("create_logged_model", {"experiment_id": "0", "name": "a"})
_READ: Final = Command("get_logged_model", {"model_id": ModelRef(0)})
_FIRST: Final = [["<model 0>"]]


def _measured(value: Any, at: int, **more: Any) -> Command:
    point = {"key": "m", "value": value, "timestamp": at, "step": 1, "model_id": ModelRef(0), **more}
    return Command("log_metric", {"run_id": Ref(0), **point})


def _search(filter_string: str | None = None, **more: Any) -> Command:
    arguments = {"experiment_ids": ["0"], "filter_string": filter_string, **more}
    return Command("search_logged_models", arguments, walk=True)


def _on_model(name: str, **arguments: Any) -> Command:
    return Command(name, {"model_id": ModelRef(0), **arguments})


_DELETED: Final = [_MODEL, _on_model("set_logged_model_tags", tags={"a": "1"}), _on_model("delete_logged_model")]

MODEL_DECISIONS: Sequence[Decision] = (
    Decision(
        "models-keep-every-point",
        "At one step and time a run may measure a model on two datasets, or more than once; MLflow's database fails.",
        when.every_point,
        [_RUN, _MODEL, _measured(1.0, 1), _measured(2.0, 1)],
        ends=True,
    ),
    Decision(
        "models-keep-nan",
        "NaN that was measured on a model is NaN; MLflow stores 0 in its place, which matches filters and orders.",
        when.nan_values,
        [_RUN, _MODEL, _measured(float("nan"), 1), _READ],
    ),
    Decision(
        "missing-models-are-missing",
        "A metric of a model that does not exist is refused whole; MLflow shows a database error and writes a part.",
        when.missing_model,
        [_RUN, _measured(1.0, 1)],
    ),
    Decision(
        "deleted-models-stay-as-they-are",
        "A deleted model is not found by what would change it; MLflow changes what nobody can read any more.",
        when.deleted_model,
        [*_DELETED, _on_model("finalize_logged_model", status="READY")],
        ends=True,
    ),
    Decision(
        "deleted-models-have-no-tags",
        "A tag of a deleted model cannot be deleted, whether it is there or not; MLflow looks for it.",
        when.deleted_model_tag,
        [*_DELETED, _on_model("delete_logged_model_tag", key="b")],
    ),
    Decision(
        "params-of-models-may-be-repeated",
        "A param of a model may be given its own value again, as a run's; MLflow shows a database error.",
        when.repeated_params,
        [
            _MODEL, _on_model("log_model_params", params={"p": "1"}), _on_model("log_model_params", params={"p": "1"}),
            _search("params.p = '1'"),
        ],
        ends=True,
        ours=_FIRST,
    ),
    Decision(
        "texts-of-models-have-limits",
        "Texts that the columns of MLflow's own database do not hold are refused; SQLite takes them, others do not.",
        when.oversized,
        [Command("create_logged_model", {"experiment_id": "0", "name": "x" * 501})],
        ends=True,
    ),
    Decision(
        "models-have-one-of-three-statuses",
        "UNSPECIFIED stands for no status on the wire; a model cannot be given it.",
        when.unspecified,
        [_MODEL, _on_model("finalize_logged_model", status="UNSPECIFIED")],
        ends=True,
    ),
    Decision(
        "statuses-are-found-by-name",
        "MLflow compares the number that it stores, so that no name is ever found; here names are, and numbers.",
        when.named_status,
        [_MODEL, _search("status = 'PENDING'")],
        ours=_FIRST,
    ),
    Decision(
        "double-quotes-are-quotes",
        "Double quotes mean in a filter of models what they mean in other filters; in MLflow they belong to the text.",
        when.double_quotes,
        [_MODEL, _search('name = "a"')],
        ours=_FIRST,
    ),
    Decision(
        "texts-in-filters-are-quoted",
        "A text without quotes, an empty list, nan or inf is a mistake, as in other filters; MLflow finds nothing.",
        when.bare_values,
        [_MODEL, _search("name = a")],
    ),
    Decision(
        "models-are-found-by-what-they-say",
        "Columns of MLflow's table that say nothing of a model that a search can find are no attributes.",
        when.other_attributes,
        [_MODEL, _search("lifecycle_stage = 'active'")],
    ),
    Decision(
        "mistakes-about-models-are-invalid",
        "Where MLflow fails with an error of Python or of its database, the argument is an invalid one.",
        when.crashes,
        [
            _MODEL, _search("foo = 'x'"), _search(order_by=["name"]), _search(page_token="abc"),
            Command("create_logged_model", {"experiment_id": "0", "name": 5}),
        ],
    ),
    Decision(
        "orders-of-models-are-read-whole",
        "What an order names in vain, such as a digest without its dataset, is a mistake; MLflow ignores it.",
        when.ignored_orders,
        [_MODEL, _search(order_by=[{"field_name": "name", "descending": True}])],
    ),
    Decision(
        "pages-of-models-have-sizes",
        "A page has 1 to 50,000 models, as of runs; MLflow answers a negative size with nothing.",
        when.page_sizes,
        [_MODEL, Command("search_logged_models", {"experiment_ids": ["0"], "max_results": -1})],
    ),
    Decision(
        "empty-filters-and-orders-have-pages",
        "An empty filter or order is none on every page; MLflow gives a token for it that it then refuses.",
        when.empty_filter,
        [_MODEL, _MODEL, _search("", max_results=1, order_by=[{"field_name": "model_id"}])],
        ours=[["<model 0>"], ["<model 1>"]],
    ),
    Decision(
        "no-digest-is-any-digest",
        "A dataset whose digest is None is any of that name, as without the entry; in MLflow it is none.",
        when.absent_digest,
        [
            _RUN, _MODEL, _measured(1.0, 1, dataset_name="d", dataset_digest="1"),
            _search(datasets=[{"dataset_name": "d", "dataset_digest": None}]),
        ],
        ours=_FIRST,
    ),
)  # fmt: skip
