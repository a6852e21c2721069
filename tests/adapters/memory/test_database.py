"""What is special about stores in memory."""

from __future__ import annotations

import subprocess
import sys

from genesis_flow.adapters.memory.database import MemoryDatabase
from tests.adapters.memory.opening import stores_on
from tests.contracts.samples import (
    NOW,
    added_experiment,
    added_model,
    added_run,
    dataset_input,
    measure,
    model_point,
    point,
)


def test_the_default_experiment_lies_below_the_root() -> None:
    """The default experiment keeps its artifacts in <root>/0 and was made at the given time."""
    found = stores_on(MemoryDatabase("memory://root/", created_at=NOW)).experiments.get("0")
    assert ("memory://root/0", NOW, NOW) == (found.artifact_location, found.created_at, found.updated_at)


def test_repositories_over_one_database_share_it() -> None:
    """Repositories over the same database see each other's writes."""
    database = MemoryDatabase("memory://root")
    run = added_run(stores_on(database))
    assert run == stores_on(database).runs.get(run.id)


def test_databases_are_apart() -> None:
    """Two databases share nothing."""
    one, other = stores_on(MemoryDatabase("memory://a")), stores_on(MemoryDatabase("memory://a"))
    assert ["1", "1"] == [added_experiment(stores).id for stores in (one, other)]


def test_a_purge_leaves_nothing_in_memory() -> None:
    """After an experiment is purged the database holds what it held before it was added."""
    database = MemoryDatabase("memory://root")
    stores = stores_on(database)
    run = added_run(stores)
    stores.runs.append(run.id, metrics=[point()])
    stores.runs.attach(run.id, datasets=[dataset_input()])
    measure(stores, model_point(added_model(stores, run.experiment_id).id, run_id=run.id))
    stores.experiments.remove(run.experiment_id, at=NOW)
    stores.experiments.purge(run.experiment_id)
    assert ({}, {}, {}, {}) == (database.runs, database.histories, database.logged_models, database.model_points)
    assert [{"0"}] * 3 == [set(each) for each in (database.experiments, database.members, database.datasets)]


def test_importing_it_loads_no_driver() -> None:
    """The memory adapter needs nothing but the standard library and attrs."""
    code = (
        "import sys, genesis_flow.adapters.memory.runs, genesis_flow.adapters.memory.experiments;"
        "print(sorted({'pymongo', 'sqlite3', 'fsspec', 'numpy', 'pandas', 'yaml'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == found.stdout.strip()
