"""Sequences of commands for Hypothesis, and what is looked at when they are over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.compat.differential.filters import experiment_filters, experiment_orders, run_filters, run_orders
from tests.compat.differential.performing import START
from tests.compat.differential.pools import STATUSES, TIMES, Pool, apart, experiment, points, pools, rarely
from tests.compat.differential.wire import Command, New, Ref

ALL, DELETED, ACTIVE = 3, 2, 1


@st.composite
def sequences(draw: st.DrawFn, least: int = 1, most: int = 40) -> list[Command]:
    """A sequence that starts with two experiments and three runs and ends with a look at everything."""
    pool = draw(pools())
    drawn = draw(st.lists(commands(pool), min_size=least, max_size=most))
    ticks = draw(st.lists(st.sampled_from((0, 0, 1_000)), min_size=len(drawn), max_size=len(drawn)))
    return finished([*opening(pool), *timed(drawn, ticks)], pool)


def opening(pool: Pool) -> list[Command]:
    """Two experiments and five runs, which have a metric, a param and a tag."""
    experiments = [Command("create_experiment", {"name": name}) for name in ("one", "two")]
    runs = [
        Command("create_run", {"experiment_id": id, "start_time": start, "run_name": name})
        for id, start, name in zip("11211", (5, 5, 7, 3, 9), pool.names * 5, strict=False)
    ]
    return experiments + runs + [_first_batch(pool, number) for number in range(len(runs))]


def _first_batch(pool: Pool, number: int) -> Command:
    key, text = pool.keys[number % len(pool.keys)], pool.texts[number % len(pool.texts)]
    point: dict[str, Any] = {"key": key, "value": pool.values[number % len(pool.values)], "timestamp": 1, "step": 0}
    point["timestamp"] = apart(point["value"], 1)
    return Command(
        "log_batch",
        {
            "run_id": Ref(number),
            "metrics": [New("Metric", point)],
            "params": [New("Param", {"key": key, "value": text})],
            "tags": [New("RunTag", {"key": key, "value": text})],
        },
    )


def timed(found: Sequence[Command], ticks: Sequence[int]) -> list[Command]:
    """The commands, with a clock that goes on by the ticks."""
    now, timed_commands = START, []
    for command, tick in zip(found, ticks, strict=True):
        now += tick
        timed_commands.append(Command(command.name, command.arguments, now, command.walk))
    return timed_commands


def finished(found: list[Command], pool: Pool) -> list[Command]:
    """The commands and, after them, a look at all experiments, runs and histories."""
    runs = sum(command.name == "create_run" for command in found)
    return [
        *found,
        Command("search_experiments", {"view_type": ALL, "max_results": 3}, walk=True),
        Command("search_runs", {"experiment_ids": ["0", "1", "2", "3"], "run_view_type": ALL}),
        *(Command("get_run", {"run_id": Ref(number)}) for number in range(runs)),
        *(
            Command("get_metric_history", {"run_id": Ref(number), "key": key})
            for number in range(min(runs, 3))
            for key in pool.keys
        ),
    ]


def run() -> st.SearchStrategy[Any]:
    """A run of the sequence, rarely one that does not exist or cannot."""
    return rarely(st.integers(0, 5).map(Ref), st.sampled_from(("f" * 32, "x y", "", None)))


def commands(pool: Pool) -> st.SearchStrategy[Command]:
    """Any command; searches and writes of metrics come most often."""
    # `one_of` forgets repeated strategies, so the weights are drawn first.
    weighted = {
        _search_runs(pool): 8, _log_metric(pool): 5, _log_batch(pool): 4, _search_experiments(pool): 3,
        _log_param(pool): 3, _set_tag(pool): 3, _run_life(): 3, _create_run(pool): 2, _update_run(pool): 2,
        _log_inputs(pool): 2, _change_experiment(pool): 3, _delete_tag(pool): 1, _get_history(pool): 1,
        _create_experiment(pool): 1,
    }  # fmt: skip
    return st.sampled_from([one for one, weight in weighted.items() for _ in range(weight)]).flatmap(lambda one: one)


def call(name: str, /, **arguments: Any) -> st.SearchStrategy[Command]:
    """A command whose arguments are drawn; those that are absent are left out."""
    given = {key: value if isinstance(value, st.SearchStrategy) else st.just(value) for key, value in arguments.items()}
    return st.fixed_dictionaries(given).map(lambda drawn: Command(name, drawn))


def _log_metric(pool: Pool) -> st.SearchStrategy[Command]:
    built = st.fixed_dictionaries({"run_id": run(), "key": pool.key()})
    return st.builds(lambda one, point: Command("log_metric", {**one, **point}), built, points(pool))


def _log_batch(pool: Pool) -> st.SearchStrategy[Command]:
    metric = st.builds(lambda key, point: New("Metric", {"key": key, **_whole(point)}), pool.key(), points(pool))
    param = st.builds(lambda key, value: New("Param", {"key": key, "value": value}), pool.key(), pool.text())
    text = st.sampled_from(pool.texts)
    tag = st.builds(lambda key, value: New("RunTag", {"key": key, "value": value}), pool.key(), text)
    return call(
        "log_batch",
        run_id=run(),
        metrics=st.lists(metric, max_size=4).flatmap(_retried),
        params=st.lists(param, max_size=2),
        tags=st.lists(tag, max_size=3),
    )


def _whole(point: dict[str, Any]) -> dict[str, Any]:
    """A point whose time and step are given, as a batch needs them."""
    return {key: value if value is not None or key == "value" else 0 for key, value in point.items()}


def _retried(items: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.sampled_from((items, items, items + items))


def _log_param(pool: Pool) -> st.SearchStrategy[Command]:
    return call("log_param", run_id=run(), key=pool.key(), value=pool.text())


def _set_tag(pool: Pool) -> st.SearchStrategy[Command]:
    renamed = call("set_tag", run_id=run(), key="mlflow.runName", value=pool.name())
    return rarely(call("set_tag", run_id=run(), key=pool.key(), value=pool.text()), renamed)


def _delete_tag(pool: Pool) -> st.SearchStrategy[Command]:
    return call("delete_tag", run_id=run(), key=pool.key())


def _create_run(pool: Pool) -> st.SearchStrategy[Command]:
    tags = st.dictionaries(st.sampled_from((*pool.keys, "mlflow.user")), st.sampled_from(pool.texts), max_size=2)
    return call(
        "create_run", experiment_id=experiment(), start_time=st.sampled_from(TIMES), tags=tags, run_name=pool.name()
    )


def _update_run(pool: Pool) -> st.SearchStrategy[Command]:
    status = st.sampled_from((None, *STATUSES))
    return st.one_of(
        call("update_run", run_id=run(), status=status, name=st.sampled_from((None, "", *pool.names))),
        call("set_terminated", run_id=run(), status=status, end_time=st.sampled_from((None, *TIMES))),
    )


def _run_life() -> st.SearchStrategy[Command]:
    return st.sampled_from(("delete_run", "restore_run", "get_run", "get_parent_run")).flatmap(
        lambda name: call(name, run_id=run())
    )


def _log_inputs(pool: Pool) -> st.SearchStrategy[Command]:
    dataset = st.builds(
        lambda name, digest, source: New(
            "Dataset", {"name": name, "digest": digest, "source_type": "s", "source": source}
        ),
        st.sampled_from([text for text in pool.texts if text] or ["a"]),
        st.sampled_from(("d1", "d2")),
        st.sampled_from(("s1", "s2")),
    )
    tag = st.builds(
        lambda key, value: New("InputTag", {"key": key, "value": value}),
        st.sampled_from(("mlflow.data.context", "a", "A")), st.sampled_from(pool.texts),
    )  # fmt: skip
    one = st.builds(
        lambda data, tags: New("DatasetInput", {"dataset": data, "tags": tags}),
        dataset, st.lists(tag, max_size=2, unique_by=lambda tag: tag.arguments["key"]),
    )  # fmt: skip
    return call("log_inputs", run_id=run(), datasets=st.lists(one, min_size=1, max_size=3))


def _get_history(pool: Pool) -> st.SearchStrategy[Command]:
    return call("get_metric_history", run_id=run(), key=st.sampled_from(pool.keys))


def _search_runs(pool: Pool) -> st.SearchStrategy[Command]:
    drawn = call(
        "search_runs",
        experiment_ids=st.sampled_from((["1"], ["2", "1"], ["1", "2"], ["1", "1"], ["0", "1", "2", "3"], ["999"])),
        filter_string=run_filters(pool),
        run_view_type=st.sampled_from((ALL, ACTIVE, ALL, ACTIVE, DELETED)),
        max_results=st.sampled_from((2, 1, 3, 100)),
        order_by=run_orders(pool),
    )
    return drawn.map(walking)


def walking(command: Command) -> Command:
    """The command, page after page."""
    return Command(command.name, command.arguments, command.now, walk=True)


def _create_experiment(pool: Pool) -> st.SearchStrategy[Command]:
    tags = st.dictionaries(st.sampled_from(pool.keys), st.sampled_from(pool.texts), max_size=2)
    return call("create_experiment", name=pool.name(), tags=tags)


def _change_experiment(pool: Pool) -> st.SearchStrategy[Command]:
    return st.one_of(
        call("rename_experiment", experiment_id=experiment(), new_name=pool.name()),
        call("delete_experiment", experiment_id=experiment()),
        call("restore_experiment", experiment_id=experiment()),
        call("restore_experiment", experiment_id=experiment()),
        call("set_experiment_tag", experiment_id=experiment(), key=pool.key(), value=pool.text()),
        call("delete_experiment_tag", experiment_id=experiment(), key=pool.key()),
        call("get_experiment", experiment_id=experiment()),
        call("get_experiment_by_name", name=pool.name()),
    )


def _search_experiments(pool: Pool) -> st.SearchStrategy[Command]:
    drawn = call(
        "search_experiments",
        view_type=st.sampled_from((ACTIVE, ACTIVE, DELETED, ALL)),
        max_results=st.sampled_from((2, 1, 3, 100)),
        filter_string=experiment_filters(pool),
        order_by=experiment_orders(),
    )
    return drawn.map(walking)
