"""
Templates of prompts: texts, or lists of chat messages, with variables in double braces.

Variables are `{{ name }}` or `{{ name.part }}`; a template with `{% %}` is one of Jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from genesis_flow.api.exceptions import MlflowException

Template = str | list[dict[str, Any]]

_VARIABLE: Final = re.compile(r"\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*)\s*\}\}")


def checked_messages(messages: Any) -> list[dict[str, Any]]:
    """
    `messages`, if each of them has a role and, unless it calls tools, a content.

    Raises:
        ValueError: They are not.
    """
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        raise ValueError("Template must be a list of dicts with role and content")
    return messages


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return False
    return isinstance(message.get("content"), (str, list)) or bool(message.get("tool_calls"))


def variables_of(text: str) -> set[str]:
    """The variables in a text."""
    return set(_VARIABLE.findall(text))


def filled(template: Template, values: Mapping[str, Any]) -> Template:
    """The template with values in place of those of its variables that have one."""
    if not values:
        return _mapped(template, lambda text: text)
    names = "|".join(re.escape(name) for name in sorted(values, key=len, reverse=True))
    pattern = re.compile(rf"\{{\{{\s*({names})\s*\}}\}}")
    return _mapped(template, lambda text: pattern.sub(lambda match: str(values[match[1]]), text))


def single_braced(template: Template) -> Template:
    """The template with `{name}` for `{{ name }}`."""

    def shortened(value: Any) -> Any:
        if isinstance(value, str):
            return _VARIABLE.sub(lambda match: f"{{{match[1]}}}", value)
        if isinstance(value, list):
            return [shortened(each) for each in value]
        if isinstance(value, dict):
            return {key: shortened(each) for key, each in value.items()}
        return value

    changed: Template = shortened(template)
    return changed


def is_jinja(template: Template) -> bool:
    """Whether a template has statements of Jinja2."""
    texts = [template] if isinstance(template, str) else [message.get("content") for message in template]
    return any(isinstance(text, str) and "{%" in text and "%}" in text for text in texts)


def rendered(template: Template, values: Mapping[str, Any], *, sandboxed: bool) -> Template:
    """
    What Jinja2 makes of a template.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError as error:
        raise MlflowException.invalid_parameter_value(
            "The prompt is a Jinja2 template. To format the prompt, install Jinja2 with `pip install jinja2`."
        ) from error
    environment = (SandboxedEnvironment if sandboxed else Environment)()  # prompts are no HTML
    return _mapped(template, lambda text: environment.from_string(text).render(**values))


def _mapped(template: Template, change: Callable[[str], str]) -> Template:
    if isinstance(template, str):
        return change(template)
    return [{"role": message["role"], "content": _content(message.get("content"), change)} for message in template]


def _content(content: Any, change: Callable[[str], str]) -> Any:
    """The content of a message: a text, or parts of which some are texts."""
    if isinstance(content, str):
        return change(content)
    if isinstance(content, list):
        return [_part(part, change) for part in content]
    return content


def _part(part: Any, change: Callable[[str], str]) -> Any:
    is_text = isinstance(part, dict) and isinstance(part.get("text"), str)
    return {**part, "text": change(part["text"])} if is_text else part
