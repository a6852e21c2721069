"""Runs below the facade: rules hold for every caller, not only for MLflow's clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.entities.dataset import CONTEXT_TAG, Dataset, DatasetInput, DatasetUse
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import ModelOutput
from genesis_flow.domain.errors import Inactive, InvalidInput, InvalidSearch, NotFound, ParamConflict
from genesis_flow.domain.values.lifecycle import RunStatus
from genesis_flow.settings import Settings

ID = "a" * 32


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    """A new application on a store in memory."""
    made = open_application(Settings("memory://", str(tmp_path)))
    yield made
    made.close()


def dataset(**changes: Any) -> DatasetInput:
    given = {"name": "n", "digest": "d", "source_type": "t", "source": "s", "schema": None, "profile": None, **changes}
    return DatasetInput(Dataset(**given), {})


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda a, r: a.lifecycle.create("0", started_at=-1), "start_time"),
        (lambda a, r: a.lifecycle.create("0", user_id=5), "user_id"),
        (lambda a, r: a.lifecycle.create("0", name=5), "run_name"),
        (lambda a, r: a.lifecycle.create("0", tags={"a@": "b"}), "key"),
        (lambda a, r: a.lifecycle.update(r, ended_at=0.5), "end_time"),
        (lambda a, r: a.lifecycle.update(r, name="\ud800"), "run_name"),
        (lambda a, r: a.lifecycle.get("x y"), "run_id"),
        (lambda a, r: a.logging.log_metric(r, Metric("a@", 1.0, 1, 1)), "name"),
        (lambda a, r: a.logging.log_metric(r, Metric("a", None, 1, 1)), "value"),
        (lambda a, r: a.logging.log_metric(r, Metric("a", "1", 1, 1)), "value"),
        (lambda a, r: a.logging.log_metric(r, Metric("a", 1.0, -1, 1)), "timestamp"),
        (lambda a, r: a.logging.log_metric(r, Metric("a", 1.0, 1, 2**63)), "step"),
        (lambda a, r: a.logging.log_param(r, "a@", "v"), "key"),
        (lambda a, r: a.logging.log_param(r, "a", 5), "value"),
        (lambda a, r: a.logging.set_tag(r, "a", None), "value"),
        (
            lambda a, r: a.logging.log_batch(r, metrics=[Metric("a", 1.0, 1, 1), Metric("a@", 1.0, 1, 1)]),
            "metrics[1].name",
        ),
        (
            lambda a, r: a.logging.log_batch(r, metrics=[Metric("a", 1.0, 1, 1), Metric("a", 1.0, 1, "x")]),
            "metrics[1].step",
        ),
        (lambda a, r: a.logging.log_batch(r, params=[("a", "1"), ("a@", "1")]), "params[1].key"),
        (lambda a, r: a.logging.log_batch(r, params=[("a", "1"), ("a", "1")]), "params"),
        (lambda a, r: a.logging.log_batch(r, tags=[("a", "1"), ("b", 5)]), "tags[1].value"),
        (lambda a, r: a.logging.log_inputs(r, datasets=[dataset(digest="")]), "digest"),
        (lambda a, r: a.logging.log_inputs(r, datasets=[dataset(schema=5)]), "schema"),
        (lambda a, r: a.logging.log_inputs(r, model_inputs=[5]), "model_id"),
        (lambda a, r: a.logging.log_inputs(r, model_outputs=[ModelOutput("m", "x")]), "step"),
        (lambda a, r: a.search.find(["x"]), "experiment_id"),
        (lambda a, r: a.search.find(["0"], max_results=0), "max_results"),
        (lambda a, r: a.search.find(["0"], filter_string="x"), "filter_string"),
        (lambda a, r: a.search.find(["0"], order_by=["x"]), "order_by"),
        (lambda a, r: a.search.find(["0"], page_token="!"), "page_token"),
    ],
)
def test_what_breaks_a_rule_names_its_field(app: Application, call: Any, field: str) -> None:
    """Nothing is stored of the whole call."""
    before = app.lifecycle.create("0", name="n")
    with pytest.raises(InvalidInput) as caught:
        call(app, before.id)

    assert field == caught.value.field
    assert [before] == list(app.search.find(["0"]).items)


def test_a_search_names_the_place(app: Application) -> None:
    """Where in the text it stopped understanding."""
    text = "params.a = 'x' AND metrics.m > 'y'"
    with pytest.raises(InvalidSearch) as caught:
        app.search.find(["0"], filter_string=text)

    assert (text, True) == (caught.value.text, 0 <= caught.value.position <= len(text))


def test_runs_in_other_states(app: Application) -> None:
    """Missing, deleted, or with another value."""
    id = app.lifecycle.create("0").id
    app.logging.log_param(id, "p", "1")
    with pytest.raises(ParamConflict) as caught:
        app.logging.log_batch(id, params=[("q", "1"), ("p", "2")])
    app.lifecycle.delete(id)
    for kind, run_id in ((NotFound, ID), (Inactive, id)):
        for call in (
            lambda run_id=run_id: app.logging.log_batch(run_id, tags=[("t", "1")]),
            lambda run_id=run_id: app.logging.log_inputs(run_id, model_inputs=["m"]),
            lambda run_id=run_id: app.lifecycle.update(run_id, status=RunStatus.FAILED),
        ):
            with pytest.raises(kind):
                call()

    assert (id, (("p", "1", "2"),)) == (caught.value.run_id, caught.value.changes)


def test_an_end_has_a_time(app: Application) -> None:
    """Now, or the one that is given; nothing else changes."""
    started = app.lifecycle.create("0", name="n", tags={"k": "v"})
    now = app.lifecycle.end(started.id)
    given = app.lifecycle.end(started.id, status=RunStatus.KILLED, ended_at=7)

    assert (RunStatus.FINISHED, True) == (now.status, (now.ended_at or 0) >= started.started_at)
    assert (RunStatus.KILLED, 7, "n", "v") == (given.status, given.ended_at, given.name, given.tags["k"])


def test_where_artifacts_go(app: Application) -> None:
    """Below the experiment's location, as it was when the experiment was made."""
    id = app.experiments.create("e", artifact_location="s3://bucket/top/").id
    run = app.lifecycle.create(id)

    assert f"s3://bucket/top/{run.id}/artifacts" == run.artifact_uri


