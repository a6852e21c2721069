"""The rules of logged models; expected answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

import re
from typing import Any

import pytest

from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.entities.logged_model import ModelMetric, ModelStatus
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import InvalidInput, NotFound, ParamConflict
from genesis_flow.settings import Settings


@pytest.fixture
def app() -> Application:
    """An application in memory."""
    return open_application(Settings("memory://", "memory://root"))


def test_a_new_model_is_pending_and_has_a_place(app: Application) -> None:
    """Its id is "m-" and 32 digits, its files are below those of the experiment, its name is made up."""
    model = app.logged_models.create("0", params={"p": "1"}, tags={"t": "2"}, type="Agent", source_run_id="nobody")

    assert re.fullmatch("m-[0-9a-f]{32}", model.id)
    assert f"memory://root/0/models/{model.id}/artifacts" == model.artifact_location
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d{1,4}", model.name)
    assert (ModelStatus.PENDING, {"p": "1"}, {"t": "2"}, "Agent", "nobody") == (
        model.status, model.params, model.tags, model.type, model.source_run_id,
    )
    assert model == app.logged_models.get(model.id)


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "a.b", "a%b", 'a"b', "a'b", 5, b"a", ["a"]])
def test_names_that_are_refused(app: Application, name: Any) -> None:
    """A name is a text with something in it, without what means something in a URI or a filter."""
    with pytest.raises(InvalidInput, match=r"^Invalid model name") as caught:
        app.logged_models.create("0", name=name)
    assert "name" == caught.value.field


@pytest.mark.parametrize("name", ["a b", "a\nb", "é", "a_b-c", "\\", "m-1", "x" * 500])
def test_names_that_are_allowed(app: Application, name: str) -> None:
    """Everything else is a name."""
    assert name == app.logged_models.create("0", name=name).name


@pytest.mark.parametrize(
    "given",
    [
        {"name": "x" * 501}, {"name": "\ud800"}, {"type": "x" * 501}, {"type": 5}, {"source_run_id": "x" * 257},
        {"tags": {"x" * 256: ""}}, {"tags": {"a": "x" * 65_536}}, {"params": {"x" * 256: ""}},
        {"params": {"a": "x" * 65_536}}, {"params": {"a": "\ud800"}}, {"tags": {5: "a"}},
    ],
)  # fmt: skip
def test_sizes_and_types(app: Application, given: dict[str, Any]) -> None:
    """Every text can be stored, and fits into every database that MLflow runs on (ours)."""
    with pytest.raises(InvalidInput):
        app.logged_models.create("0", **given)


@pytest.mark.parametrize("id", [None, "", 5, b"m"])
def test_ids_that_are_refused(app: Application, id: Any) -> None:
    """Every method wants a text with something in it."""
    for act in (
        app.logged_models.get, app.logged_models.delete, lambda id: app.logged_models.set_tags(id, {}),
        lambda id: app.logged_models.finalize(id, ModelStatus.READY), lambda id: app.logged_models.remove_tag(id, "a"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=r"^`model_id` must be a non-empty string, but got"):
            act(id)


def test_deleted_models_are_shown_to_who_asks(app: Application) -> None:
    """`allow_deleted` says so."""
    model = app.logged_models.create("0")
    app.logged_models.delete(model.id)

    assert model.id == app.logged_models.get(model.id, allow_deleted=True).id
    with pytest.raises(NotFound):
        app.logged_models.get(model.id)


def test_any_number_of_params(app: Application) -> None:
    """More than a hundred at once, each with its own value again, and none with another one."""
    model = app.logged_models.create("0")
    params = {f"p{number}": str(number) for number in range(500)}
    app.logged_models.log_params(model.id, params)
    app.logged_models.log_params(model.id, params)
    with pytest.raises(ParamConflict):
        app.logged_models.log_params(model.id, {"p0": "1"})
    assert params == app.logged_models.get(model.id).params


def measured(model_id: str, **changes: Any) -> ModelMetric:
    """A point of a logged model as the facade makes it."""
    point = {"key": "m", "value": 0.5, "timestamp": 1, "step": 2, "model_id": model_id, "run_id": ""}
    return ModelMetric(**point | changes)


def test_points_of_models_are_points_of_the_run(app: Application) -> None:
    """Both have it, the run once however many models were measured; the point of a model names the run."""
    run = app.lifecycle.create("0")
    ids = [app.logged_models.create("0").id for _ in range(2)]
    app.logging.log_batch(run.id, metrics=[*(measured(id) for id in ids), Metric("n", 1.0, 1, 1)])
    app.logging.log_metric(run.id, measured(ids[0], value=True and 7, step=3.0, dataset_name="d", dataset_digest="1"))

    assert [0.5, 7.0] == list(app.logging.history(run.id, "m").values)
    assert [1.0] == list(app.logging.history(run.id, "n").values)
    first, second = (app.logged_models.get(id).metrics for id in ids)
    assert [(0.5, run.id, None), (7.0, run.id, "d")] == [(p.value, p.run_id, p.dataset_name) for p in first]
    assert [measured(ids[1], run_id=run.id)] == list(second)
    assert {Metric} == {type(point) for point in app.lifecycle.get(run.id).metrics.values()}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset_name": "d"}, "^Both dataset_name and dataset_digest must be provided"),
        ({"dataset_digest": "1"}, "^Both dataset_name and dataset_digest must be provided"),
        ({"dataset_name": "", "dataset_digest": "1"}, "^Missing value for required parameter 'dataset_name'"),
        ({"dataset_name": "x" * 501, "dataset_digest": "1"}, "exceeds the maximum length"),
        ({"dataset_name": "d", "dataset_digest": "x" * 37}, "exceeds the maximum length"),
        ({"model_id": ""}, "^`model_id` must be a non-empty string"),
        ({"key": "a@b"}, "^Invalid value"),
        ({"value": "x"}, "^Invalid value"),
        ({"timestamp": -1}, "^Invalid value"),
    ],
)
def test_points_that_are_refused(app: Application, changes: dict[str, Any], message: str) -> None:
    """What no run's metric may be, no model's may be either; a dataset has a name and a digest."""
    run, model = app.lifecycle.create("0"), app.logged_models.create("0")
    for act in (
        lambda point: app.logging.log_metric(run.id, point),
        lambda point: app.logging.log_batch(run.id, metrics=[point]),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=message):
            act(measured(**{"model_id": model.id} | changes))
    assert ((), {}) == (app.logged_models.get(model.id).metrics, app.lifecycle.get(run.id).metrics)


@pytest.mark.parametrize("size", [-1, 50_001, 1.5, "2", True])
def test_page_sizes_that_are_refused(app: Application, size: Any) -> None:
    """A page has 1 to 50,000 models (ours: MLflow answers anything)."""
    with pytest.raises(InvalidInput):
        app.logged_models.find(["0"], max_results=size)


@pytest.mark.parametrize("size", [None, 0])
def test_a_hundred_is_the_default(app: Application, size: Any) -> None:
    """Without a size, or with 0."""
    for _ in range(101):
        app.logged_models.create("0")
    page = app.logged_models.find(["0", 0, "00"], max_results=size)
    assert (100, True) == (len(page.items), page.next_token is not None)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"experiment_ids": ["0", "1"]}, "Experiment IDs in the page token do not match the requested experiment IDs."
         " Expected: ['0', '1']. Found: ['0']"),
        ({"filter_string": "name = 'a'"}, "Filter string in the page token does not match the requested filter string."
         " Expected: name = 'a'. Found: name LIKE '%'"),
        ({"order_by": [{"field_name": "name"}]}, "Order by in the page token does not match the requested order by."
         " Expected: [{'field_name': 'name'}]. Found: None"),
        ({"datasets": [{"dataset_name": "d"}]}, "Invalid page token: it belongs to another search. Repeat the search"
         " with the filter, order and experiments that the token came from."),
    ],
)  # fmt: skip
def test_what_another_search_differs_in_is_said(app: Application, other: dict[str, Any], expected: str) -> None:
    """A token holds its search; datasets, which MLflow's does not hold, are said in our words."""
    for _ in range(2):
        app.logged_models.create("0", name="a")
    search: dict[str, Any] = {"experiment_ids": ["0"], "filter_string": "name LIKE '%'"}
    token = app.logged_models.find(max_results=1, **search).next_token

    with pytest.raises(InvalidInput) as caught:
        app.logged_models.find(page_token=token, **{**search, **other})
    assert ("page_token", expected) == (caught.value.field, caught.value.message)
    again = app.logged_models.find(page_token=token, **search, order_by=[])
    assert (1, None) == (len(again.items), again.next_token)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("name", True), ("name = 'a' OR name = 'b'", True), (" ", True), ("foo = 'a'", False), ("metrics.a = 'b'", False)],
)
def test_what_is_no_list_of_comparisons_is_an_invalid_filter_string(
    app: Application, text: str, expected: bool
) -> None:
    """It is shown whole, as in MLflow; a comparison that cannot be made is refused as in other searches (ours)."""
    with pytest.raises(InvalidInput) as caught:
        app.logged_models.find(["0"], filter_string=text)
    assert expected == caught.value.message.startswith(f"Invalid filter string: {text!r}. Expected a list of")
