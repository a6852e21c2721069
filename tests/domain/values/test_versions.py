"""Versions and constraints are read as the packaging library reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.versions import is_allowed, version

RELEASES = st.lists(st.integers(0, 3), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
SUFFIXES = st.sampled_from(
    ["", "", "a1", "b2", "rc1", "RC", "-alpha.2", ".dev0", ".dev2", ".post1", "-2", ".post1.dev3", "a1.dev2", "c1-3"]
)
LOCAL = st.sampled_from(["", "", "", "+cpu", "+1.x"])
VERSIONS = st.builds(lambda epoch, *parts: epoch + "".join(parts), st.sampled_from(["", "", "1!"]), RELEASES, SUFFIXES)
CLAUSES = st.builds("{}{}".format, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), VERSIONS)
PREFIXES = st.builds(lambda operator, text: f"{operator}{text}.*", st.sampled_from(["==", "!="]), RELEASES)
COMPATIBLE = st.builds("~={}.{}".format, RELEASES, st.integers(0, 3))
CONSTRAINTS = st.lists(CLAUSES | PREFIXES | COMPATIBLE, max_size=3).map(",".join)


@given(VERSIONS, LOCAL, CONSTRAINTS)
def test_constraints_mean_what_pip_takes_them_for(release: str, local: str, constraint: str) -> None:
    """With versions before releases counted in."""
    candidate = release + local

    assert SpecifierSet(constraint).contains(candidate, prereleases=True) == is_allowed(candidate, constraint)


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered_as_pip_orders_them(one: str, other: str) -> None:
    """As PEP 440 has it."""
    assert (Version(one) < Version(other)) == (version(one).public_key < version(other).public_key)
    assert (Version(one) == Version(other)) == (version(one).public_key == version(other).public_key)


@given(st.text(st.sampled_from("0123.a-_+!vrc dpost\n*=<>~,é٣"), max_size=12))
def test_what_pip_does_not_read_is_refused(text: str) -> None:
    """Whatever the text is: read as by pip, or refused as such."""
    try:
        expected = Version(text)
    except InvalidVersion:
        with pytest.raises(InvalidInput):
            version(text)
    else:
        assert (expected.epoch, expected.release) == (version(text).epoch, version(text).release)


@pytest.mark.parametrize(
    "constraint", ["1.0", ">=", ">=1.0 <2", "=>1", "~=1", ">=x", "<1.*", "===1.0", ">=1.0;x", None]
)
def test_constraints_that_cannot_be_read_are_refused(constraint: str) -> None:
    """Nothing is guessed."""
    if constraint is not None and "===" not in constraint:
        with pytest.raises(InvalidSpecifier):
            SpecifierSet(constraint)
    with pytest.raises(InvalidInput):
        is_allowed("1.0", constraint)
