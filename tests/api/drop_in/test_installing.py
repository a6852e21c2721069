"""`import mlflow` after `install_as_mlflow()`: our modules under MLflow's names, and nothing else."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pickle
import sys
from pathlib import Path
from types import ModuleType

import pytest

import genesis_flow
from genesis_flow.api.drop_in.absences import REASONS
from genesis_flow.api.drop_in.finder import DIRECTORY, DropInFinder
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from tests.api.drop_in.conftest import ROOT, Workplace
from tests.compat.ledger.judge import MISSING, resolved
from tests.compat.ledger.policy import ABSENT, verdict_of
from tests.compat.ledger.snapshot import SYMBOLS

pytestmark = pytest.mark.usefixtures("as_mlflow")

MODULES = [
    "artifacts", "client", "data", "data.pandas_dataset", "entities", "entities.model_registry", "entities.run",
    "exceptions", "models", "models.model", "models.signature", "models.utils", "pyfunc", "pyfunc.model", "pytorch",
    "sklearn", "store.entities.paged_list", "tracking", "tracking.client", "tracking.fluent", "transformers", "types",
    "types.schema", "utils.async_logging.run_operations",
]  # fmt: skip


@pytest.mark.parametrize("first", ["theirs", "ours"])
@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_ours_itself(name: str, first: str) -> None:
    """Under both names it is one object that keeps its own spec, whichever is imported first."""
    names = [f"mlflow.{name}", f"genesis_flow.{name}"]
    found = {each: importlib.import_module(each) for each in (names if first == "theirs" else names[::-1])}
    module = found[names[0]]

    assert found[names[1]] is module
    assert f"genesis_flow.api.{name}" == module.__name__ == getattr(module.__spec__, "name", None)


def test_every_symbol_that_is_supported_is_the_same_object() -> None:
    """Whatever the ledger does not declare absent is found below `mlflow`, and is ours."""
    own = {"mlflow", "mlflow.version"}  # which say which MLflow this is
    others = [
        name
        for name in SYMBOLS
        if name not in own and not isinstance(verdict_of(name), ABSENT)
        and resolved(name, "mlflow") != resolved(name, "genesis_flow")
    ]  # fmt: skip

    assert [] == others


def test_every_symbol_that_is_absent_says_why() -> None:
    """What the ledger declares absent is missing below `mlflow` as well."""
    absent = [name for name in SYMBOLS if isinstance(verdict_of(name), ABSENT)]

    assert [] == [name for name in absent if resolved(name, "mlflow") is not MISSING]


def test_the_module_itself() -> None:
    """It has MLflow's name and version, and lists what it has."""
    mlflow = importlib.import_module("mlflow")

    assert ("mlflow", COMPATIBLE_MLFLOW_VERSION) == (mlflow.__name__, mlflow.__version__)
    assert COMPATIBLE_MLFLOW_VERSION == importlib.import_module("mlflow.version").VERSION
    assert {*genesis_flow.__all__} <= {*dir(mlflow)}
    names: dict[str, object] = {}
    exec("from mlflow import *", names)
    assert {*genesis_flow.__all__} <= {*names}


def test_a_module_is_an_attribute_and_imported_by_it() -> None:
    """`mlflow.sklearn` needs no import of its own."""
    mlflow = importlib.import_module("mlflow")

    assert genesis_flow.sklearn is mlflow.sklearn is sys.modules["mlflow.sklearn"]


def test_one_import_is_enough(workplace: Workplace) -> None:
    """After a bare `import mlflow`, all that is supported is found by attributes alone, as with MLflow."""
    code = """
    import sys
    sys.path.insert(0, sys.argv[1])
    from tests.compat.ledger.policy import ABSENT, verdict_of
    from tests.compat.ledger.snapshot import SYMBOLS
    import genesis_flow
    genesis_flow.install_as_mlflow()
    import mlflow
    lacking = set()
    names = [*SYMBOLS, "mlflow.utils.validation.MAX_PARAM_VAL_LENGTH", "mlflow.utils.mlflow_tags.MLFLOW_USER",
             "mlflow.tracking.context.registry.resolve_tags"]
    for name in names:
        found = mlflow
        for part in [] if isinstance(verdict_of(name), ABSENT) else name.split(".")[1:]:
            found = getattr(found, part, None)
        if found is None and SYMBOLS[name].get("value", 0) is not None:
            lacking.add(name)
    print(sorted(lacking))
    """
    done = workplace.run(str(workplace.write("program.py", code)), str(ROOT))

    assert (0, "[]\n", "") == (done.returncode, done.stdout, done.stderr)


def test_pickles_name_either() -> None:
    """What MLflow pickled is read, and what is pickled here is read without the stand-in."""
    theirs = b"cmlflow.entities\nParam\n(Vkey\nVvalue\ntR."

    assert genesis_flow.entities.Param("key", "value") == pickle.loads(theirs)
    assert b"mlflow" not in pickle.dumps(genesis_flow.entities.Param("key", "value"))


