"""Which registry a policy is for, and what a policy may say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.registry_places import registry_place
from genesis_flow.domain.values.trust import Trust
from genesis_flow.domain.values.trust_policy import RegistryPolicy, trust_policy

PREFIX = "mongodb://db.example.com/team"


def covers(prefix: str, uri: str) -> bool:
    """Whether a policy for `prefix` is one for `uri`."""
    return registry_place(prefix).covers(registry_place(uri))


@pytest.mark.parametrize(
    ("prefix", "uri"),
    [
        (PREFIX, PREFIX),
        (PREFIX, "mongodb://user:p%40ss@DB.example.com:27017/team?authSource=admin&tls=true"),
        (PREFIX, "mongodb://db.example.com./team"),
        ("mongodb://db.example.com", PREFIX),
        ("mongodb://db.example.com/", PREFIX),
        ("mongodb://a,b:27018,c/team", "mongodb://b:27018,a/team"),
        ("mongodb+srv://cluster.example.com/team", "mongodb+srv://u:p@cluster.example.com/team"),
        ("mongodb://[::1]/team", "mongodb://[::1]:27017/team"),
        (PREFIX, "mongodb://db.example.com/te%61m"),
        ("sqlite:////data/models.db", "sqlite:////data/models.db?x=1"),
        ("sqlite:////data", "sqlite:////data/team/models.db"),
        ("sqlite:////data/", "sqlite:////data/models.db"),
        ("sqlite:////data/models.db", "sqlite:////data/x/../models.db"),
        ("memory://", "memory://"),
        ("memory://", "memory://a"),
    ],
)
def test_a_registry_is_recognized(prefix: str, uri: str) -> None:
    """Whoever connects, whatever the options, and by whichever spelling."""
    assert covers(prefix, uri)


@pytest.mark.parametrize(
    ("prefix", "uri"),
    [
        (PREFIX, "mongodb://db.example.com/team2"),
        (PREFIX, "mongodb://db.example.com/Team"),
        (PREFIX, "mongodb://db.example.com/"),
        (PREFIX, "mongodb://db.example.com.evil.com/team"),
        (PREFIX, "mongodb://db.example.com:27018/team"),
        (PREFIX, "mongodb://db.example.com,evil.com/team"),
        (PREFIX, "mongodb://db.example.com:27017@evil.com/team"),
        (PREFIX, "mongodb+srv://db.example.com/team"),
        (PREFIX, "mongodb://evil.com/team?host=db.example.com"),
        ("mongodb://db.example.com", "mongodb://db.example.com.evil.com/x"),
        ("sqlite:////data", "sqlite:////database/x.db"),
        ("sqlite:////data/models.db", "sqlite:////data/models.db.evil"),
        ("sqlite:////data", "sqlite:////data/../tmp/x.db"),
        ("sqlite:////data/models.db", "sqlite:////data"),
        ("memory://a", "memory://b"),
        ("memory://a", "memory://"),
        ("memory://", "sqlite:////data"),
    ],
)
def test_another_registry_is_not(prefix: str, uri: str) -> None:
    """However alike the texts begin."""
    assert not covers(prefix, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://u:a/b@db.example.com/team", "mongodb://u:p@x@db.example.com/team", "mongodb:///team",
        "mongodb://db.example.com/team/@evil.com", "mongodb://db.example.com#@evil.com/team", "mongodb://a b/team",
        "http://x", "x", "", "sqlite://host/x", "sqlite:///", "mongodb://a\n/b", "file:///x", None, 7,
    ],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_refused(uri: Any) -> None:
    """Its text is not shown: it may hold a password."""
    with pytest.raises(InvalidInput) as caught:
        registry_place(uri)
    assert "x@db" not in caught.value.message
    assert "evil" not in caught.value.message


HOSTS = st.lists(st.sampled_from(["a", "b", "a.b", "ab", "b:1", "A"]), min_size=1, max_size=3, unique_by=str.lower)
NAMES = st.sampled_from(["", "x", "xy", "X"])


@given(HOSTS, NAMES, HOSTS, NAMES, st.sampled_from(["", "u@", "u:p@", "a:b@"]), st.sampled_from(["", "?a=b", "?x=/@y"]))
def test_covering_is_of_hosts_and_database(
    ours: list[str], name: str, theirs: list[str], other: str, user: str, options: str
) -> None:
    """All hosts are among those of the entry, and the database is its own, if it names one."""
    expected = {each.lower() for each in theirs} <= {each.lower() for each in ours} and name in ("", other)

    assert expected == covers(
        f"mongodb://{','.join(ours)}/{name}", f"mongodb://{user}{','.join(theirs)}/{other}{options}"
    )


def policy(content: Any) -> Any:
    """The policy of a mapping, whose keys are their own PEM."""
    return trust_policy(content, lambda key: f"pem of {key}")


def test_the_narrowest_entry_counts() -> None:
    """Not the first, and nothing of the others is added."""
    found = policy(
        {
            "version": 1,
            "registries": [
                {"uri": "mongodb://a,b", "trusted": ["wide.C"], "allow_unsafe": True},
                {"uri": "mongodb://a/x", "require_signed": True, "keys": ["k"], "allow_unsafe": "signed"},
                {"uri": "mongodb://a", "trusted": ["host.C"]},
            ],
            "default": {"trusted": ["default.C"]},
        }
    )

    assert RegistryPolicy(frozenset(), True, ("pem of k",), "signed") == found.for_registry("mongodb://u:p@a/x")
    assert RegistryPolicy(frozenset({"host.C"})) == found.for_registry("mongodb://a/y")
    assert RegistryPolicy(frozenset({"wide.C"}), allow_unsafe=True) == found.for_registry("mongodb://b/x")
    assert RegistryPolicy(frozenset({"default.C"})) == found.for_registry("mongodb://c/x")


@pytest.mark.parametrize(
    "content",
    [
        None, [], {}, {"version": 2}, {"version": True}, {"version": "1"}, {"version": 1, "extra": 1},
        {"version": 1, "registries": {}}, {"version": 1, "registries": [1]}, {"version": 1, "registries": [{}]},
        {"version": 1, "default": {"uri": "memory://"}}, {"version": 1, "default": {"require_signd": True}},
        {"version": 1, "default": {"require_signed": "yes"}}, {"version": 1, "default": {"require_signed": 1}},
        {"version": 1, "default": {"require_signed": True}}, {"version": 1, "default": {"allow_unsafe": "signed"}},
        {"version": 1, "default": {"allow_unsafe": "true"}}, {"version": 1, "default": {"allow_unsafe": 1}},
        {"version": 1, "default": {"trusted": "a.B"}}, {"version": 1, "default": {"trusted": ["a.*"]}},
        {"version": 1, "default": {"trusted": ["os"]}}, {"version": 1, "default": {"trusted": [1]}},
        {"version": 1, "default": {"keys": "x"}}, {"version": 1, "default": {"trusted": None}},
        {"version": 1, "registries": [{"uri": "http://x"}]}, {"version": 1, "registries": [{"uri": "sqlite:///x.db"}]},
        {"version": 1, "registries": [{"uri": "mongodb://a"}, {"uri": "mongodb://A:27017/"}]},
        {"version": 1, "default": {"allow_unsafe": None}}, {"version": 1, "experiments": {}},
        {"version": 1, "experiments": [{"uri": "memory://"}]}, {"version": 1, "experiments": [{"names": ["a"]}]},
        {"version": 1, "experiments": [{"uri": "memory://", "names": []}]},
        {"version": 1, "experiments": [{"uri": "memory://", "names": "a"}]},
        {"version": 1, "experiments": [{"uri": "http://x", "names": ["a"]}]},
        {"version": 1, "experiments": [{"uri": "memory://", "names": ["a"], "require_signed": False}]},
        {"version": 1, "experiments": [{"uri": "memory://", "names": ["a"], "allow_unsafe": "signed"}]},
        {"version": 1, "locations": [{}]}, {"version": 1, "locations": [{"uri": "relative"}]},
        {"version": 1, "locations": [{"uri": "file:relative"}]}, {"version": 1, "locations": [{"uri": "s3://b/%2e"}]},
        {"version": 1, "locations": [{"uri": "s3://b/a/../c"}]},
        {"version": 1, "locations": [{"uri": "/x", "keys": []}]},
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(content: Any) -> None:
    """A misspelt key never means less than was meant."""
    with pytest.raises(InvalidInput):
        policy(content)


@pytest.mark.parametrize(
    ("above", "place"),
    [
        ("/data/models", "/data/models"), ("/data/models/", "/data/models/a"), ("file:///data", "/data/models/x"),
        ("/data", "file:///data/a"), ("/data/a", "/data/b/../a/m"), ("s3://bucket", "s3://bucket/a/b"),
        ("s3://bucket/a/", "S3://bucket/a"), ("wasbs://c@h.example.com/a", "wasbs://c@h.example.com/a/b"),
        ("mlflow-artifacts:/1", "mlflow-artifacts:/1/a"),
    ],
)  # fmt: skip
def test_a_place_is_recognized(above: str, place: str) -> None:
    """It, and what is below it."""
    found = policy({"version": 1, "locations": [{"uri": above, "allow_unsafe": True, "trusted": ["a.B"]}]})
    assert Trust(frozenset({"a.B"}), allow_unsafe=True) == found.for_location(place)


@pytest.mark.parametrize(
    ("above", "place"),
    [
        ("/data/models", "/data/models2"), ("/data/models", "/data"), ("/data/a", "/data/a/../b"),
        ("/data", "relative/data"), ("s3://bucket/a", "s3://bucket/ab"), ("s3://bucket/a", "s3://bucket2/a"),
        ("s3://bucket/a", "gs://bucket/a"), ("s3://bucket/a", "s3://bucket/a/../b"), ("s3://bucket", "s3://x@bucket/a"),
        ("s3://bucket/a", "s3://bucket/a/%2e%2e/b"), ("s3://bucket/a", "s3://bucket/a?x"), ("s3://bucket", "s3://bucket#"),
        ("s3://bucket/a", "s3://bucket//a"), ("s3://bucket/a", "s3://bucket/a\\b"), ("s3://bucket", "/bucket"),
        ("/data", "s3://data"), ("/data", "file:data"), ("/data", "file:///data/%2e%2e/b"), ("/data", ""),
        ("/data", "file://host/data"), ("/data", "s3:///data/a"),
    ],
)  # fmt: skip
def test_another_place_is_not(above: str, place: str) -> None:
    """However alike the texts begin, and nothing that could be read in two ways."""
    found = policy({"version": 1, "locations": [{"uri": above, "allow_unsafe": True}]})
    assert Trust() == found.for_location(place)
