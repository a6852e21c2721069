"""Prompts at the client; codes and texts are what MLflow 3.17.2 answers, where not said otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities.model_registry import Prompt, PromptModelConfig, PromptVersion
from tests.api.refusals import INVALID, MISSING, TAKEN, refusal

CHAT = [{"role": "system", "content": "You are {{ style }}."}, {"role": "user", "content": "{{question}}"}]


@pytest.fixture
def prompt(client: MlflowClient) -> PromptVersion:
    """Version 1 of the prompt "pr"."""
    return client.register_prompt("pr", "Hello {{ name }}!", "first", {"x": "y"})


def loaded(client: MlflowClient, *arguments: Any, **options: Any) -> PromptVersion:
    """A prompt that is there."""
    found = client.load_prompt(*arguments, **options)
    assert found is not None
    return found


def test_a_prompt_is_what_was_registered(client: MlflowClient, prompt: PromptVersion) -> None:
    """It has a name, a number, variables, tags and a URI."""
    assert ("pr", 1, "Hello {{ name }}!", {"name"}, {"x": "y"}, "prompts:/pr/1", "first", True) == (
        prompt.name, prompt.version, prompt.template, prompt.variables, prompt.tags, prompt.uri,
        prompt.commit_message, prompt.is_text_prompt,
    )
    assert prompt == client.load_prompt("pr") == client.get_prompt_version("pr", 1)
    assert "PromptVersion(name=pr, version=1, template=Hello {{ name }}!)" == repr(prompt)


def test_a_prompt_is_a_registered_model_in_disguise(client: MlflowClient, prompt: PromptVersion) -> None:
    """It is stored with MLflow's tags, so that either library finds it."""
    registry = client._registry
    model, version = registry.prompts.get("pr"), registry.prompts.get_version("pr", 1)
    assert {"mlflow.prompt.is_prompt": "true", "x": "y", "_mlflow_experiment_ids": ",0,"} == model.tags
    assert {
        "x": "y", "mlflow.prompt.is_prompt": "true", "_mlflow_prompt_type": "text",
        "mlflow.prompt.text": "Hello {{ name }}!",
    } == version.tags
    assert "dummy-source" == version.source


def test_models_and_prompts_share_names_and_nothing_else(client: MlflowClient, prompt: PromptVersion) -> None:
    """A prompt is no model: it cannot be found, changed or registered as one, nor the other way round."""
    client.create_registered_model("m")
    code, message = refusal(lambda: client.create_registered_model("pr"))
    taken = "Tried to create a registered model with name 'pr', but the name is already taken by a prompt."
    assert (TAKEN, True) == (code, message.startswith(taken))
    assert TAKEN == refusal(lambda: client.create_prompt("m"))[0]
    assert INVALID == refusal(lambda: client.register_prompt("m", "x"))[0]
    assert INVALID == refusal(lambda: client.create_registered_model("n", {"mlflow.prompt.is_prompt": "true"}))[0]
    for call in (
        lambda: client.get_registered_model("pr"),
        lambda: client.get_model_version("pr", "1"),
        lambda: client.delete_registered_model("pr"),
        lambda: client.rename_registered_model("pr", "x"),
        lambda: client.set_registered_model_tag("pr", "a", "b"),
        lambda: client.set_model_version_tag("pr", "1", "mlflow.prompt.text", "other"),
        lambda: client.delete_model_version("pr", "1"),
        lambda: client.get_model_version_download_uri("pr", "1"),
    ):
        assert (MISSING, "Registered Model with name='pr' not found.") == refusal(call)
    assert ["m"] == [model.name for model in client.search_registered_models()]
    assert ["pr"] == [found.name for found in client.search_prompts()]
    marked = "tags.`mlflow.prompt.is_prompt` = 'true'"
    assert ["pr"] == [model.name for model in client.search_registered_models(marked)]
    assert ["pr"] == [version.name for version in client.search_model_versions(marked)]
    assert [] == list(client.search_model_versions())
    assert None is client.get_prompt("m")