def test_whether_there_is_a_module_can_be_asked() -> None:
    """`find_spec` finds what is there, None for what is not, and imports nothing."""
    importlib.import_module("mlflow.entities")
    before = {name for name in sys.modules if name.startswith("mlflow.")}
    found = importlib.util.find_spec("mlflow.transformers")

    assert "mlflow.transformers" == getattr(found, "name", None)
    assert str(ROOT / "genesis_flow/api/transformers.py") == getattr(found, "origin", None)
    assert None is importlib.util.find_spec("mlflow.spark")
    assert None is importlib.util.find_spec("mlflow.entities.trace")
    assert "mlflow" == getattr(importlib.util.find_spec("mlflow"), "name", None)
    assert before == {name for name in sys.modules if name.startswith("mlflow.")}


@pytest.mark.parametrize("name", ["spark", "entities.trace", "tracing", "nothing", "domain", "api.session", "settings"])
def test_a_module_that_is_absent_says_what_to_do(name: str) -> None:
    """The error names it, says why, and how to see all that is missing; our own rooms are not MLflow's."""
    with pytest.raises(ModuleNotFoundError, match=f"no mlflow.{name.partition('.')[0]}.* `genesis-flow scan") as caught:
        importlib.import_module(f"mlflow.{name}")

    assert f"mlflow.{name}".startswith(str(caught.value.name))


def test_a_function_that_is_absent_says_what_to_do() -> None:
    """So does an attribute; `hasattr` works."""
    mlflow = importlib.import_module("mlflow")

    with pytest.raises(AttributeError, match=r"no mlflow\.start_span: .*traces.*`genesis-flow scan PATH`"):
        _ = mlflow.start_span
    assert [False, False, True] == [hasattr(mlflow, name) for name in ("spark", "__wrapped__", "start_run")]


@pytest.mark.parametrize("name", ["trace", "spark", "nothing"])
def test_a_name_that_cannot_be_imported_says_what_to_do(name: str) -> None:
    """`from mlflow import name` fails as ever, with the reason instead of Python's text; others can be had."""
    with pytest.raises(ImportError, match=f"no mlflow.{name}: .* `genesis-flow scan PATH`") as caught:
        exec(f"from mlflow import start_run, {name}")

    assert (ImportError, "mlflow") == (type(caught.value), caught.value.name)
    exec("from mlflow import start_run, sklearn, MlflowClient")


def test_a_reason_is_for_something_that_is_absent() -> None:
    """A reason for what is there is out of date; those for modules are for what they lack."""
    there = {name: resolved(f"mlflow.{name}", "mlflow") for name in REASONS}

    assert [] == [name for name, found in there.items() if not isinstance(found, ModuleType) and found is not MISSING]


def test_reloading() -> None:
    """Modules stay one, and the finder too."""
    mlflow = importlib.import_module("mlflow")
    client = importlib.import_module("mlflow.tracking.client")

    assert mlflow is importlib.reload(mlflow)
    assert client is importlib.reload(client) is genesis_flow.tracking.client
    assert 1 == sum(isinstance(finder, DropInFinder) for finder in sys.meta_path)


def test_installing_again_changes_nothing() -> None:
    """One finder, and the same modules."""
    mlflow = importlib.import_module("mlflow")
    genesis_flow.install_as_mlflow()
    genesis_flow.install_as_mlflow(children=True)
    genesis_flow.install_as_mlflow(children=True)

    assert 1 == sum(isinstance(finder, DropInFinder) for finder in sys.meta_path)
    assert mlflow is sys.modules["mlflow"]
    assert 1 == sys.path.count(DIRECTORY) == os.environ["PYTHONPATH"].split(os.pathsep).count(DIRECTORY)


