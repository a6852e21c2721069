"""Which store is used for one that a program names."""

from __future__ import annotations

import pytest

from genesis_flow.domain.values.redirects import redirects

SERVED = {"mongodb", "mongodb+srv", "sqlite", "memory"}
TEAM = "mongodb://u:s3cret@a.example.com,b.example.com/team?authSource=admin&w=1"


@pytest.mark.parametrize(
    ("text", "uri", "target"),
    [
        (f"http://localhost:5000={TEAM}", "http://localhost:5000", TEAM),
        (f"http://localhost:5000/={TEAM}", "HTTP://LocalHost:5000", TEAM),
        (f"http://localhost:5000={TEAM}", "http://localhost:5000/", TEAM),
        (f"http://localhost:5000={TEAM}", "http://localhost:5001", None),
        (f"http://localhost:5000={TEAM}", "http://localhost:5000/x", None),
        (f"http://localhost={TEAM}", "http://localhost.example.com", None),
        (f"./mlruns={TEAM}", "./mlruns/", TEAM),
        (f"./mlruns={TEAM}", "./Mlruns", None),
        (f"sqlite:///mlflow.db=memory://\nfile:./a={TEAM}", "file:./a", TEAM),
        ("sqlite:///mlflow.db=memory://", "sqlite:///mlflow.db", "memory://"),
        ("sqlite:///a.db?x=1=memory://", "sqlite:///a.db?x=1", "memory://"),
        (f"*={TEAM}", "databricks", TEAM),
        (f"*={TEAM}", "databricks-uc://profile", TEAM),
        (f"*={TEAM}", "http://any", TEAM),
        (f"*={TEAM}", "mlruns", TEAM),
        (f"*={TEAM}", "sqlite:///mlflow.db", None),
        (f"*={TEAM}", "mongodb://other/x", None),
        (f"*={TEAM} http://a=memory://", "http://a", "memory://"),
        ("http://a=sqlite:///1.db http://a=sqlite:///2.db", "http://a", "sqlite:///2.db"),
        ("", "http://a", None),
    ],
)
def test_a_store_is_found(text: str, uri: str, target: str | None) -> None:
    """By what is listed, else by `*`, which stands for what is no store of ours."""
    assert target == redirects(text).target(uri, SERVED)


@pytest.mark.parametrize("text", ["x", "=memory://", "a=", "a=b", "http://u:s3cret@h/", f"a=memory:// b={'s3cret'}"])
def test_what_is_not_understood_is_refused(text: str) -> None:
    """Without showing it."""
    with pytest.raises(ValueError, match="give FROM=TO") as caught:
        redirects(text)
    assert "s3cret" not in str(caught.value)


def test_passwords_are_not_shown() -> None:
    """Neither as text nor by repr."""
    found = redirects(f"http://me:s3cret@h={TEAM} *=memory://")
    assert "http://***@h=mongodb://***@a.example.com,b.example.com/team?... *=memory://" == str(found)
    assert "s3cret" not in repr(found)
