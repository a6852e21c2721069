"""Versions of registered models are signed, and a policy that asks for signatures has nothing else loaded."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from genesis_flow.exceptions import MlflowException
from sklearn.linear_model import LinearRegression

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.models.signing import make_keys, sign_model_version, verify_model_version
from genesis_flow.domain.values import version_signatures as signatures
from genesis_flow.ports.signing import KeyPair
from tests.api.stores import EVERY_STORE, store_uri


class Ran:
    """Notes that a pickle of it was loaded."""

    happened = False

    def __reduce__(self) -> Any:
        return (setattr, (Ran, "happened", True))


@pytest.fixture(params=EVERY_STORE)
def client(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an empty store."""
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "GENESIS_FLOW_TRUST_POLICY"):
        monkeypatch.delenv(name, raising=False)
    session.reset()
    mlflow.set_tracking_uri(store_uri(request.param, tmp_path))
    Ran.happened = False
    yield mlflow.MlflowClient()
    session.reset()


@pytest.fixture(scope="module")
def keys() -> KeyPair:
    return make_keys()


@pytest.fixture(scope="module")
def others() -> KeyPair:
    return make_keys()


def registered(name: str = "m", slope: float = 2.0) -> Path:
    """A version of a registered model; returns where its files are."""
    model = LinearRegression().fit([[1.0], [2.0]], [slope, 2 * slope])
    info = mlflow.sklearn.log_model(model, name="x", registered_model_name=name)
    found = mlflow.MlflowClient().get_logged_model(info.model_id)
    return Path(found.artifact_location.removeprefix("file://"))


def require(*keys: KeyPair, **more: Any) -> None:
    """Ask for signatures by these keys, of whatever registry."""
    default = {"require_signed": True, "keys": [each.public for each in keys], **more}
    mlflow.set_trust_policy({"version": 1, "default": default})


def code_of(call: Callable[[], Any]) -> tuple[str, str]:
    """The code and message of what is raised."""
    with pytest.raises(MlflowException) as caught:
        call()
    return caught.value.error_code, caught.value.message


LOADERS: dict[str, Callable[[str], Any]] = {
    "sklearn": lambda uri: mlflow.sklearn.load_model(uri),
    "pyfunc": lambda uri: mlflow.pyfunc.load_model(uri),
    "flavor": lambda uri: mlflow.flavors.get("sklearn").load_model(uri),
    "info": lambda uri: mlflow.models.get_model_info(uri),
}


def refused(uri: str, message: str) -> None:
    """No loader loads it, and all say why."""
    for load in LOADERS.values():
        code, text = code_of(lambda load=load: load(uri))  # type: ignore[misc]
        assert "INVALID_PARAMETER_VALUE" == code
        assert message in text


def test_a_signed_version_is_loaded(client: Any, keys: KeyPair, others: KeyPair) -> None:
    """By number, alias, stage and as the latest, by every loader."""
    registered()
    client.set_registered_model_alias("m", "champion", 1)
    made = sign_model_version("models:/m@champion", keys.private)
    require(others, keys)

    for uri in ("models:/m/1", "models:/m@champion", "models:/m/latest", "models:/m/None", "models:/m/1/MLmodel"):
        for load in LOADERS.values():
            assert load(uri) is not None
    assert made == verify_model_version("models:/m/1", [keys.public])
    assert made.to_tags() == {k: v for k, v in client.get_model_version("m", 1).tags.items() if "signature" in k}


def test_an_unsigned_version_is_refused(client: Any, keys: KeyPair) -> None:
    """And a logged model, which cannot be signed; without the policy both are loaded."""
    registered()
    model_id = client.get_model_version("m", 1).model_id
    require(keys)

    refused("models:/m/1", "Version 1 of 'm' is not signed. Nothing was loaded.")
    refused(f"models:/{model_id}", "asks for signatures")
    mlflow.set_trust_policy(None)
    assert mlflow.sklearn.load_model("models:/m/1") is not None


def test_a_signature_by_another_key_is_refused(client: Any, keys: KeyPair, others: KeyPair) -> None:
    """Also where it pretends to be by the right one."""
    registered()
    sign_model_version("models:/m/1", others.private)
    require(keys)

    refused("models:/m/1", "not one of those that are trusted")
    key_id = session.version_signatures().key_id(keys.public)
    client.set_model_version_tag("m", 1, signatures.KEY_TAG, key_id)
    refused("models:/m/1", "is not valid")


