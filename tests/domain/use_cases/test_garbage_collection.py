"""What garbage collection erases, and above all what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.entities.logged_model import LoggedModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import GenesisFlowError, InvalidInput, InvalidState, NotFound
from genesis_flow.domain.use_cases.garbage_collection import Collected, GarbageCollection
from genesis_flow.ports.artifacts import ArtifactStore, ArtifactStores
from genesis_flow.ports.clock import Clock
from genesis_flow.settings import Settings
from tests.contracts.samples import new_run

HOUR_MS = 3_600_000


@attrs.define
class SettableClock(Clock):
    """Says what it is told."""

    time: int = 1_000 * HOUR_MS

    def now(self) -> int:
        return self.time


@attrs.frozen
class Place:
    """A store with its artifacts, and garbage collection with a clock that tests can set."""

    app: Application
    collection: GarbageCollection
    clock: SettableClock
    root: Path

    def run(self, experiment_id: str = "0", *, deleted_at: int | None = None, **changes: Any) -> Run:
        """A run with an artifact, perhaps deleted."""
        runs = self.collection._runs
        if changes:
            run = new_run(experiment_id, **changes)
            runs.add(run)
        else:
            run = self.app.lifecycle.create(experiment_id)
        if Path(run.artifact_uri).is_absolute():
            Path(run.artifact_uri).mkdir(parents=True, exist_ok=True)
            (Path(run.artifact_uri) / "a.txt").write_text("x")
        if deleted_at is not None:
            runs.remove(run.id, at=deleted_at)
        return run

    def experiment(self, name: str, *, deleted_at: int | None = None, **given: Any) -> str:
        """An experiment, perhaps deleted."""
        id = self.app.experiments.create(name, **given).id
        if deleted_at is not None:
            self.collection._experiments.remove(id, at=deleted_at)
        return id

    def has_run(self, run: Run) -> bool:
        """Whether the store knows the run."""
        try:
            self.app.lifecycle.get(run.id)
        except NotFound:
            return False
        return True


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A new store of each kind that needs no server."""
    uri = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path}/store.db"
    app, clock = open_application(Settings(uri, str(tmp_path / "artifacts"))), SettableClock()
    collection = attrs.evolve(app.garbage_collection, clock=clock)
    yield Place(app, collection, clock, tmp_path)
    app.close()


def test_only_what_is_deleted_is_erased(place: Place) -> None:
    """With its artifacts; what is active stays with its own."""
    active, gone = place.run(), place.run(deleted_at=0)

    assert Collected((gone.id,), ()) == place.collection.collect()
    assert (True, False) == (place.has_run(active), place.has_run(gone))
    assert (True, False) == (Path(active.artifact_uri, "a.txt").exists(), Path(gone.artifact_uri).exists())
    assert Collected((), ()) == place.collection.collect()


def test_an_experiment_takes_all_of_its_runs(place: Place) -> None:
    """With their artifacts, also a run that was restored by itself; its name is free again."""
    id = place.experiment("e")
    runs = [place.run(id) for _ in range(3)]
    place.collection._experiments.remove(id, at=0)
    place.app.lifecycle.restore(runs[0].id)
    found = place.collection.collect()

    assert ({run.id for run in runs}, (id,)) == (set(found.run_ids), found.experiment_ids)
    assert [False] * 3 == [Path(run.artifact_uri).exists() for run in runs]
    assert place.experiment("e") != id
    with pytest.raises(NotFound):
        place.app.experiments.get(id)


def test_age(place: Place) -> None:
    """What was deleted exactly so long ago is old enough, one millisecond less is not."""
    now = place.clock.time
    old, young = place.run(deleted_at=now - HOUR_MS), place.run(deleted_at=now - HOUR_MS + 1)
    old_experiment, _ = place.experiment("old", deleted_at=now - HOUR_MS), place.experiment("young", deleted_at=now - 1)

    assert Collected((old.id,), (old_experiment,)) == place.collection.collect(older_than_ms=HOUR_MS)
    assert place.has_run(young)