def test_undoing(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is as before; undoing twice is no error."""
    genesis_flow.uninstall_as_mlflow()
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    before = (list(sys.path), list(sys.meta_path), os.environ["PYTHONPATH"])
    genesis_flow.install_as_mlflow(children=True)
    importlib.import_module("mlflow.entities.run")
    genesis_flow.uninstall_as_mlflow()
    genesis_flow.uninstall_as_mlflow()

    assert before == (list(sys.path), list(sys.meta_path), os.environ["PYTHONPATH"])
    assert [] == [name for name in sys.modules if name.partition(".")[0] == "mlflow"]
    assert "genesis_flow.api.entities.run" == genesis_flow.entities.run.__spec__.name


def test_the_real_package_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is imported it is too late, and the error says what to do."""
    genesis_flow.uninstall_as_mlflow()
    monkeypatch.setitem(sys.modules, "mlflow", ModuleType("mlflow"))

    with pytest.raises(MlflowException, match=r"before anything imports mlflow, .* `genesis-flow run`") as caught:
        genesis_flow.install_as_mlflow()

    assert "INVALID_STATE" == caught.value.error_code
    assert [] == [finder for finder in sys.meta_path if isinstance(finder, DropInFinder)]


def test_an_installed_package_is_shadowed(workplace: Workplace) -> None:
    """Where MLflow is installed and not imported yet, whoever asks for the stand-in gets it."""
    workplace.write("real/mlflow/__init__.py", "name = 'the real one'")
    workplace.write("real/mlflow/spark.py", "")
    code = """
    import genesis_flow
    genesis_flow.install_as_mlflow()
    import mlflow
    print(hasattr(mlflow, "name"), mlflow.MlflowClient is genesis_flow.MlflowClient)
    try:
        import mlflow.spark
    except ModuleNotFoundError:
        genesis_flow.uninstall_as_mlflow()
    import mlflow.spark
    print(mlflow.name)
    """

    assert "False True\nthe real one\n" == workplace.printed(
        code, PYTHONPATH=os.pathsep.join([str(ROOT), str(workplace.directory / "real")])
    )


def test_nothing_is_imported_before_it_is_used(workplace: Workplace) -> None:
    """Neither frameworks nor drivers, and the first metric works without them."""
    code = """
    import sys, genesis_flow
    genesis_flow.install_as_mlflow()
    print("mlflow" in sys.modules)
    import mlflow, mlflow.sklearn, mlflow.pytorch, mlflow.transformers, mlflow.pyfunc
    with mlflow.start_run():
        mlflow.log_metric("loss", 0.5)
    heavy = {"sklearn", "torch", "transformers", "numpy", "pandas", "pymongo", "matplotlib", "click"}
    print(heavy & {*sys.modules}, mlflow.last_active_run().data.metrics)
    """

    assert "False\nset() {'loss': 0.5}\n" == workplace.printed(code)


def test_threads_may_import_at_once(workplace: Workplace) -> None:
    """Three names of each module, for the first time, in many threads: one module each, with its own spec."""
    code = """
    import faulthandler, sys, threading
    faulthandler.dump_traceback_later(60, exit=True)
    import genesis_flow
    genesis_flow.install_as_mlflow()
    names = [f"{root}.{name}" for name in ("entities.run", "tracking", "data", "artifacts")
             for root in ("mlflow", "genesis_flow", "genesis_flow.api")]
    barrier, errors = threading.Barrier(len(names)), []

    def work(name):
        barrier.wait()
        try:
            __import__(name)
            import mlflow
            mlflow.MlflowClient
        except BaseException as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    modules = [sys.modules[name] for name in names]
    print(errors, len({id(each) for each in modules}), {each.__name__ == each.__spec__.name for each in modules})
    """

    assert ["[] 4 {True}\n"] * 4 == [workplace.printed(code) for _ in range(4)]


WORKER = """
import mlflow

def work(number):
    client = mlflow.MlflowClient()
    return mlflow.__version__, isinstance(client.get_experiment("0"), mlflow.entities.Experiment), number
"""


@pytest.mark.parametrize("how", ["spawn", "forkserver", "loky", "subprocess"])
def test_children_get_it_too(workplace: Workplace, how: str) -> None:
    """Processes that start with nothing of their parent find `mlflow` where `children` was asked for."""
    pytest.importorskip("joblib")
    workplace.write("worker.py", WORKER)
    code = f"""
    import sys
    if __name__ == "__main__":
        import genesis_flow
        genesis_flow.install_as_mlflow(children=True)
        from worker import work
        if "{how}" == "loky":
            import joblib
            print(joblib.Parallel(2, backend="loky")(joblib.delayed(work)(n) for n in range(2)))
        elif "{how}" == "subprocess":
            import subprocess
            child = "import worker; print([worker.work(n) for n in range(2)])"
            subprocess.run([sys.executable, "-c", child], check=True)
        else:
            import multiprocessing
            with multiprocessing.get_context("{how}").Pool(2) as pool:
                print(pool.map(work, range(2)))
    """
    rows = [(COMPATIBLE_MLFLOW_VERSION, True, number) for number in range(2)]

    assert f"{rows}\n" == workplace.printed(code, PYTHONWARNINGS="ignore")


def test_spawned_children_run_the_top_of_the_main_module(workplace: Workplace) -> None:
    """A call there needs no `children`."""
    workplace.write("worker.py", WORKER)
    code = """
    import genesis_flow
    genesis_flow.install_as_mlflow()
    import multiprocessing
    from worker import work
    if __name__ == "__main__":
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(pool.map(work, [7]))
    """

    assert f"{[(COMPATIBLE_MLFLOW_VERSION, True, 7)]}\n" == workplace.printed(code)


def test_an_interpreter_without_us_is_told(workplace: Workplace) -> None:
    """The directory alone is of no use, and the error says what is missing where."""
    done = workplace.run("-S", "-c", "import mlflow", PYTHONPATH=DIRECTORY)

    assert 1 == done.returncode
    assert "has no genesis_flow. Install it there, or take the directory" in done.stderr.splitlines()[-1]
    assert Path(sys.executable).name in done.stderr.splitlines()[-1]
