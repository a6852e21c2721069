"""Trust comes from the caller, names exact classes, and is told about."""

from __future__ import annotations

import logging
import pickle
from pathlib import Path

import pytest
import skops.io
import torch

from genesis_flow.adapters.flavors.loading import load_pickle, load_skops, load_torch
from genesis_flow.domain.errors import CorruptRecord, InvalidInput, NotFound, Unsupported, UntrustedContent
from genesis_flow.domain.values.trust import NO_TRUST, Trust, trust
from tests.adapters.flavors.assembling import called, created, named, plain, whole
from tests.adapters.flavors.attacks.vouched import Layer, Other, Own

NAME = f"{Own.__module__}.Own"


def test_a_class_of_the_callers_needs_a_name() -> None:
    """The error names the class and how to trust it; with the name it is loaded."""
    content = pickle.dumps(Own(5))
    with pytest.raises(UntrustedContent) as caught:
        load_pickle(content)

    assert (NAME,) == caught.value.names
    assert f'trusted=["{NAME}"]' in caught.value.message
    assert "allow_unsafe_deserialization=True" in caught.value.message
    assert 5 == load_pickle(content, trust([NAME])).value


def test_all_names_are_told_at_once() -> None:
    """Whoever wants to trust a file does not have to try it name by name."""
    with pytest.raises(UntrustedContent) as caught:
        load_pickle(pickle.dumps([Own(), Other(), print]))

    assert ("builtins.print", f"{Own.__module__}.Other", NAME) == caught.value.names
    assert "builtins.print cannot be trusted by name" in caught.value.message


def test_trust_is_exact() -> None:
    """Neither a package nor a prefix nor another class helps."""
    content = pickle.dumps(Own(5))
    for names in (["tests.adapters"], [f"{Own.__module__}.Ow"], [f"{Own.__module__}.Other"], [NAME + "x"], []):
        with pytest.raises(UntrustedContent):
            load_pickle(content, trust(names))


@pytest.mark.parametrize(
    "names", ["a.b.C", ["C"], ["a.*"], [""], ["a..b"], ["a.b "], ["a.b\n"], [3], [None], ["a.b-c"], ["a"]]
)
def test_trust_is_checked(names: object) -> None:
    """A name is `package.module.Class`, in a list."""
    with pytest.raises(InvalidInput) as caught:
        trust(names)  # type: ignore[arg-type]

    assert "trusted" == caught.value.field


def test_no_trust_is_the_default() -> None:
    """Nothing is trusted and nothing unsafe allowed."""
    assert Trust(frozenset(), False) == NO_TRUST == trust() == trust(None) == trust([])
    assert Trust(frozenset({"a.b"}), True) == trust(["a.b", "a.b"], allow_unsafe=True)


def test_trust_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Which class of which file."""
    with caplog.at_level(logging.WARNING):
        load_pickle(pickle.dumps([Own(), Own()]), trust([NAME]))

    assert [f"'model' is loaded with the class {NAME}, which the caller trusts."] == [
        record.getMessage() for record in caplog.records
    ]


def test_skops_takes_trust_from_the_caller_too() -> None:
    """The list of the caller's names, never one of the file's."""
    content = skops.io.dumps(Own(5))
    with pytest.raises(UntrustedContent, match="Own"):
        load_skops(content)

    assert 5 == load_skops(content, trust([NAME])).value


def test_torch_takes_trust_from_the_caller_too(tmp_path: Path) -> None:
    """A module class of the caller's, whose parts are listed."""
    layer = Layer()
    torch.save(layer, tmp_path / "x.pt")
    with pytest.raises(UntrustedContent, match="Layer"):
        load_torch(tmp_path / "x.pt")
    found = load_torch(tmp_path / "x.pt", trust([f"{Layer.__module__}.Layer"]))

    assert torch.equal(layer(torch.ones(2)), found(torch.ones(2)))


def test_members_of_a_trusted_enum() -> None:
    """Are found by their value."""
    from tests.adapters.flavors.attacks.vouched import Colour

    content = pickle.dumps([Colour.RED], 2)

    assert [Colour.RED] == load_pickle(content, trust([f"{Own.__module__}.Colour"]))


def test_a_trusted_class_that_is_not_there() -> None:
    """Is a package to install."""
    with pytest.raises(Unsupported, match="not_installed"):
        load_pickle(whole(created(named("not_installed.module", "Class"))), trust(["not_installed.module.Class"]))


def test_unsafe_loading_runs_code_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The one way to the libraries' own loaders, and only by the caller."""
    canary = tmp_path / "canary"
    content = whole(called(named("os", "mkdir"), plain(str(canary))))
    with pytest.raises(UntrustedContent):
        load_pickle(content)
    assert not canary.exists()

    with caplog.at_level(logging.WARNING):
        load_pickle(content, trust(allow_unsafe=True))
    assert canary.exists()
    assert "because the caller allows it to run any code" in caplog.text


def test_unsafe_loading_of_each_format(tmp_path: Path) -> None:
    """Gives what the library gives."""
    torch.save(Layer(), tmp_path / "x.pt")
    allowed = trust(allow_unsafe=True)

    assert 5 == load_skops(skops.io.dumps(Own(5)), allowed).value
    assert isinstance(load_torch(tmp_path / "x.pt", allowed), Layer)


def test_missing_files(tmp_path: Path) -> None:
    """A file that is not there, or no file, is not found."""
    for path in (tmp_path / "no", tmp_path, tmp_path / "no" / "x"):
        for load in (load_pickle, load_skops, load_torch):
            with pytest.raises(NotFound):
                load(path)


def test_nothing_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at is what is loaded, though the file is exchanged meanwhile."""
    from genesis_flow.adapters.flavors.secure import pickles

    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps([1]))
    looked_at = pickles.noted

    def exchanged(*args: object) -> object:
        path.write_bytes(whole(called(named("os", "system"), plain("true"))))
        return looked_at(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pickles, "noted", exchanged)

    assert [1] == load_pickle(path)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    """Is damaged for a loader that it is not for."""
    for content in (b"", b"hello", b"PK\x03\x04", pickle.dumps([1])[:-1], b"{}"):
        path = tmp_path / "x"
        path.write_bytes(content)
        for load in (load_pickle, load_skops, load_torch):
            with pytest.raises((CorruptRecord, UntrustedContent)):
                load(path)