def test_nothing_is_searched_nowhere(app: Application) -> None:
    """No experiment, no run; but wrong arguments are wrong all the same."""
    app.lifecycle.create("0")

    assert ([], None) == (list(app.search.find([]).items), app.search.find([]).next_token)
    with pytest.raises(InvalidInput):
        app.search.find([], max_results=0)


def test_uses_of_datasets_are_listed_once(app: Application) -> None:
    """Of the experiments that are asked for, deleted runs included, each with what it was used for."""
    other = app.experiments.create("other").id
    runs = [app.lifecycle.create(id).id for id in ("0", "0", other)]
    train, plain = attrs.evolve(dataset(), tags={CONTEXT_TAG: "train"}), dataset(name="m")
    for run_id, used in zip(runs, ([train, plain], [train], [plain]), strict=True):
        app.logging.log_inputs(run_id, datasets=used)
    app.lifecycle.delete(runs[0])
    own = {DatasetUse("0", "n", "d", "train"), DatasetUse("0", "m", "d", None)}

    assert own == set(app.search.dataset_uses(["0"]))
    assert 2 == len(app.search.dataset_uses(["0"]))
    assert own | {DatasetUse(other, "m", "d", None)} == set(app.search.dataset_uses(["0", other]))
    assert 1 == len(app.search.dataset_uses(["0", other], most=1))
    assert [] == app.search.dataset_uses([])


def test_several_params_are_refused_together(app: Application) -> None:
    """The list of changes is there also where there is one, for callers that promise MLflow's words."""
    run_id = app.lifecycle.create("0").id
    app.logging.log_batch(run_id, params=[("p", "1")])
    with pytest.raises(ParamConflict) as caught:
        app.logging.log_batch(run_id, params=[("p", "2")])

    assert caught.value.listed() == (
        "Changing param values is not allowed. Params were already logged="
        f"'[{{'key': 'p', 'old_value': '1', 'new_value': '2'}}]' for run ID='{run_id}'."
    )