def test_a_signature_cannot_be_moved(client: Any, keys: KeyPair) -> None:
    """Neither to another version, nor to another model, nor along with a copy or a new name."""
    registered()
    registered(slope=3.0)
    registered("other")
    sign_model_version("models:/m/1", keys.private)
    for key, value in client.get_model_version("m", 1).tags.items():
        client.set_model_version_tag("m", 2, key, value)
        client.set_model_version_tag("other", 1, key, value)
    client.copy_model_version("models:/m/1", "copied")
    require(keys)

    for uri in ("models:/m/2", "models:/other/1", "models:/copied/1"):
        refused(uri, "is not valid")
    client.rename_registered_model("m", "renamed")
    refused("models:/renamed/1", "is not valid")
    sign_model_version("models:/renamed/1", keys.private)
    assert mlflow.sklearn.load_model("models:/renamed/1") is not None


def test_what_a_signature_says_cannot_be_changed(client: Any, keys: KeyPair) -> None:
    """Neither digest nor time; damaged tags, and parts of them, are refused like wrong ones."""
    registered()
    tags = sign_model_version("models:/m/1", keys.private).to_tags()
    require(keys)
    changes = {
        signatures.TIME_TAG: ["1", "-1", "x", "9" * 400, "١"],
        signatures.DIGEST_TAG: ["sha256:" + "0" * 64, "", "md5:x", tags[signatures.DIGEST_TAG].upper()],
        signatures.VALUE_TAG: ["", "AAAA", "é", tags[signatures.VALUE_TAG][:-4], "!" + tags[signatures.VALUE_TAG]],
        signatures.KEY_TAG: ["", "sha256:", "x" * 1000],
    }

    for key, values in changes.items():
        for value in values:
            client.set_model_version_tag("m", 1, key, value)
            refused("models:/m/1", "")
        client.delete_model_version_tag("m", 1, key)
        refused("models:/m/1", "damaged")
        client.set_model_version_tag("m", 1, key, tags[key])
    assert mlflow.sklearn.load_model("models:/m/1") is not None


@pytest.mark.parametrize("what", ["model.skops", "MLmodel", "requirements.txt"])
def test_changed_files_are_refused(client: Any, keys: KeyPair, what: str) -> None:
    """Whichever file it is, and if the list of files is made anew, too, or taken away."""
    files = registered()
    sign_model_version("models:/m/1", keys.private)
    require(keys)
    original = files.joinpath(what).read_bytes()
    files.joinpath(what).write_bytes(original + b"\n")
    refused("models:/m/1", "not those that were")
    assert "INVALID_PARAMETER_VALUE" == code_of(lambda: verify_model_version("models:/m/1", [keys.public]))[0]
    session.model_directories().seal(files)
    refused("models:/m/1", "")
    (files / "genesis_manifest.json").unlink()
    refused("models:/m/1", "")


def test_swapped_files_are_refused_before_anything_runs(client: Any, keys: KeyPair) -> None:
    """The source of a version leads elsewhere: another model, sealed and whole, with code that would run."""
    files, elsewhere = registered(), Path("elsewhere").absolute()
    sign_model_version("models:/m/1", keys.private)
    require(keys, allow_unsafe=True)
    mlflow.sklearn.save_model(LinearRegression().fit([[1.0]], [1.0]), elsewhere, serialization_format="pickle")
    import pickle

    (elsewhere / "model.pkl").write_bytes(pickle.dumps(Ran()))
    session.model_directories().seal(elsewhere)
    shutil.rmtree(files)
    shutil.copytree(elsewhere, files)

    refused("models:/m/1", "")
    assert not Ran.happened


def test_what_is_signed_is_verified_first(client: Any, keys: KeyPair) -> None:
    """Nobody signs files that are not those that were logged."""
    files = registered()
    (files / "model.skops").write_bytes(b"changed")

    assert "INVALID_PARAMETER_VALUE" == code_of(lambda: sign_model_version("models:/m/1", keys.private))[0]
    assert {} == client.get_model_version("m", 1).tags


