"""Locations of artifacts: what lies below one, and which may be stored."""

from __future__ import annotations

import pytest

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.locations import below, without_secret


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/a/b", "/a/b/1/artifacts"),
        ("/a/b/", "/a/b/1/artifacts"),
        ("/a/#b?c", "/a/#b?c/1/artifacts"),
        ("file:///a/b", "file:///a/b/1/artifacts"),
        ("file:///a?b=c#d", "file:///a/1/artifacts?b=c#d"),
        ("s3://bucket", "s3://bucket/1/artifacts"),
        ("s3://bucket/a/?b=c", "s3://bucket/a/1/artifacts?b=c"),
        ("s3://bucket/a#b?c", "s3://bucket/a/1/artifacts#b?c"),
        ("scheme+driver://user@host/name?a=b#c", "scheme+driver://user@host/name/1/artifacts?a=b#c"),
        ("mlflow-artifacts:/", "mlflow-artifacts:/1/artifacts"),
    ],
)
def test_names_go_behind_the_path(location: str, expected: str) -> None:
    """The query and the fragment of a URI stay at its end, a plain path has none: stock MLflow's answers."""
    assert expected == below(location, "1", "artifacts")


@pytest.mark.parametrize("location", ["ftp://user:word@host/a", "scheme+driver://user:word@host/a", "s3://user@bucket/a"])
def test_a_password_without_another_place_is_kept(location: str) -> None:
    """For such URIs MLflow's own repositories find a password there or nowhere."""
    assert location == without_secret("artifact_location", location)


@pytest.mark.parametrize("location", ["https://user:word@host/a", "S3://key:word@bucket", "ftp://host/a?sig=word"])
def test_other_secrets_are_refused_and_not_repeated(location: str) -> None:
    """What could be said in environment variables, and signatures, are not stored."""
    with pytest.raises(InvalidInput, match="signature or a password") as caught:
        without_secret("artifact_location", location)
    assert [] == [shown for shown in ("word@", "=word") if shown in str(caught.value)]
