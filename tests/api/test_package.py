"""The package itself: two names for one module, nothing loaded before it is needed."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import genesis_flow
import genesis_flow.api


def python(code: str) -> str:
    """What a new interpreter prints for `code`, errors included."""
    root = str(Path(genesis_flow.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={"PYTHONPATH": root, "PATH": ""},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


ALIASES = [
    "entities",
    "entities.run",
    "tracking",
    "tracking.fluent",
    "tracking.client",
    "store.entities.paged_list",
    "exceptions",
    "utils.async_logging.run_operations",
    "data",
    "artifacts",
    "config",
    "client",
    "version",
    "environment_variables",
    "flavors",
]


@pytest.mark.parametrize("first", ["alias", "real"])
@pytest.mark.parametrize("name", ALIASES)
def test_an_alias_is_the_module_itself(name: str, first: str) -> None:
    """Whichever name is imported first: one module, its classes defined once."""
    names = [f"genesis_flow.{name}", f"genesis_flow.api.{name}"]
    code = f"""
    import importlib, sys
    found = [importlib.import_module(name) for name in {names if first == "alias" else names[::-1]}]
    one, other = found
    print(one is other, len({{id(sys.modules[name]) for name in {names}}}), one.__name__, one.__spec__.name)
    """

    assert f"True 1 {names[1]} {names[1]}\n" == python(code)


def test_classes_imported_from_below_an_alias_are_the_same() -> None:
    """`from genesis_flow.entities.run import Run` is what the client returns."""
    code = """
    from genesis_flow.entities.run import Run
    from genesis_flow.entities.metric import Metric
    from genesis_flow.tracking import MlflowClient
    import genesis_flow, genesis_flow.api.entities.run
    client = MlflowClient("memory://")
    run = client.create_run("0")
    client.log_batch(run.info.run_id, [Metric("m", 1.0, 1, 1)])
    print(isinstance(run, Run), Run is genesis_flow.api.entities.run.Run is genesis_flow.entities.Run)
    """

    assert "True True\n" == python(code)


def test_entities_pickle_and_copy() -> None:
    """Under the name of the module that really holds them."""
    run = genesis_flow.MlflowClient("memory://").create_run("0", run_name="n")

    for other in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        assert (type(run), run.to_dictionary()) == (type(other), other.to_dictionary())


def test_a_pickle_is_read_where_nothing_is_loaded() -> None:
    """Another process needs to import nothing first."""
    data = pickle.dumps(genesis_flow.entities.Param("k", "v"))

    assert "<Param: key='k', value='v'>\n" == python(f"import pickle; print(pickle.loads({data!r}))")


def test_importing_is_cheap() -> None:
    """No driver, no numeric library, no part of the package itself."""
    code = """
    import sys, genesis_flow
    heavy = {"pymongo", "fsspec", "numpy", "pandas", "yaml", "PIL", "matplotlib", "click", "attr", "punq", "sqlite3"}
    print(sorted(heavy & {*sys.modules}), [name for name in sys.modules if name.startswith("genesis_flow.")])
    """

    assert "[] []\n" == python(code)


def test_every_public_name_is_there() -> None:
    """`dir` shows what can be had, and all of it can be."""
    shown = dir(genesis_flow)

    assert {*genesis_flow.api.__all__, "entities", "tracking", "exceptions", "__version__"} <= set(shown)
    assert [] == [name for name in shown if not hasattr(genesis_flow, name)]
    assert sorted(set(shown)) == shown


@pytest.mark.parametrize("name", ["nothing", "_HOMES", "__wrapped__", "import_module_", "api_"])
def test_other_names_are_not_there(name: str) -> None:
    """They fail as on any module."""
    with pytest.raises(AttributeError, match=f"module 'genesis_flow' has no attribute '{name}'"):
        getattr(genesis_flow, name)


def test_importing_everything_at_once() -> None:
    """`from genesis_flow import *` gives the public names and no other."""
    code = """
    before = set(globals())
    from genesis_flow import *
    import genesis_flow
    got = set(globals()) - before - {"before", "genesis_flow"}
    print(sorted(got ^ (set(dir(genesis_flow)) - {"__version__"})))
    """

    assert "[]\n" == python(code)


@pytest.mark.parametrize("name", ["nothing", "entities.nothing", "tracking.fluent.client", "entities.run.nothing"])
def test_modules_that_are_not_there(name: str) -> None:
    """An import error that has the name that was asked for, and nothing is left behind."""
    code = f"""
    import sys
    try:
        import genesis_flow.{name}
    except ModuleNotFoundError as error:
        print(error.name, "genesis_flow.{name}" in sys.modules)
    """

    assert f"genesis_flow.{name} False\n" == python(code)


def test_historical_addresses() -> None:
    """`genesis_flow.tracking.fluent` has the fluent functions, and nothing else of the package."""
    from genesis_flow.tracking import fluent

    assert genesis_flow.start_run is fluent.start_run
    assert [False, False] == [hasattr(fluent, "_HOMES"), hasattr(fluent, "__path__")]


def test_reloading() -> None:
    """Reloading keeps one finder and one meaning of the aliases."""
    code = """
    import importlib, sys, genesis_flow, genesis_flow.entities
    importlib.reload(genesis_flow)
    importlib.reload(genesis_flow.entities)
    import genesis_flow.data, genesis_flow.api.data
    finders = [finder for finder in sys.meta_path if type(finder).__name__ == "AliasFinder"]
    print(len(finders), genesis_flow.data is genesis_flow.api.data, genesis_flow.entities is genesis_flow.api.entities)
    """

    assert "1 True True\n" == python(code)


def test_threads_may_import_at_once() -> None:
    """Both names of several modules, for the first time, in eight threads: no error, no deadlock, one module each."""
    code = """
    import faulthandler, sys, threading
    faulthandler.dump_traceback_later(30, exit=True)
    import genesis_flow
    names = "entities.run api.entities.run tracking api.tracking data api.data artifacts entities".split()
    barrier, errors = threading.Barrier(len(names)), []

    def work(name):
        barrier.wait()
        try:
            __import__("genesis_flow." + name)
        except BaseException as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = sys.modules
    same = [loaded["genesis_flow." + name] is loaded["genesis_flow.api." + name] for name in ("data", "entities.run")]
    print(errors, all(same))
    """

    assert ["[] True\n"] * 5 == [python(code) for _ in range(5)]
