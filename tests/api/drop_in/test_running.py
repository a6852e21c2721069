"""`genesis-flow run` is `python`, but for what `import mlflow` gives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from genesis_flow.api.drop_in.finder import DIRECTORY
from tests.api.drop_in.conftest import ROOT, Workplace

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")

RUN = ("-m", "genesis_flow", "run")

PROGRAMS = {
    "what a program sees": """
        import sys, os
        print(__name__, __file__, __package__, __spec__ and __spec__.name, sys.argv, sys.path[0], sys.stdin.read())
    """,
    "an error": """
        def fail(value):
            raise ValueError(value)

        def main():
            try:
                fail(1)
            except ValueError as error:
                fail(2)
        main()
    """,
    "an exit code": "import sys; sys.exit(3)",
    "an exit message": "raise SystemExit('because of this')",
    "a bare exit": "raise SystemExit",
    "work at the end": """
        import atexit, sys
        atexit.register(print, "at exit", flush=True)
        sys.exit(5)
    """,
    "an interrupt": """
        import os, signal, time
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)
    """,
    "a signal": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "a wrong syntax": "print(",
    "a hard exit": "import os; os._exit(7)",
}


@pytest.mark.parametrize("kind", ["file", "module"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_behaves_as_ever(workplace: Workplace, program: str, kind: str) -> None:
    """Output, traceback and exit code are those of `python`, whatever the arguments are."""
    workplace.write("pack/__init__.py", "")
    path = workplace.write("pack/program.py", PROGRAMS[program])
    words = [str(path)] if kind == "file" else ["-m", "pack.program"]
    words += ["--json", "-m", "--help", "a b", "--", "--tracking-uri", "x"]
    bare, run = (workplace.run(*start, *words, input="typed") for start in ((), RUN))

    assert (bare.returncode, bare.stdout, bare.stderr) == (run.returncode, run.stdout, run.stderr)


def test_what_is_no_program(workplace: Workplace) -> None:
    """A file that is missing is the interpreter's complaint; no program at all is ours."""
    missing, none = workplace.run(*RUN, "missing.py"), workplace.run(*RUN)

    assert (2, True) == (missing.returncode, "can't open file" in missing.stderr)
    assert (2, True) == (none.returncode, none.stderr.startswith("Error: Missing argument 'PROGRAM'."))


def test_import_mlflow_gives_this_package(workplace: Workplace) -> None:
    """In the program and in those that it starts, without MLflow, and even where one is installed."""
    workplace.write("real/mlflow/__init__.py", "raise RuntimeError('the real one')")
    workplace.write("child.py", "import mlflow.entities; print(mlflow.entities.Run, mlflow.__version__)")
    program = workplace.write(
        "program.py",
        """
        import subprocess, sys
        import mlflow
        print(mlflow.MlflowClient, mlflow.start_run.__module__, flush=True)
        subprocess.run([sys.executable, "child.py"], check=True)
        """,
    )
    path = os.pathsep.join([str(ROOT), str(workplace.directory / "real")])
    done = workplace.run(*RUN, str(program), PYTHONPATH=path)

    assert (0, "") == (done.returncode, done.stderr)
    assert [
        "<class 'genesis_flow.api.client.MlflowClient'> genesis_flow.api.fluent.active_run",
        "<class 'genesis_flow.api.entities.run.Run'> 3.17.2",
    ] == done.stdout.splitlines()


def test_options_stand_before_the_program(workplace: Workplace) -> None:
    """They choose where runs go, if the program does not; an experiment's id that the environment has gives way."""
    program = workplace.write(
        "program.py",
        """
        import mlflow, sys
        with mlflow.start_run() as run:
            pass
        experiment = mlflow.get_experiment(run.info.experiment_id)
        print(mlflow.get_tracking_uri(), experiment.name, sys.argv[1:])
        """,
    )
    other = f"sqlite:///{workplace.directory}/other.db"
    words = ["--tracking-uri", other, "--experiment-name", "named", str(program), "--experiment-name", "its own"]
    done = workplace.run(*RUN, *words, MLFLOW_EXPERIMENT_ID="77")

    assert (0, f"{other} named ['--experiment-name', 'its own']\n", "") == (done.returncode, done.stdout, done.stderr)


