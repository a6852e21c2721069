"""What `attach` of every `RunRepository` must do."""

from __future__ import annotations

from genesis_flow.domain.entities.dataset import CONTEXT_TAG, DatasetInput
from genesis_flow.domain.entities.run import ModelOutput, Run
from tests.contracts.samples import KEYS, added_experiment, added_run, dataset_input
from tests.contracts.searching import run_query
from tests.contracts.stores import OpensStores, Stores


def used(run: Run) -> dict[tuple[str, str], DatasetInput]:
    """The dataset inputs of a run by the identity of the dataset."""
    return {(each.dataset.name, each.dataset.digest): each for each in run.dataset_inputs}


class RunInputsContract(OpensStores):
    """What `attach` of every `RunRepository` must do."""

    def test_inputs_and_outputs_are_stored(self, stores: Stores) -> None:
        """Datasets with all they hold, model inputs and outputs with their steps are read back."""
        run = added_run(stores)
        inputs = [
            dataset_input(
                "b", "1", {CONTEXT_TAG: "train"}, schema='{"a": "é"}', profile="", source_type="http"
            ),
            dataset_input("a", "1", source="x" * 65_535),
        ]
        outputs = [ModelOutput("m-2", -3), ModelOutput("m-1")]
        stores.runs.attach(run.id, datasets=inputs, model_inputs=["m-9", "m-0"], model_outputs=outputs)
        found = stores.runs.get(run.id)
        assert {("b", "1"): inputs[0], ("a", "1"): inputs[1]} == used(found)
        assert (2, {"m-9", "m-0"}) == (len(found.model_inputs), set(found.model_inputs))
        assert (2, set(outputs)) == (len(found.model_outputs), set(found.model_outputs))
        assert ["train", None] == [used(found)[key].context for key in (("b", "1"), ("a", "1"))]

    def test_attaching_nothing_changes_nothing(self, stores: Stores) -> None:
        """Attaching without content succeeds and changes nothing."""
        run = added_run(stores)
        stores.runs.attach(run.id)
        assert run == stores.runs.get(run.id)

    def test_what_is_attached_adds_up(self, stores: Stores) -> None:
        """Inputs that come one by one are all kept, and nothing else of the run changes."""
        run = added_run(stores, params={"p": "1"})
        for number in range(5):
            stores.runs.attach(
                run.id, datasets=[dataset_input(f"d{number}")], model_inputs=[f"i{number}"],
                model_outputs=[ModelOutput(f"o{number}", number)],
            )
        found = stores.runs.get(run.id)
        assert {(f"d{number}", "d1") for number in range(5)} == set(used(found))
        assert {f"i{number}" for number in range(5)} == set(found.model_inputs)
        assert {ModelOutput(f"o{number}", number) for number in range(5)} == set(found.model_outputs)
        assert (run.params, run.tags) == (found.params, found.tags)

    def test_what_is_attached_twice_counts_once(self, stores: Stores) -> None:
        """Repeating an `attach`, or an input within one, changes nothing."""
        run = added_run(stores)
        for _ in range(2):
            stores.runs.attach(
                run.id, datasets=[dataset_input(tags={"a": "1"})] * 2, model_inputs=["m", "m"],
                model_outputs=[ModelOutput("o", 1), ModelOutput("o", 1)],
            )
        found = stores.runs.get(run.id)
        assert [dataset_input(tags={"a": "1"})] == list(found.dataset_inputs)
        assert (["m"], [ModelOutput("o", 1)]) == (list(found.model_inputs), list(found.model_outputs))

    def test_a_model_is_put_out_once(self, stores: Stores) -> None:
        """The first step that a run names for a model that it put out stays."""
        run = added_run(stores)
        stores.runs.attach(run.id, model_outputs=[ModelOutput("o", 1)])
        stores.runs.attach(run.id, model_outputs=[ModelOutput("o", 2), ModelOutput("p", 2)])
        assert {ModelOutput("o", 1), ModelOutput("p", 2)} == set(stores.runs.get(run.id).model_outputs)

    def test_the_first_tags_of_a_use_stay(self, stores: Stores) -> None:
        """A run's second use of a dataset changes neither its tags nor adds any."""
        run = added_run(stores)
        stores.runs.attach(run.id, datasets=[dataset_input(tags={"a": "1"}), dataset_input(tags={"a": "2"})])
        stores.runs.attach(run.id, datasets=[dataset_input(tags={"a": "3", "b": "4"})])
        assert [{"a": "1"}] == [each.tags for each in stores.runs.get(run.id).dataset_inputs]

    def test_tags_of_a_use_belong_to_the_run(self, stores: Stores) -> None:
        """Two runs use one dataset under tags of their own."""
        experiment = added_experiment(stores)
        runs = [added_run(stores, experiment.id) for _ in range(2)]
        for number, run in enumerate(runs):
            stores.runs.attach(run.id, datasets=[dataset_input(tags={"n": str(number)})])
        found = [stores.runs.get(run.id).dataset_inputs[0].tags for run in runs]
        assert [{"n": "0"}, {"n": "1"}] == found

    def test_the_first_content_of_a_dataset_stays(self, stores: Stores) -> None:
        """The first dataset with a (name, digest) in an experiment decides what all of its runs see of it."""
        experiment = added_experiment(stores)
        first, second = (added_run(stores, experiment.id) for _ in range(2))
        original = dataset_input(source="first", source_type="http", schema="s", profile=None)
        stores.runs.attach(first.id, datasets=[original])
        changed = dataset_input(source="other", source_type="local", schema=None, profile="p")
        stores.runs.attach(second.id, datasets=[changed])
        stores.runs.attach(first.id, datasets=[changed])
        for run in (first, second):
            assert [original] == list(stores.runs.get(run.id).dataset_inputs)

    def test_datasets_belong_to_an_experiment(self, stores: Stores) -> None:
        """Another experiment, name or digest has another dataset."""
        experiment = added_experiment(stores)
        first = dataset_input("a", "1", source="first")
        stores.runs.attach(added_run(stores, experiment.id).id, datasets=[first])
        elsewhere, here = added_run(stores), added_run(stores, experiment.id)
        mine = [dataset_input("a", "1", source="mine")]
        stores.runs.attach(elsewhere.id, datasets=mine)
        assert mine == list(stores.runs.get(elsewhere.id).dataset_inputs)
        pairs = (("a", "2"), ("A", "1"), ("a1", ""))
        others = [dataset_input(name, digest, source="own") for name, digest in pairs]
        stores.runs.attach(here.id, datasets=others)
        assert others == sorted(stores.runs.get(here.id).dataset_inputs, key=others.index)

    def test_names_of_datasets_do_not_run_together(self, stores: Stores) -> None:
        """Name and digest are compared each for itself: ("a", "bc") and ("ab", "c") are two datasets."""
        run = added_run(stores)
        pairs = [
            ("a", "bc"), ("ab", "c"), ("a/b", "c"), ("a", "b/c"), ("a.b", "c"), ("a", "b.c"),
            ("é", "e\u0301"),
        ]
        stores.runs.attach(run.id, datasets=[dataset_input(*pair, source=repr(pair)) for pair in pairs])
        found = used(stores.runs.get(run.id))
        sources = {key: each.dataset.source for key, each in found.items()}
        assert {pair: repr(pair) for pair in pairs} == sources

    def test_keys_of_input_tags_are_stored_faithfully(self, stores: Stores) -> None:
        """Tags of a use keep their keys, whatever characters these hold."""
        run, tags = added_run(stores), {key: f"value {place}" for place, key in enumerate(KEYS)}
        stores.runs.attach(run.id, datasets=[dataset_input(tags=tags)])
        assert [tags] == [each.tags for each in stores.runs.get(run.id).dataset_inputs]

    def test_searches_show_what_is_attached(self, stores: Stores) -> None:
        """`find` returns runs with inputs and outputs, as `get` does."""
        run = added_run(stores)
        stores.runs.attach(
            run.id, datasets=[dataset_input(tags={"a": "1"})], model_inputs=["m"],
            model_outputs=[ModelOutput("o", 1)],
        )
        found = stores.runs.find(run_query([run.experiment_id]))
        assert [stores.runs.get(run.id)] == list(found.items)
