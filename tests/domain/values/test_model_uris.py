"""URIs of models and prompts, names, aliases and numbers."""

from __future__ import annotations

from typing import Any

import pytest

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.model_names import alias_name, free_alias, model_version
from genesis_flow.domain.values.model_uris import PROMPTS, ModelUri, model_uri

ID = "m-" + "0a" * 16


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("models:/n/1", ModelUri("n", version=1)),
        ("models:/n/007", ModelUri("n", version=7)),
        ("models:/n/latest", ModelUri("n")),
        ("models:/n/LaTeSt", ModelUri("n")),
        ("models:/n/Production", ModelUri("n", stage="Production")),
        ("models:/n/-1", ModelUri("n", stage="-1")),
        ("models:/n@a", ModelUri("n", alias="a")),
        ("models:/n@m@a", ModelUri("n@m", alias="a")),
        ("models:/a b/1", ModelUri("a b", version=1)),
        (f"models:/{ID}", ModelUri(logged_model_id=ID)),
        ("models:/m-x", ModelUri(logged_model_id="m-x")),
        ("models:/n/1/a/b.txt", ModelUri("n", version=1, path="a/b.txt")),
        ("models:/n@a/1", ModelUri("n@a", version=1)),
        (f"models:/{ID}/a/b.txt", ModelUri(logged_model_id=ID, path="a/b.txt")),
    ],
)
def test_what_a_uri_names(uri: str, expected: ModelUri) -> None:
    """A URI names a version by number, stage or alias, the latest one, or a logged model; a path may follow."""
    assert expected == model_uri(uri)


@pytest.mark.parametrize(
    "uri", ["models:/", "models:", "models:n/1", "models://n/1", "models:/n/", "models://", "models:/ /1", "models:/@a",
            "models:/n@", "runs:/n/1", "models:/n/ ", "prompts:/n/1", "", "n/1"],
)  # fmt: skip
def test_what_names_nothing(uri: str) -> None:
    """Anything else is refused in MLflow's words."""
    with pytest.raises(InvalidInput, match=r"^Not a proper models:/ URI: "):
        model_uri(uri)


@pytest.mark.parametrize("uri", ["prompts:/n/latest", "prompts:/n/Production", "prompts:/n/1/x", "models:/n/1"])
def test_prompts_have_no_stages(uri: str) -> None:
    """A prompt has numbers and aliases only."""
    assert ModelUri("n", version=1) == model_uri("prompts:/n/1", PROMPTS)
    assert ModelUri("n", alias="latest") == model_uri("prompts:/n@latest", PROMPTS)
    with pytest.raises(InvalidInput, match=r"^Not a proper prompts:/ URI: "):
        model_uri(uri, PROMPTS)


@pytest.mark.parametrize(("value", "expected"), [(1, 1), ("1", 1), ("007", 7), (" 2 ", 2), ("-1", -1), (2**70, 2**70)])
def test_numbers(value: Any, expected: int) -> None:
    """A number is a whole one, also as a text."""
    assert expected == model_version(value)


@pytest.mark.parametrize("value", [None, True, 1.5, "1.5", "x", "", "1_0", "\u0661", "1\n2", "9" * 200])
def test_what_is_no_number(value: Any) -> None:
    """Anything else is refused in MLflow's words."""
    with pytest.raises(InvalidInput, match=r"^Parameter 'version' must be an integer, got '"):
        model_version(value)


def test_reserved_aliases_can_be_asked_for() -> None:
    """What cannot be given as an alias can still be looked up."""
    for alias in ("latest", "LATEST", "v1", "V22"):
        assert alias == alias_name(alias)
        with pytest.raises(InvalidInput, match="is reserved"):
            free_alias(alias)
    assert "v1x" == free_alias("v1x")
