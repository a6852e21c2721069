"""What every pair of repositories must do when several threads write at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.metric import latest
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput
from genesis_flow.domain.errors import (
    AlreadyExists,
    GenesisFlowError,
    Inactive,
    NotFound,
    ParamConflict,
)
from genesis_flow.domain.values.lifecycle import Stage
from tests.contracts.samples import (
    NOW,
    added_experiment,
    added_run,
    dataset_input,
    expected_points,
    new_experiment,
    new_run,
    point,
    points,
    unique,
)
from tests.contracts.stores import OpensStores, Stores

T = TypeVar("T")

WRITERS = 16


def raced(work: Callable[[int], T], writers: int = WRITERS) -> list[T | GenesisFlowError]:
    """What `work` returned or raised in each of the threads, which all start at the same moment."""
    start = threading.Barrier(writers)

    def run(number: int) -> T | GenesisFlowError:
        start.wait(timeout=30)
        try:
            return work(number)
        except GenesisFlowError as error:
            return error

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers)))


def kinds(outcomes: Sequence[object]) -> Counter[type]:
    """How many outcomes there are of each type."""
    return Counter(type(outcome) for outcome in outcomes)


def _add_experiment(stores: Stores, name: str, number: int) -> Experiment:
    return stores.experiments.add(new_experiment(name))


class ConcurrencyContract(OpensStores):
    """What every pair of repositories must do when several threads write at once."""

    def test_writers_of_one_run_lose_nothing(self, stores: Stores) -> None:
        """Sixteen writers of one run, with keys of their own and one in common, leave all that they wrote."""
        run = added_run(stores)

        def write(number: int) -> None:
            for step in range(5):
                stores.runs.append(
                    run.id,
                    metrics=[
                        point("shared", float(number), step=step), point(f"own.{number}", 1.0, step=step),
                    ],
                    params={f"p.{number}.{step}": "1"},
                    tags={f"t.{number}.{step}": "1"},
                )

        assert [None] * WRITERS == raced(write)
        found = stores.runs.get(run.id)
        expected = {f"{number}.{step}" for number in range(WRITERS) for step in range(5)}
        assert {f"p.{each}" for each in expected} == set(found.params)
        assert {f"t.{each}" for each in expected} | {NAME_TAG} == set(found.tags)
        assert {f"own.{number}" for number in range(WRITERS)} | {"shared"} == set(found.metrics)
        assert (4, float(WRITERS - 1)) == (found.metrics["shared"].step, found.metrics["shared"].value)
        written = [
            point("shared", float(number), step=step) for number in range(WRITERS) for step in range(5)
        ]
        assert expected_points(written) == points(stores, run.id, "shared")
        for number in range(WRITERS):
            assert 5 == len(points(stores, run.id, f"own.{number}"))

    def test_the_latest_point_wins_whoever_is_last(self, stores: Stores) -> None:
        """Writers with rising, falling and equal steps leave the greatest point as the latest."""
        run = added_run(stores)
        batches = [
            [
                point(step=(number * 7 + turn * 5) % 23, value=float(number), timestamp=NOW + turn)
                for turn in range(6)
            ]
            for number in range(WRITERS)
        ]

        def write(number: int) -> None:
            for metric in batches[number]:
                stores.runs.append(run.id, metrics=[metric])

        assert [None] * WRITERS == raced(write)
        every = [metric for batch in batches for metric in batch]
        assert latest(every) == stores.runs.get(run.id).metrics
        assert expected_points(every) == points(stores, run.id)

    def test_batches_of_many_keys_cross(self, stores: Stores) -> None:
        """Large batches of the same keys in different orders do not block each other for good or mix up."""
        run = added_run(stores)
        keys = [f"k{number}" for number in range(40)]

        def write(number: int) -> None:
            ordered = keys if number % 2 else keys[::-1]
            stores.runs.append(run.id, metrics=[point(key, float(number), step=number) for key in ordered])

        assert [None] * 8 == raced(write, 8)
        assert {key: point(key, 7.0, step=7) for key in keys} == stores.runs.get(run.id).metrics
        assert {8} == {len(points(stores, run.id, key)) for key in keys}

    def test_one_retried_batch_counts_once(self, stores: Stores) -> None:
        """The same batch from many writers at once counts once."""
        run = added_run(stores)
        batch = [point(step=step, value=value) for step in range(10) for value in (0.5, float("nan"))]
        assert [None] * WRITERS == raced(
            lambda _: stores.runs.append(run.id, metrics=batch, params={"p": "1"}, tags={"t": "1"})
        )
        assert expected_points(batch) == points(stores, run.id)
        assert {"p": "1"} == stores.runs.get(run.id).params

    def test_one_value_of_a_param_wins(self, stores: Stores) -> None:
        """Of writers that give a param different values exactly one succeeds, the others see its value."""
        for _ in range(5):
            run = added_run(stores)

            def write(number: int, run_id: str = run.id) -> int:
                params = {"p": str(number), f"own{number}": "1"}
                stores.runs.append(run_id, params=params, metrics=[point(f"m{number}")])
                return number

            outcomes = raced(write)
            (winner,) = (outcome for outcome in outcomes if isinstance(outcome, int))
            assert {int: 1, ParamConflict: WRITERS - 1} == kinds(outcomes)
            found = stores.runs.get(run.id)
            assert {"p": str(winner), f"own{winner}": "1"} == found.params
            assert {f"m{winner}"} == set(found.metrics)
            for error in outcomes:
                if isinstance(error, ParamConflict):
                    assert [str(winner)] == [known for _, known, _ in error.changes]

    def test_one_name_is_given_once(self, stores: Stores) -> None:
        """Of writers that add experiments of one name exactly one succeeds."""
        for _ in range(5):
            name = unique()
            outcomes = raced(partial(_add_experiment, stores, name))
            (winner,) = (outcome for outcome in outcomes if not isinstance(outcome, GenesisFlowError))
            assert WRITERS - 1 == kinds(outcomes)[AlreadyExists]
            assert winner == stores.experiments.get_by_name(name)

    def test_ids_of_experiments_are_given_once(self, stores: Stores) -> None:
        """Writers that add experiments of different names get different ids."""
        added = raced(lambda _: added_experiment(stores))
        ids = [each.id for each in added if not isinstance(each, GenesisFlowError)]
        assert WRITERS == len(set(ids))
        assert list(added) == [stores.experiments.get(id) for id in ids]

    def test_renames_to_one_name_have_one_winner(self, stores: Stores) -> None:
        """Of writers that rename different experiments to one name exactly one succeeds."""
        experiments, name = [added_experiment(stores) for _ in range(8)], unique()
        outcomes = raced(lambda number: stores.experiments.rename(experiments[number].id, name, at=NOW), 8)
        assert {type(None): 1, AlreadyExists: 7} == kinds(outcomes)
        names = [stores.experiments.get(each.id).name for each in experiments]
        assert (1, 7) == (names.count(name), len({*names} - {name}))

    def test_one_run_id_is_used_once(self, stores: Stores) -> None:
        """Of writers that add runs with one id exactly one succeeds."""
        run = new_run(added_experiment(stores).id)
        outcomes = raced(lambda _: stores.runs.add(run), 8)
        assert {type(None): 1, AlreadyExists: 7} == kinds(outcomes)
        assert run == stores.runs.get(run.id)

    def test_tags_of_an_experiment_are_not_lost(self, stores: Stores) -> None:
        """Writers of different tags of one experiment lose none."""
        first = added_experiment(stores)
        assert [None] * WRITERS == raced(
            lambda number: stores.experiments.set_tags(first.id, {f"t.{number}": "1"}, at=NOW + number)
        )
        assert {f"t.{number}" for number in range(WRITERS)} == set(stores.experiments.get(first.id).tags)

    def test_a_tag_is_removed_once(self, stores: Stores) -> None:
        """Of writers that remove one tag exactly one succeeds, others see that it is gone."""
        run = added_run(stores, tags={"t": "1", "keep": "1"})
        outcomes = raced(lambda _: stores.runs.remove_tag(run.id, "t"), 8)
        assert {type(None): 1, NotFound: 7} == kinds(outcomes)
        assert {"keep", NAME_TAG} == set(stores.runs.get(run.id).tags)

    def test_inputs_and_outputs_are_not_lost(self, stores: Stores) -> None:
        """Writers that attach different inputs to one run lose none, and one dataset content wins for all."""
        experiment = added_experiment(stores)
        run = added_run(stores, experiment.id)
        own = [added_run(stores, experiment.id) for _ in range(WRITERS)]

        def write(number: int) -> None:
            stores.runs.attach(
                run.id, datasets=[dataset_input(f"d{number}")], model_inputs=[f"i{number}"],
                model_outputs=[ModelOutput(f"o{number}", number)],
            )
            stores.runs.attach(own[number].id, datasets=[dataset_input("raced", source=str(number))])

        assert [None] * WRITERS == raced(write)
        found = stores.runs.get(run.id)
        names = {each.dataset.name for each in found.dataset_inputs}
        assert {f"d{number}" for number in range(WRITERS)} == names
        assert {f"i{number}" for number in range(WRITERS)} == set(found.model_inputs)
        assert {ModelOutput(f"o{number}", number) for number in range(WRITERS)} == set(found.model_outputs)
        sources = {stores.runs.get(each.id).dataset_inputs[0].dataset.source for each in own}
        assert 1 == len(sources)

    def test_writers_of_different_attributes_do_not_undo_each_other(self, stores: Stores) -> None:
        """Status, name, tags and metrics of one run that are written at once are all kept."""
        run = added_run(stores)

        def write(number: int) -> None:
            for turn in range(5):
                if number % 4 == 0:
                    stores.runs.update(run.id, ended_at=NOW + turn)
                elif number % 4 == 1:
                    stores.runs.update(run.id, name=f"name-{turn}")
                elif number % 4 == 2:
                    stores.runs.append(run.id, tags={f"t{number}.{turn}": "1"})
                else:
                    stores.runs.append(run.id, metrics=[point(step=turn)])

        assert [None] * 8 == raced(write, 8)
        found = stores.runs.get(run.id)
        assert (NOW + 4, 4, "name-4") == (found.ended_at, found.metrics["loss"].step, found.name)
        assert {f"t{number}.{turn}" for number in (2, 6) for turn in range(5)} | {NAME_TAG} == set(found.tags)
        assert found.name == found.tags[NAME_TAG]

    def test_nothing_is_written_after_deletion(self, stores: Stores) -> None:
        """What a writer was told was stored before a run was deleted is there; afterwards it is refused."""
        run = added_run(stores)

        def write(number: int) -> int:
            if number == 0:
                stores.runs.remove(run.id, at=NOW)
                return -1
            stored = 0
            for turn in range(20):
                try:
                    stores.runs.append(run.id, tags={f"t{number}.{turn}": "1"})
                except Inactive:
                    break
                stored += 1
            return stored

        outcomes = raced(write, 4)
        found = stores.runs.get(run.id)
        expected = {
            f"t{number}.{turn}"
            for number, stored in enumerate(outcomes)
            if isinstance(stored, int)
            for turn in range(stored)
        }
        assert expected | {NAME_TAG} == set(found.tags)
        assert (Stage.DELETED, NOW) == (found.stage, found.deleted_at)
