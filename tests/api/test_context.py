"""Where a run says that it comes from; git is only read, never run."""

from __future__ import annotations

import getpass
import subprocess
import sys
from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.api import context
from genesis_flow.api.git import GIT_BRANCH, GIT_COMMIT, GIT_REPO_URL, git_tags
from genesis_flow.settings import MLFLOW_RUN_CONTEXT
from tests.api.refusals import INVALID, refusal

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with `main` checked out at `COMMIT`."""
    git = tmp_path / "repo" / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text(f"{COMMIT}\n")
    (tmp_path / "repo" / "src" / "deep").mkdir(parents=True)
    return tmp_path / "repo"


def test_a_run_says_who_and_what(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """User, source and its type; the user is the run's user too."""
    monkeypatch.setattr(sys, "argv", ["/path/to/train.py", "--lr", "1"])
    monkeypatch.setattr(getpass, "getuser", lambda: "somebody")
    with mlflow.start_run() as run:
        pass
    found = mlflow.get_run(run.info.run_id)

    assert ("somebody", "/path/to/train.py", "LOCAL", "somebody") == (
        found.data.tags["mlflow.user"],
        found.data.tags["mlflow.source.name"],
        found.data.tags["mlflow.source.type"],
        found.info.user_id,
    )


@pytest.mark.parametrize("argv", [[], [""], ["-c"]])
def test_without_a_file_it_is_the_console(monkeypatch: pytest.MonkeyPatch, argv: list[str]) -> None:
    """As MLflow calls it."""
    monkeypatch.setattr(sys, "argv", argv)

    assert "<console>" == context.with_context({})["mlflow.source.name"]


def test_a_user_without_a_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run as users that the system does not know."""

    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(getpass, "getuser", unknown)

    assert "unknown" == context.with_context({})["mlflow.user"]


def test_what_overrides_what(fresh: Path) -> None:
    """MLFLOW_RUN_CONTEXT comes before the surroundings, the user's tags before both; values become texts."""
    MLFLOW_RUN_CONTEXT.set('{"mlflow.user": "environment", "a": 1, "b": "environment"}')
    found = context.with_context({"b": "mine", "c": None})

    assert {"mlflow.user": "environment", "a": "1", "b": "mine", "c": "None"}.items() <= found.items()


@pytest.mark.parametrize("text", ["{", "[]", "5", "null", '"x"'])
def test_a_context_that_is_no_object_is_refused(memory: str, text: str) -> None:
    """The message names the variable."""
    MLFLOW_RUN_CONTEXT.set(text)

    code, message = refusal(mlflow.start_run)

    assert (INVALID, True) == (code, "MLFLOW_RUN_CONTEXT" in message)
    assert mlflow.active_run() is None


def test_the_commit_is_found_from_below(repository: Path) -> None:
    """By a branch's file, or by the list of packed references."""
    assert COMMIT == git_tags(repository / "src" / "deep").get(GIT_COMMIT)
    (repository / ".git" / "refs" / "heads" / "main").unlink()
    (repository / ".git" / "packed-refs").write_text(
        f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n^{'0' * 40}\n"
    )
    assert COMMIT == git_tags(repository).get(GIT_COMMIT)
    (repository / ".git" / "HEAD").write_text(f"{'f' * 40}\n")
    assert "f" * 40 == git_tags(repository).get(GIT_COMMIT)


def test_the_commit_of_a_work_tree(repository: Path, tmp_path: Path) -> None:
    """Its `.git` is a file, and its branches are in the repository that it comes from."""
    inner = repository / ".git" / "worktrees" / "w"
    inner.mkdir(parents=True)
    (inner / "HEAD").write_text("ref: refs/heads/main\n")
    (inner / "commondir").write_text("../..\n")
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / ".git").write_text(f"gitdir: {inner}\n")

    assert COMMIT == git_tags(tmp_path / "w").get(GIT_COMMIT)


@pytest.mark.parametrize(
    "head", ["", "ref: refs/heads/none", "ref: ../../secret.txt", "ref: /etc/hostname", "secret", "\0", "ref: a\0b"]
)
def test_what_is_no_commit_is_no_commit(repository: Path, head: str) -> None:
    """A repository that somebody prepared cannot make a run log the contents of other files."""
    (repository / "secret.txt").write_text("secret\n")
    (repository / ".git" / "HEAD").write_text(head)

    assert git_tags(repository).get(GIT_COMMIT) is None


def test_no_repository(tmp_path: Path) -> None:
    """No tag, no error; broken ones are none either."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".git").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / ".git").write_bytes(b"\xff\xfe")

    assert [None] * 3 == [git_tags(tmp_path / name).get(GIT_COMMIT) for name in ("a", "b", "c")]


def test_a_new_commit_counts_for_the_next_run(memory: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long sessions commit between runs."""
    monkeypatch.setattr(sys, "argv", [str(repository / "src" / "train.py")])
    found = []
    for commit in ("a" * 40, "b" * 40):
        (repository / ".git" / "refs" / "heads" / "main").write_text(commit)
        with mlflow.start_run() as run:
            found.append(run.data.tags["mlflow.source.git.commit"])

    assert ["a" * 40, "b" * 40] == found


def test_a_real_repository(tmp_path: Path) -> None:
    """What git itself says."""
    try:
        for command in (
            ["init", "-q"],
            ["checkout", "-q", "-b", "topic/one"],
            ["-c", "user.name=n", "-c", "user.email=e@x", "commit", "-q", "--allow-empty", "-m", "m"],
            ["remote", "add", "upstream", "https://user:s3cret@example.com/team/code.git"],
            ["remote", "add", "other", "git@example.com:other.git"],
        ):
            subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git here")
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True)

    assert {
        GIT_COMMIT: said.stdout.strip(), GIT_BRANCH: "topic/one", GIT_REPO_URL: "https://example.com/team/code.git",
    } == git_tags(tmp_path)  # fmt: skip
    (tmp_path / ".git" / "HEAD").write_text(said.stdout)
    subprocess.run(["git", "remote", "remove", "upstream"], cwd=tmp_path, check=True)
    assert {GIT_COMMIT: said.stdout.strip(), GIT_REPO_URL: "git@example.com:other.git"} == git_tags(tmp_path)