def test_versions_and_aliases(client: MlflowClient, prompt: PromptVersion) -> None:
    """The latest version is loaded unless another is asked for."""
    client.register_prompt("pr", "Bye {{ name }}!")
    client.set_prompt_alias("pr", "prod", 1)
    assert [2, 2, 1, 1, 1, 2] == [
        loaded(client, *arguments).version
        for arguments in (
            ("pr",), ("prompts:/pr@latest",), ("pr", 1), ("prompts:/pr/1",), ("prompts:/pr@prod",), ("pr", "2"),
        )
    ]
    assert [("pr", "1"), ("pr", "2")] == [client.parse_prompt_uri(f"prompts:/pr{end}") for end in ("@prod", "/2")]
    assert [(2, []), (1, ["prod"])] == [(each.version, each.aliases) for each in client.search_prompt_versions("pr")]
    client.delete_prompt_alias("pr", "prod")
    assert INVALID == refusal(lambda: client.load_prompt("prompts:/pr@prod"))[0]


def test_what_does_not_exist(client: MlflowClient, prompt: PromptVersion) -> None:
    """Missing prompts are called prompts, and may be missing where that is allowed."""
    assert (MISSING, "Prompt with name=nope not found") == refusal(lambda: client.load_prompt("nope"))
    assert (MISSING, "Prompt (name=pr, version=9) not found") == refusal(lambda: client.load_prompt("pr", 9))
    for wanted in ("nope", "prompts:/pr/9", "prompts:/pr@nope"):
        assert None is client.load_prompt(wanted, allow_missing=True)
    for wanted in ("prompts:/pr", "prompts:/pr/Production", "prompts:/pr/latest", "prompts:pr"):
        assert INVALID == refusal(lambda wanted=wanted: client.load_prompt(wanted))[0]
    assert INVALID == refusal(lambda: client.load_prompt("prompts:/pr/1", 1))[0]
    assert None is client.get_prompt("nope")


@pytest.mark.parametrize("name", ["a b", "a/b", "é", "a\n", "..", ""])
def test_names_that_are_none(client: MlflowClient, name: str) -> None:
    """Prompts have plainer names than models."""
    assert INVALID == refusal(lambda: client.register_prompt(name, "x"))[0]
    assert [] == list(client.search_prompts())


def test_a_refused_version_leaves_no_prompt(client: MlflowClient) -> None:
    """What cannot be registered leaves nothing behind."""
    code, message = refusal(lambda: client.register_prompt("pr", "x" * 100_001))
    assert (INVALID, "Prompt text exceeds max length of 100000 characters.") == (code, message)
    assert INVALID == refusal(lambda: client.register_prompt("pr", "x", tags={"a@b": "1"}))[0]
    with pytest.raises(ValueError, match="Template must be a list of dicts with role and content"):
        client.register_prompt("pr", [{"content": "x"}])
    assert [] == list(client.search_prompts())


def test_formatting(prompt: PromptVersion) -> None:
    """Values take the place of variables, once; those that miss are an error unless they may be left."""
    assert "Hello B!" == prompt.format(name="B")
    assert r"Hello \1 {{ name }}!" == prompt.format(name=r"\1 {{ name }}")
    assert (INVALID, "Missing variables: {'name'}. To partially format the prompt, set `allow_partial=True`.") == (
        refusal(prompt.format)
    )
    two = PromptVersion("p", 1, "{{a}} {{ b.c }} {{d-e}}")
    partly = two.format(allow_partial=True, a=1)
    assert isinstance(partly, PromptVersion)
    assert ("1 {{ b.c }} {{d-e}}", {"b.c"}) == (partly.template, partly.variables)
    assert "{a} {b.c} {{d-e}}" == two.to_single_brace_format()


def test_chat_prompts(client: MlflowClient) -> None:
    """Messages are formatted one by one, and come back as they were."""
    made = client.register_prompt("chat", CHAT)
    assert (CHAT, False, {"style", "question"}) == (made.template, made.is_text_prompt, made.variables)
    assert [{"role": "system", "content": 'You are "x".'}, {"role": "user", "content": "?"}] == made.format(
        style='"x"', question="?"
    )
    assert "{question}" == made.to_single_brace_format()[1]["content"]  # type: ignore[index]  # it is a list
    assert made == loaded(client, "chat", cache_ttl_seconds=0)


def test_configurations(client: MlflowClient) -> None:
    """Formats of answers and configurations of models are kept beside the template."""
    config = PromptModelConfig(model_name="gpt", temperature=0.5, extra_params={"k": [1]})
    client.register_prompt("p", "x", response_format={"type": "object"}, model_config=config)
    found = loaded(client, "p")
    assert ({"type": "object"}, {"model_name": "gpt", "temperature": 0.5, "k": [1]}, {}) == (
        found.response_format, found.model_config, found.tags,
    )
    assert config == PromptModelConfig.from_dict(config.to_dict())
    for wrong in ({"temperature": -1}, {"max_tokens": 0}, {"top_p": 2}, {"top_k": "x"}, {"stop_sequences": "x"}):
        with pytest.raises(ValueError, match="must be"):
            client.register_prompt("q", "x", model_config=wrong)