def test_a_rehearsal_says_the_same_and_does_nothing(place: Place) -> None:
    """Whatever would be erased is named once, and is still there."""
    id = place.experiment("e")
    runs = [place.run(id), place.run(), place.run()]
    for run in runs[1:]:
        place.app.lifecycle.delete(run.id)
    place.collection._experiments.remove(id, at=0)
    place.clock.time = 2**50
    rehearsed = place.collection.collect(is_rehearsal=True)

    assert [True] * 3 == [place.has_run(run) and Path(run.artifact_uri, "a.txt").exists() for run in runs]
    assert {run.id for run in runs} == set(rehearsed.run_ids)
    done = place.collection.collect()
    assert (set(rehearsed.run_ids), rehearsed.experiment_ids) == (set(done.run_ids), done.experiment_ids)
    assert len(rehearsed.run_ids) == len(done.run_ids)


def test_named_ones(place: Place) -> None:
    """Only these, each once however often it is named."""
    gone, other = place.run(deleted_at=0), place.run(deleted_at=0)
    id = place.experiment("e", deleted_at=0)

    found = place.collection.collect(run_ids=[gone.id, gone.id], experiment_ids=[id, id, f"0{id}"])

    assert Collected((gone.id,), (id,)) == found
    assert place.has_run(other)


def test_a_run_that_is_named_with_its_experiment(place: Place) -> None:
    """It is erased once."""
    id = place.experiment("e")
    run = place.run(id)
    place.collection._experiments.remove(id, at=0)

    assert Collected((run.id,), (id,)) == place.collection.collect(run_ids=[run.id], experiment_ids=[id])


def test_one_that_cannot_be_erased_stops_all(place: Place) -> None:
    """What is active, too young, missing or malformed is named in the error, and nothing is erased."""
    gone, active, young = place.run(deleted_at=0), place.run(), place.run(deleted_at=place.clock.time)
    calls: list[tuple[type[GenesisFlowError], dict[str, Any]]] = [
        (InvalidInput, {"run_ids": [gone.id, active.id]}),
        (InvalidInput, {"run_ids": [gone.id, young.id], "older_than_ms": 1}),
        (NotFound, {"run_ids": [gone.id, "a" * 32]}),
        (InvalidInput, {"run_ids": [gone.id, "x y"]}),
        (InvalidInput, {"run_ids": [gone.id], "experiment_ids": ["0"]}),
        (NotFound, {"run_ids": [gone.id], "experiment_ids": ["999"]}),
    ]
    for kind, given in calls:
        with pytest.raises(kind):
            place.collection.collect(**given)

    assert (True, True) == (place.has_run(gone), Path(gone.artifact_uri, "a.txt").exists())


@attrs.frozen
class Failing(ArtifactStores):
    """Fails where it is told to."""

    stores: ArtifactStores
    bad: set[str]

    def open(self, uri: str) -> ArtifactStore:
        if uri in self.bad:
            raise InvalidInput("artifact_uri", "cannot be opened")
        return self.stores.open(uri)

    def locate(self, *arguments: Any, **named: Any) -> Any:
        return self.stores.locate(*arguments, **named)


def test_artifacts_go_first_and_an_interrupted_collection_can_be_repeated(place: Place) -> None:
    """A run whose artifacts cannot be erased stays, so that nothing is left that nobody knows of."""
    runs = [place.run(deleted_at=number) for number in range(3)]
    bad = {runs[1].artifact_uri}
    failing = attrs.evolve(place.collection, stores=Failing(FsspecArtifactStores(), bad))
    with pytest.raises(InvalidInput):
        failing.collect()

    assert (True, True) == (place.has_run(runs[1]), Path(runs[1].artifact_uri).exists())
    gone = [run for run in runs if not place.has_run(run)]
    assert [False] * len(gone) == [Path(run.artifact_uri).exists() for run in gone]
    bad.clear()
    failing.collect()
    assert [(False, False)] * 3 == [(place.has_run(run), Path(run.artifact_uri).exists()) for run in runs]


