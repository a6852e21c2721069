"""What the surroundings say, and what of it is never shown."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import genesis_flow as mlflow
from genesis_flow import server_settings, settings, webhook_settings
from genesis_flow.api import environment_variables
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.uris import redacted, scheme_of
from genesis_flow.settings import EnvironmentVariable, absolute_location, settings_for, sqlite_path

SECRET = "S3cret"
SECRETIVE = [
    "mongodb://user:S3cret@127.0.0.1:1/db",
    "mongodb://user:p/S3cret@127.0.0.1:1/db",
    "mongodb://user:p?S3cret@127.0.0.1:1/db",
    "mongodb://user:p#S3cret@127.0.0.1:1/db",
    "mongodb://user:p@S3cret@127.0.0.1:1/db",
    "mongodb://user:S3cret@[bad/db",
    "mongodb://user:S3cret@ho\u2100st/db",
    "mongodb://user:p@x/S3cret@127.0.0.1:1/db",
    "mongodb:/user:S3cret@x/db",
    "mongodb:user:S3cret@x",
    "user:S3cret@host/db",
    "mongodb://user:S3cret@127.0.0.1:notaport/db",
    "mongodb://127.0.0.1:1/db?authMechanism=S3cret",
    "mongodb://user:S3cret%zz@127.0.0.1:1/db",
    "mongodb://S3cret@127.0.0.1:1/db",
    "MONGODB://user:S3cret@127.0.0.1:1/db",
    "mongodb://user:S3cret@127.0.0.1:1/a.b$c/d",
    "mongodb+srv://user:S3cret@h:1/db",
    "postgres://u:S3cret@h/db",
    "http://u:S3cret@h:5000",
    "sqlite://u:S3cret@h/x.db",
    "://S3cret@x",
    "//u:S3cret@x/y",
    "mongodb://user:S3cret@127.0.0.1:1/db?password=S3cret",
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("uri", SECRETIVE)
def test_secrets_are_never_shown(fresh: Path, uri: str) -> None:
    """Not in a repr, not in an error, and not in the errors behind it, however wrong the URI is."""
    settings.GENESIS_FLOW_TIMEOUT.set(0.2)
    client = mlflow.MlflowClient(uri)
    shown = [redacted(uri), repr(client), str(client), repr(settings_for(uri)) if "sqlite" not in uri else ""]
    with pytest.raises(mlflow.MlflowException) as caught:
        client.search_experiments()
    shown += [repr(caught.value), str(caught.value), caught.value.serialize_as_json()]
    shown += traceback.format_exception(caught.value)

    assert [] == [text for text in shown if SECRET in text]


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("mongodb://u:p@h:1/db?a=b", "mongodb://***@h:1/db?..."),
        ("mongodb://h/db", "mongodb://h/db"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("memory://", "memory://"),
        ("/plain/path", "/plain/path"),
        ("", ""),
        ("databricks", "databricks"),
        (Path("/a"), "/a"),
        (None, "None"),
    ],
)
def test_what_is_no_secret_stays_readable(uri: object, shown: str) -> None:
    """Scheme, host and path say which store it is."""
    assert shown == redacted(uri)


@given(st.text(alphabet="aé:/?#@%[]\\ .0", max_size=20), st.text(alphabet="aé:/?#@%[]\\ .0", max_size=10))
def test_whatever_the_password_it_is_not_shown(before: str, after: str) -> None:
    """Redacting and reading the scheme never fail."""
    uri = f"mongodb://user:{before}{SECRET}{after}@host/db"

    assert ("mongodb", False) == (scheme_of(uri), SECRET in redacted(uri))


@given(st.text(max_size=20))
def test_any_text_has_a_scheme_or_none(text: str) -> None:
    """No text is an error of its own kind."""
    assert text.startswith(scheme_of(text)) or text.lower().startswith(scheme_of(text))
    redacted(text)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("sqlite:///x.db", "{cwd}/x.db"),
        ("sqlite:////a/x.db", "/a/x.db"),
        ("sqlite:///a b/x.db", "{cwd}/a b/x.db"),
        ("sqlite:///a%20b.db", "{cwd}/a b.db"),
        ("sqlite:///a#b.db", "{cwd}/a#b.db"),
        ("sqlite:///a.db?mode=ro", "{cwd}/a.db"),
        ("SQLITE:///x.db", "{cwd}/x.db"),
        ("sqlite:///50%25.db", "{cwd}/50%.db"),
        ("sqlite:///./x.db", "{cwd}/x.db"),
    ],
)
def test_the_file_of_a_uri(fresh: Path, uri: str, path: str) -> None:
    """Three slashes for a path from the working directory, four for an absolute one."""
    assert Path(path.replace("{cwd}", str(fresh))) == sqlite_path(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite://host/x.db",
        "sqlite:///a/",
        "sqlite:x.db",
        "sqlite:///:memory:",
        "sqlite:///a\0b",
    ],
)
def test_a_uri_without_a_file(uri: str) -> None:
    """The message shows how to write it."""
    with pytest.raises(InvalidInput, match=r"sqlite:///relative/path\.db") as caught:
        sqlite_path(uri)
    assert "tracking_uri" == caught.value.field


@given(st.text(alphabet="a b%?#é&2F5", min_size=1, max_size=12))
def test_the_default_uri_names_its_own_file(name: str) -> None:
    """Whatever the working directory is called."""
    path = f"/{name}/genesis.db"

    assert Path(path) == sqlite_path(f"sqlite:///{settings._written(path)}")


@pytest.mark.parametrize(
    ("location", "same"), [("s3://b/p", True), ("file:///a", True), ("/a", True), ("a", False), ("file:a", False)]
)
def test_locations_become_absolute_once(fresh: Path, location: str, same: bool) -> None:
    """What is absolute stays as it is."""
    once = absolute_location(location)

    assert (same, once) == (location == once, absolute_location(once))


def test_an_environment_variable(fresh: Path) -> None:
    """Read when asked for, so that changes count at once."""
    variable = EnvironmentVariable("GENESIS_FLOW_TEST", int, 7)
    found = [variable.get(), variable.is_set()]
    variable.set(8)
    found += [variable.get(), variable.is_set(), os.environ["GENESIS_FLOW_TEST"]]
    variable.unset()
    variable.unset()

    assert [7, False, 8, True, "8", 7] == [*found, variable.get()]


@pytest.mark.parametrize(
    ("variable", "texts", "wrong"),
    [
        (
            settings.MLFLOW_TRUNCATE_LONG_VALUES,
            {"true": True, "False": False, "1": True, " 0 ": False},
            ["", "yes", "2"],
        ),
        (settings.GENESIS_FLOW_TIMEOUT, {"0.5": 0.5, "30": 30.0}, ["", "0", "-1", "nan", "inf", "x", "1e9"]),
        (settings.GENESIS_FLOW_THROTTLING_TIMEOUT, {"0.5": 0.5, "600": 600.0}, ["", "0", "-1", "nan", "inf", "x"]),
    ],
)
def test_texts_of_variables(
    fresh: Path, variable: EnvironmentVariable[object], texts: dict[str, object], wrong: list[str]
) -> None:
    """What cannot be read names the variable."""
    for text, value in texts.items():
        os.environ[variable.name] = text
        assert value == variable.get()
    for text in wrong:
        os.environ[variable.name] = text
        with pytest.raises(InvalidInput, match=variable.name):
            variable.get()


def test_every_variable_is_public_under_its_own_name() -> None:
    """`genesis_flow.environment_variables` has all that are honoured."""
    found = {**vars(server_settings), **vars(webhook_settings), **vars(settings)}
    ours = {name: value for name, value in found.items() if isinstance(value, EnvironmentVariable)}
    public = {name for name in environment_variables.__all__ if name != "EnvironmentVariable"}

    assert set(ours) == public
    assert {name: name for name in ours} == {name: value.name for name, value in ours.items()}


@pytest.mark.parametrize("uri", ["mongodb://host/database", "sqlite:///genesis.db"])
def test_settings_follow_from_their_surroundings(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    """Whatever changes settings changes what they are known by."""
    known, before = settings.surroundings(), settings_for(uri)
    assert (known, before) == (settings.surroundings(), settings_for(uri))
    changes = {
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": "~/artifacts", "HOME": str(tmp_path / "home"), "GENESIS_FLOW_TIMEOUT": "3",
        "GENESIS_FLOW_PATIENCE": "4", "GENESIS_FLOW_MONGODB_DIALECT": "mongodb",
        "GENESIS_FLOW_THROTTLING_TIMEOUT": "7", "MLFLOW_ARTIFACTS_DESTINATION": "elsewhere",
    }  # fmt: skip
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
        assert (known, before) != (settings.surroundings(), settings_for(uri))
        assert known != settings.surroundings()
        known, before = settings.surroundings(), settings_for(uri)
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", "relative")
    known = settings.surroundings()
    (tmp_path / "directory").mkdir()
    monkeypatch.chdir(tmp_path / "directory")
    assert known != settings.surroundings()
    with settings.variables_read() as names:
        settings_for(uri)
    assert names <= {*changes}
