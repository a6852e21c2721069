"""What a project's `MLproject` file says: its entry points, and the command that each of them is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote
from typing import Any, Final

import attrs

from genesis_flow.api import session
from genesis_flow.child_processes import shell
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.uris import scheme_of

_FILE: Final = "mlproject"
#: What runs a file that is no entry point, by its extension.
_RUNNERS: Final[Mapping[str, Callable[[], str]]] = {
    ".py": lambda: "python",
    ".sh": shell,
}


@attrs.frozen
class Parameter:
    """
    A parameter of an entry point.

    Attributes:
        type: "path" and "uri" are looked at; whatever else is text. default: None where it has to be given.
    """

    name: str
    type: str = "string"
    default: Any = None

    def value(self, given: Any, fetch: Callable[[str], str] | None) -> Any:
        """
        What stands in the command for what was given.

        Args:
            fetch: Copies what a URI names, and says where to; None for the value as it is recorded.

        Raises:
            InvalidInput: It is no URI, or no file is there.
        """
        if self.type == "uri" and not scheme_of(str(given)):
            raise InvalidInput(self.name, f"Expected URI for parameter {self.name} but got {shown(given)}")
        if self.type != "path" or fetch is None:
            return given
        text = str(given)
        if scheme_of(text) not in ("", "file"):
            return fetch(text)
        path = Path(text.removeprefix("file://"))
        if not path.exists():
            raise InvalidInput(
                self.name,
                f"Got value {shown(given)} for parameter {self.name}, but no such file or directory was found.",
            )
        return str(path.absolute())


@attrs.frozen
class EntryPoint:
    """A command of a project, with `{name}` where the value of a parameter goes."""

    command: str
    parameters: Mapping[str, Parameter] = attrs.field(factory=dict)

    def values(self, given: Mapping[str, Any], fetch: Callable[[str], str] | None = None) -> dict[str, str]:
        """
        Every value by name, as a shell takes it: first of its own parameters, then of those that it does not know.

        Raises:
            InvalidInput: One is missing, or is not what its type says.
        """
        missing = [name for name, each in self.parameters.items() if name not in given and each.default is None]
        if missing:
            names = ", ".join(f"'{name}'" for name in missing)
            raise InvalidInput("parameters", f"No value given for missing parameters: {names}")
        known = {name: each.value(given.get(name, each.default), fetch) for name, each in self.parameters.items()}
        more = {quote(name): value for name, value in given.items() if name not in known}
        return {name: quote(str(value)) for name, value in {**known, **more}.items()}

    def line(self, given: Mapping[str, Any], fetch: Callable[[str], str]) -> str:
        """
        The command for a shell; what the entry point does not know is added as `--name value`.

        Raises:
            InvalidInput: As `values`; or the command has a `{name}` that is no parameter.
        """
        values = self.values(given, fetch)
        try:
            command = self.command.format(**{name: values[name] for name in self.parameters})
        except (LookupError, ValueError, AttributeError) as error:
            raise InvalidInput("command", f"The command {shown(self.command)} cannot be filled in: {error}") from None
        more = [f"--{name} {each}" for name, each in values.items() if name not in self.parameters]
        return " ".join([command, *more])


@attrs.frozen
class Project:
    """
    A directory with code to run.

    Attributes:
        needs_docker: Whether its commands are for a container.
    """

    directory: Path
    entry_points: Mapping[str, EntryPoint]
    needs_docker: bool = False

    def entry_point(self, name: str) -> EntryPoint:
        """
        The entry point called `name`; a file of that name, if there is none, with what its extension says.

        Raises:
            InvalidInput: Neither.
        """
        if name in self.entry_points:
            return self.entry_points[name]
        extension = Path(name).suffix
        if extension in _RUNNERS:
            return EntryPoint(f"{_RUNNERS[extension]()} {_literal(quote(name))}")
        if extension == ".R":
            name_in_r = name.replace("\\", "\\\\").replace("'", "\\'")
            code = quote(f"mlflow::mlflow_source('{name_in_r}')")
            return EntryPoint(f"Rscript -e {_literal(code)} --args")
        raise InvalidInput(
            "entry_point",
            f"Could not find {name} among entry points {list(self.entry_points)} or interpret {name} as a runnable "
            f"script. Supported script file extensions: {list(_RUNNERS)}",
        )


def read_project(directory: Path) -> Project:
    """
    What the project in `directory` says; one without a file `MLproject` has no entry points.

    Raises:
        InvalidInput: The file is not what such a file may be.
    """
    file = next((each for each in sorted(directory.iterdir()) if each.name.lower() == _FILE), None)
    if file is None:
        return Project(directory, {})
    content = session.model_directories().files.read_yaml(file)
    points = _mapping(content.get("entry_points") or {}, "entry_points")
    return Project(
        directory, {str(name): _entry_point(str(name), each) for name, each in points.items()}, "docker_env" in content
    )


def _entry_point(name: str, content: Any) -> EntryPoint:
    found = _mapping(content, name)
    if not isinstance(found.get("command"), str):
        raise InvalidInput("MLproject", f"The entry point {shown(name)} of the project has no command.")
    parameters = _mapping(found.get("parameters") or {}, "parameters")
    return EntryPoint(found["command"], {str(key): _parameter(str(key), each) for key, each in parameters.items()})


def _parameter(name: str, content: Any) -> Parameter:
    if isinstance(content, str):
        return Parameter(name, content)
    found = _mapping(content, name)
    return Parameter(name, str(found.get("type", "string")), found.get("default"))


def _mapping(content: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise InvalidInput("MLproject", f"{shown(what)} of the project's file is no mapping.")
    return content


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