def test_the_package_is_found_where_only_the_caller_found_it(workplace: Workplace) -> None:
    """Started in a checkout, a program elsewhere has it, too; and PYTHONPATH is kept."""
    program = workplace.write("program.py", "import json, os, mlflow; print(json.dumps(os.environ['PYTHONPATH']))")
    code = f"import sys; sys.path[0] = {str(ROOT)!r}; sys.argv[1:] = ['run', {str(program)!r}]; import runpy; "
    code += "runpy.run_module('genesis_flow', run_name='__main__')"
    done = workplace.run("-c", code, PYTHONPATH="/first")

    assert (0, "") == (done.returncode, done.stderr)
    # Where it is installed from the checkout, every interpreter has it already.
    asked = workplace.run("-c", f"import sys; print({str(ROOT)!r} in sys.path)", PYTHONPATH="").stdout
    is_installed = asked == "True\n"
    found = json.loads(done.stdout).split(os.pathsep)
    assert [DIRECTORY, "/first", *([] if is_installed else [str(ROOT)])] == found


def test_an_interrupt_from_outside(workplace: Workplace) -> None:
    """There is one process: a signal reaches the program itself."""
    program = workplace.write(
        "program.py",
        """
        import signal, sys
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
        print("ready", flush=True)
        signal.pause()
        """,
    )
    process = subprocess.Popen(
        [sys.executable, *RUN, str(program)], cwd=workplace.directory, env=workplace.environment(),
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "ready\n" == process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert 9 == process.returncode


def test_undoing_in_a_program(workplace: Workplace) -> None:
    """`uninstall_as_mlflow()` gives the program, and its children, the MLflow that is installed."""
    workplace.write("real/mlflow/__init__.py", "name = 'the real one'")
    code = """
    import subprocess, sys
    import mlflow, genesis_flow
    genesis_flow.uninstall_as_mlflow()
    import mlflow
    print(mlflow.name, flush=True)
    subprocess.run([sys.executable, "-c", "import mlflow; print(mlflow.name)"], check=True)
    """
    path = os.pathsep.join([str(ROOT), str(workplace.directory / "real")])
    done = workplace.run(*RUN, str(workplace.write("program.py", code)), PYTHONPATH=path)

    assert (0, "the real one\n" * 2, "") == (done.returncode, done.stdout, done.stderr)


def test_nothing_else_is_shadowed() -> None:
    """The directory that stands on the path holds `mlflow` alone."""
    assert ["mlflow"] == sorted(path.name for path in Path(DIRECTORY).iterdir() if path.name != "__pycache__")


def test_a_policy_is_given_with_the_program(workplace: Workplace) -> None:
    """A script that is not changed loads a model with code that another process logged, where its place is trusted."""
    pytest.importorskip("cloudpickle")
    saving = """
        import mlflow
        class Own(mlflow.pyfunc.PythonModel):
            def predict(self, context, model_input, params=None):
                return [each + 1 for each in model_input]
        mlflow.pyfunc.save_model("saved", python_model=Own())
    """
    loading = "import mlflow; print(mlflow.pyfunc.load_model('saved').predict([1]))"
    run = ["-m", "genesis_flow", "run"]
    assert 0 == workplace.run(*run, str(workplace.write("saving.py", saving))).returncode
    program = str(workplace.write("loading.py", loading))
    refused = workplace.run(*run, program)
    entry = f"{{uri: '{workplace.directory}', allow_unsafe: true}}"
    policy = workplace.write("trust.yaml", f"version: 1\nlocations: [{entry}]\n")
    allowed = workplace.run(*run, "--trust-policy", str(policy), program)

    assert (1, True) == (refused.returncode, "not trusted" in refused.stderr)
    assert (0, "[2]\n") == (allowed.returncode, allowed.stdout), allowed.stderr