def test_files_without_a_list_get_one_when_they_are_signed(client: Any, keys: KeyPair, tmp_path: Path) -> None:
    """As those that MLflow saved; they stay as they are besides."""
    source = tmp_path / "saved"
    mlflow.sklearn.save_model(LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]), source)
    (source / "genesis_manifest.json").unlink()
    client.create_registered_model("m")
    client.create_model_version("m", str(source))
    sign_model_version("models:/m/1", keys.private)
    require(keys)

    assert mlflow.sklearn.load_model("models:/m/1") is not None
    (source / "requirements.txt").write_text("evil")
    refused("models:/m/1", "requirements.txt was changed")


def test_a_policy_can_allow_what_is_signed_to_run(client: Any, keys: KeyPair, caplog: pytest.LogCaptureFixture) -> None:
    """`allow_unsafe: signed` is for valid signatures only, and each use of it is logged."""
    import pickle

    files = registered()
    (files / "model.skops").unlink()
    text = (files / "MLmodel").read_text().replace("model.skops", "model.pkl").replace(": skops", ": pickle")
    (files / "MLmodel").write_text(text)
    (files / "model.pkl").write_bytes(pickle.dumps(Ran()))
    digest = session.model_directories().seal(files).digest
    client.set_logged_model_tags(client.get_model_version("m", 1).model_id, {"genesis_flow.manifest": digest})
    mlflow.set_trust_policy({"version": 1, "default": {"allow_unsafe": "signed", "keys": [keys.public]}})

    refused_code, _ = code_of(lambda: mlflow.sklearn.load_model("models:/m/1"))
    assert ("INVALID_PARAMETER_VALUE", False) == (refused_code, Ran.happened)
    sign_model_version("models:/m/1", keys.private)
    with caplog.at_level(logging.WARNING):
        mlflow.sklearn.load_model("models:/m/1")
    assert Ran.happened
    assert ["The trust policy allows version 1 of model 'm' to run code when it is loaded, because it is signed."] == [
        each.getMessage() for each in caplog.records if "trust policy" in each.getMessage()
    ]


def test_a_policy_is_a_file_of_the_loader(
    client: Any, keys: KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys lie beside it; what cannot be read has nothing loaded at all."""
    registered()
    path = tmp_path / "policy" / "trust.yaml"
    path.parent.mkdir()
    (path.parent / "team.pem").write_text(keys.public)
    monkeypatch.setenv("GENESIS_FLOW_TRUST_POLICY", str(path))
    good = "version: 1\ndefault:\n  require_signed: true\n  keys: [team.pem]\n"

    refused("models:/m/1", "cannot be read")
    for text in ("x: !!python/object/apply:os.system [id]", "version: 1\nversion: 1", "a: &a [*a]", "[", "- 1", "\x00",
                 good.replace("team", "missing"), good + "  other: 1\n"):  # fmt: skip
        path.write_text(text)
        refused("models:/m/1", "trust policy")
    path.write_text(good)
    refused("models:/m/1", "is not signed")
    sign_model_version("models:/m/1", keys.private)
    assert mlflow.sklearn.load_model("models:/m/1") is not None
    (path.parent / "team.pem").write_text(keys.private)
    refused("models:/m/1", "not a public key")


def test_a_directory_called_like_a_uri_is_not_loaded_instead(client: Any, keys: KeyPair, tmp_path: Path) -> None:
    """A relative path `models:/m/1` in the working directory does not get round the policy."""
    files = registered()
    require(keys)
    shutil.copytree(files, tmp_path / "models:" / "m" / "1")
    assert os.path.exists("models:/m/1")

    refused("models:/m/1", "is not signed")


def test_only_versions_and_keys_for_ed25519_will_do(client: Any, keys: KeyPair) -> None:
    """The message shows nothing of a key."""
    registered()
    for uri in ("models:/m-" + "0" * 32, "models:/m/1/sub", "runs:/x/y", "models:/m/7"):
        assert code_of(lambda uri=uri: sign_model_version(uri, keys.private))[0] in (  # type: ignore[misc]
            "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST",
        )  # fmt: skip
    for key in ("", "secret text", keys.public, make_keys(b"password").private):
        code, message = code_of(lambda key=key: sign_model_version("models:/m/1", key))  # type: ignore[misc]
        assert "INVALID_PARAMETER_VALUE" == code
        assert not key or key not in message
    encrypted = make_keys(b"password")
    sign_model_version("models:/m/1", encrypted.private, password=b"password")
    assert verify_model_version("models:/m/1", [encrypted.public]).key_id.startswith("sha256:")