def test_artifacts_that_are_gone_already_are_no_error(place: Place) -> None:
    """As after an interruption between artifacts and run."""
    run = place.run(deleted_at=0)
    (Path(run.artifact_uri) / "a.txt").unlink()
    Path(run.artifact_uri).rmdir()

    assert Collected((run.id,), ()) == place.collection.collect()


@pytest.mark.parametrize(
    "uri",
    [
        "{root}",
        "{root}/",
        "/",
        "{root}/shared",
        "{root}/{id}/artifacts/..",
        "{root}/{id}/artifacts/../../shared",
        "file://{root}",
        "{root}/shared/{id}",
        "{root}/{id}/%2e%2e",
        "{root}/../{root}/{id}/artifacts",
        "{root}/x{id}/artifacts",
        "",
        "x",
    ],
)
@pytest.mark.parametrize("with_experiment", [False, True])
def test_nothing_outside_the_runs_own_directory_is_erased(
    place: Place, caplog: pytest.LogCaptureFixture, uri: str, with_experiment: bool
) -> None:
    """A run that was imported with any place for artifacts is erased; its artifacts stay, with a warning."""
    shared = place.root / "shared"
    shared.mkdir()
    (shared / "precious.txt").write_text("x")
    id = "b" * 32
    experiment_id = place.experiment("e")
    run = new_run(experiment_id, id=id, artifact_uri=uri.format(root=place.root, id=id))
    place.collection._runs.add(run)
    if with_experiment:
        place.collection._experiments.remove(experiment_id, at=0)
    else:
        place.collection._runs.remove(id, at=0)
    found = place.collection.collect()

    assert ((id,), "x", False) == (found.run_ids, (shared / "precious.txt").read_text(), place.has_run(run))
    assert [f"The artifacts of run {id} stay: their place is not the run's own."] == caplog.messages


def test_a_shared_artifact_location_is_not_erased(place: Place) -> None:
    """Experiments may lie in one directory, even the top of a disk: each run has its own below, and only that goes."""
    shared = place.root / "shared"
    ids = [place.experiment(name, artifact_location=str(shared)) for name in ("one", "two")]
    gone, stays = place.run(ids[0]), place.run(ids[1])
    (shared / "precious.txt").write_text("x")
    place.app.experiments.delete(ids[0])
    place.clock.time = 2**50
    place.collection.collect()

    assert {"precious.txt", "a.txt"} == {path.name for path in shared.rglob("*") if path.is_file()}
    assert (False, "x") == (place.has_run(gone), Path(stays.artifact_uri, "a.txt").read_text())


def test_many(place: Place) -> None:
    """More than one batch, each run once."""
    runs = [place.run(deleted_at=0) for _ in range(450)]
    found = place.collection.collect()

    assert (450, {run.id for run in runs}) == (len(found.run_ids), set(found.run_ids))
    assert Collected((), ()) == place.collection.collect(is_rehearsal=True)


def _model(place: Place, experiment_id: str = "0", *, deleted_at: int | None = None) -> LoggedModel:
    """A logged model with a file, perhaps deleted."""
    model = place.app.logged_models.create(experiment_id)
    Path(model.artifact_location).mkdir(parents=True)
    (Path(model.artifact_location) / "MLmodel").write_text("x")
    if deleted_at is not None:
        place.collection._models.remove(model.id, at=deleted_at)
    return model


def _has_model(place: Place, model: LoggedModel) -> bool:
    try:
        place.app.logged_models.get(model.id, allow_deleted=True)
    except NotFound:
        return False
    return True


