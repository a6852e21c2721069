"""`MLmodel` and the files of the environment, as YAML and text."""

from __future__ import annotations

import functools
import os
import platform
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.adapters.flavors.installed import distributions_of, version_of
from genesis_flow.domain.entities.model_record import RECORD_FILE, ModelRecord
from genesis_flow.domain.errors import CorruptRecord, UntrustedContent
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.model_files import (
    CONDA_FILE,
    CONSTRAINTS_FILE,
    PYTHON_FILE,
    REQUIREMENTS_FILE,
    Environment,
    ModelFiles,
)

#: A record of this size holds signatures of tens of thousands of columns; beyond it is an attack.
LARGEST_RECORD: Final = 16_000_000
DEEPEST_RECORD: Final = 64

#: Larger records are parsed anew each time.
_MOST_KEPT: Final = 100_000

_BUILD_TOOLS: Final = ("pip", "setuptools", "wheel")
_TAG_PREFIX: Final = "tag:yaml.org,2002:"


@attrs.frozen
class YamlModelFiles(ModelFiles):
    """Files as MLflow has them."""

    def parse(self, text: bytes | str) -> ModelRecord:
        if len(text) > LARGEST_RECORD:
            raise UntrustedContent(f"The file {RECORD_FILE} is larger than {LARGEST_RECORD} bytes.")
        # Warm loads parse equal records; what is kept is never handed out, since callers may change what they get.
        content = deepcopy(_loaded_once(text) if len(text) <= _MOST_KEPT else _loaded(text))
        if not isinstance(content, dict):
            raise CorruptRecord(f"The file {RECORD_FILE} does not hold a mapping.")
        flavors = content.setdefault("flavors", {})
        if not isinstance(flavors, dict) or not all(
            isinstance(name, str) and isinstance(each, dict) for name, each in flavors.items()
        ):
            raise CorruptRecord(f"The file {RECORD_FILE} does not say what flavors the model has.")
        return ModelRecord(content)

    def render(self, content: Mapping[str, Any]) -> str:
        return _dumped(dict(content))

    def write_environment(self, directory: Path, environment: Environment) -> None:
        conda = environment.conda or {
            "name": "mlflow-env",
            "channels": ["conda-forge"],
            "dependencies": [
                f"python={platform.python_version()}",
                *_conda_pip(),
                {"pip": list(environment.requirements)},
            ],
        }
        tools = [f"{name}=={version}" if (version := version_of(name)) else name for name in _BUILD_TOOLS]
        python = {
            "python": platform.python_version(),
            "build_dependencies": tools,
            "dependencies": [f"-r {REQUIREMENTS_FILE}"],
        }
        texts = {
            CONDA_FILE: _dumped(conda),
            PYTHON_FILE: _dumped(python, sort_keys=False),
            REQUIREMENTS_FILE: "\n".join(environment.requirements),
        }
        if environment.constraints:
            texts[CONSTRAINTS_FILE] = "\n".join(environment.constraints)
        for name, text in texts.items():
            (directory / name).write_text(text, encoding="utf-8")

    def pinned(self, distributions: Sequence[str], modules: frozenset[str]) -> list[str]:
        names = {*distributions, *distributions_of(modules)}
        versions = {name: version_of(name) for name in names}
        return sorted(f"{name}=={_public(version)}" for name, version in versions.items() if version)

    def read_yaml(self, path: str | os.PathLike[str]) -> Mapping[str, Any]:
        try:
            content = _loaded(Path(path).read_bytes())
        except (CorruptRecord, UntrustedContent) as error:  # worded for the file that is read most
            raise type(error)(error.message.replace(RECORD_FILE, Path(path).name, 1)) from None
        if not isinstance(content, dict):
            raise CorruptRecord(f"The file {shown(str(path))} does not hold a mapping.")
        return content


def _public(version: str) -> str:
    """A version as PyPI has it, without what a local build added."""
    return version.partition("+")[0]


def _conda_pip() -> list[str]:
    version = version_of("pip")
    return [f"pip<={version}" if version else "pip"]


def _dumped(content: Any, *, sort_keys: bool = True) -> str:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(content, Dumper=dumper, sort_keys=sort_keys, default_flow_style=False, allow_unicode=True)
    return text


def _loaded(text: bytes | str) -> Any:
    """
    What a YAML text holds.

    Its events are looked at first: what a hostile text would grow to is never built.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _require_plain(yaml, text, loader)
        return _plain(yaml.compose(text, Loader=loader), loader("").construct_object)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise CorruptRecord(f"The file {RECORD_FILE} is not valid YAML: {shown(str(error))}") from None


@functools.lru_cache(maxsize=64)
def _loaded_once(text: bytes | str) -> Any:
    return _loaded(text)


def _require_plain(yaml: Any, text: bytes | str, loader: Any) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UntrustedContent(f"The file {RECORD_FILE} has YAML anchors or aliases, which models do not need.")
        if getattr(event, "tag", None):
            raise UntrustedContent(f"The file {RECORD_FILE} has the YAML tag {shown(event.tag)}.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_RECORD:
            raise UntrustedContent(f"The file {RECORD_FILE} is nested more than {DEEPEST_RECORD} levels deep.")


def _plain(node: Any, construct: Any) -> Any:
    if node is None:
        return None
    if node.id == "sequence":
        return [_plain(each, construct) for each in node.value]
    if node.id == "mapping":
        return _mapping(node, construct)
    if node.tag.removeprefix(_TAG_PREFIX) not in ("null", "bool", "int", "float", "str"):
        return node.value  # such as a date, which is a text in models
    return construct(node)


def _mapping(node: Any, construct: Any) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value in node.value:
        key = _plain(key_node, construct)
        if isinstance(key, dict | list):
            raise CorruptRecord(f"The file {RECORD_FILE} has a key that is not a text.")
        if key in found:
            raise UntrustedContent(f"The file {RECORD_FILE} has the key {shown(key)} twice.")
        found[key] = _plain(value, construct)
    return found