def test_tags(client: MlflowClient, prompt: PromptVersion) -> None:
    """Prompts and their versions have tags of their own."""
    client.set_prompt_tag("pr", "p", "1")
    client.set_prompt_version_tag("pr", 1, "v", "2")
    client.delete_prompt_tag("pr", "x")
    client.delete_prompt_version_tag("pr", "1", "x")
    found = client.get_prompt("pr")
    assert isinstance(found, Prompt)
    assert {"p": "1", "_mlflow_experiment_ids": ",0,"} == found.tags
    assert {"v": "2"} == loaded(client, "pr", 1).tags


def test_deleting(client: MlflowClient, prompt: PromptVersion) -> None:
    """Versions and prompts are deleted for good."""
    client.register_prompt("pr", "x")
    client.delete_prompt_version("pr", "2")
    assert 1 == loaded(client, "pr").version
    client.delete_prompt("pr")
    assert MISSING == refusal(lambda: client.load_prompt("pr", 1))[0]
    assert "pr" == client.create_registered_model("pr").name


def test_searching(client: MlflowClient, prompt: PromptVersion) -> None:
    """Prompts are found by name, tags, and the experiments in which they were used."""
    client.create_prompt("other", "d", {"t": "1"})
    for text, expected in (
        ("name LIKE 'p%'", ["pr"]), ("tags.t = '1'", ["other"]), ("experiment_id = '0'", ["pr"]),
        ("experiment_id = \"1\"", []), (None, ["other", "pr"]),
    ):
        assert expected == [found.name for found in client.search_prompts(text)]
    assert INVALID == refusal(lambda: client.search_prompts("experiment_id LIKE '0'"))[0]


def test_the_cache(client: MlflowClient, prompt: PromptVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded prompt is kept; what this process changes is seen at once, and 0 seconds keep nothing."""
    client.set_prompt_alias("pr", "prod", 1)
    first = loaded(client, "prompts:/pr@prod")
    elsewhere = client._registry
    elsewhere.prompts.register("pr", {"mlflow.prompt.text": "new", "_mlflow_prompt_type": "text"})
    elsewhere.prompts.set_alias("pr", "prod", 2)
    assert first is client.load_prompt("prompts:/pr@prod")
    assert 2 == loaded(client, "prompts:/pr@prod", cache_ttl_seconds=0).version
    client.set_prompt_alias("pr", "prod", 2)
    assert 2 == loaded(client, "prompts:/pr@prod").version
    monkeypatch.setenv("MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS", "0")
    elsewhere.prompts.set_alias("pr", "prod", 1)
    assert 1 == loaded(client, "prompts:/pr@prod").version
    assert INVALID == refusal(lambda: client.load_prompt("pr", cache_ttl_seconds=-1))[0]


def test_runs_and_prompts(client: MlflowClient, prompt: PromptVersion) -> None:
    """A run that is linked to prompts lists them, until it is detached."""
    run_id = client.create_run("0").info.run_id
    for _ in range(2):
        client.link_prompt_version_to_run(run_id, "prompts:/pr/1")
    assert '[{"name": "pr", "version": "1"}]' == client.get_run(run_id).data.tags["mlflow.linkedPrompts"]
    assert ["prompts:/pr/1"] == [found.uri for found in client.list_logged_prompts(run_id)]
    client.detach_prompt_from_run(run_id, "prompts:/pr/1")
    assert [] == client.list_logged_prompts(run_id)
    assert INVALID == refusal(lambda: client.detach_prompt_from_run(run_id, "prompts:/pr/1"))[0]
    assert INVALID == refusal(lambda: client.link_prompt_version_to_run(run_id, 5))[0]  # type: ignore[arg-type]


def test_prompts_of_jinja(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template with statements needs Jinja2, which is named where it is missing."""
    prompt = PromptVersion("p", 1, "{% if a %}{{ a }}{% else %}-{% endif %}")
    try:
        import jinja2  # noqa: F401
    except ImportError:
        assert "pip install jinja2" in refusal(prompt.format)[1]
    else:
        assert ["1", "-"] == [prompt.format(a=1), prompt.format()]