def test_deleted_models_are_erased(place: Place) -> None:
    """With their files; active ones stay with theirs, and runs are as they were."""
    run, active = place.run(), _model(place)
    old, recent = _model(place, deleted_at=0), _model(place, deleted_at=place.clock.time)

    assert Collected((), (), (old.id,)) == place.collection.collect(older_than_ms=HOUR_MS, is_rehearsal=True)
    assert _has_model(place, old)
    assert Collected((), (), (old.id,)) == place.collection.collect(older_than_ms=HOUR_MS)
    assert (False, True, True) == tuple(_has_model(place, model) for model in (old, recent, active))
    assert (False, True, True) == tuple(Path(m.artifact_location).exists() for m in (old, recent, active))
    assert Collected((), (), (recent.id,)) == place.collection.collect()
    assert place.has_run(run)


def test_named_models_are_erased(place: Place) -> None:
    """Only these; one that is active, missing or deleted too recently stops everything."""
    active, one, other = _model(place), _model(place, deleted_at=0), _model(place, deleted_at=0)
    gone = place.run(deleted_at=0)

    for ids, error in (([one.id, active.id], InvalidInput), ([one.id, "m-x"], NotFound), ([""], InvalidInput)):
        with pytest.raises(error):
            place.collection.collect(model_ids=ids)
    with pytest.raises(InvalidInput, match="too recently"):
        place.collection.collect(model_ids=[one.id], older_than_ms=place.clock.time + 1)
    assert Collected((), (), (one.id,)) == place.collection.collect(model_ids=[one.id])
    assert (False, True) == (_has_model(place, one), _has_model(place, other))
    assert place.has_run(gone)


def test_models_go_with_their_experiment(place: Place) -> None:
    """Active and deleted ones, with their files; each is named once."""
    experiment_id = place.experiment("e")
    active, deleted = _model(place, experiment_id), _model(place, experiment_id, deleted_at=0)
    elsewhere = _model(place)
    place.collection._experiments.remove(experiment_id, at=0)
    collected = place.collection.collect()

    assert ({active.id, deleted.id}, (experiment_id,)) == (set(collected.model_ids), collected.experiment_ids)
    assert 2 == len(collected.model_ids)
    assert [False, False, True] == [_has_model(place, model) for model in (active, deleted, elsewhere)]
    assert [False, False, True] == [Path(m.artifact_location).exists() for m in (active, deleted, elsewhere)]


def test_files_that_are_not_a_models_own_stay(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """A model whose place is not its own (an imported one) is erased without its files."""
    shared = place.root / "shared"
    shared.mkdir()
    model = attrs.evolve(place.app.logged_models.create("0"), id="m-imported", artifact_location=str(shared))
    place.collection._models.add(model)
    place.collection._models.remove(model.id, at=0)

    assert Collected((), (), (model.id,)) == place.collection.collect()
    assert shared.exists()
    assert "not the model's own" in caplog.text


def test_what_was_removed_is_listed_and_purged_without_files(place: Place) -> None:
    """For a garbage collector that erases files itself: the oldest first, one by one, deleted things only."""
    now = place.clock.time
    second, first, active = place.run(deleted_at=now - 5), place.run(deleted_at=now - 9), place.run()
    model = _model(place, deleted_at=now - 5)
    id = place.experiment("e", deleted_at=0)

    assert [first.id, second.id] == place.collection.removed_runs()
    assert [first.id] == place.collection.removed_runs(older_than_ms=9)
    assert ([model.id], []) == (place.collection.removed_models(), place.collection.removed_models(older_than_ms=6))
    place.collection.purge_run(first.id)
    place.collection.purge_model(model.id)
    place.collection.purge_experiment(id)
    assert ([second.id], []) == (place.collection.removed_runs(), place.collection.removed_models())
    assert [True, True] == [Path(first.artifact_uri).exists(), Path(model.artifact_location).exists()]
    with pytest.raises(NotFound):
        place.app.experiments.get(id)
    for purge, known in ((place.collection.purge_run, active.id), (place.collection.purge_experiment, "0")):
        with pytest.raises(InvalidState):
            purge(known)
