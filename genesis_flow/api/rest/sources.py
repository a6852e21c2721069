"""
Which files a version of a model may be made of: the server reads them later, for whoever asks.

Source: MLflow 3.17 `POST model-versions/create`, whose words are kept.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final, NoReturn
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

import attrs

from genesis_flow.api.rest.locations import is_below, local_path
from genesis_flow.api.rest.use_cases import UseCases
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.values.model_uris import ModelUri, is_model_uri, model_uri
from genesis_flow.domain.values.text import shown

#: What prompts, which have no files, have as their source.
_PLACEHOLDERS: Final = frozenset({"dummy-source", "prompt-template"})
_PROXY: Final = ("api", "2.0", "mlflow-artifacts", "artifacts")
_RUN: Final = "run_id"
_MODEL: Final = "model_id"


@attrs.frozen
class Source:
    """Where the files of a version are, and the run and the logged model that they are of, if that is known."""

    uri: str
    run_id: str | None
    model_id: str | None


def prompt_source(uri: str) -> Source:
    """
    The source of a prompt, which has no files.

    Raises:
        InvalidInput: It names files.
    """
    if uri not in _PLACEHOLDERS:
        raise InvalidInput(
            "source", f"Invalid prompt source: '{shown(uri)}'. Prompt sources must use an MLflow placeholder."
        )
    return Source(uri, None, None)


def model_source(use_cases: UseCases, uri: str, run_id: str | None, model_id: str | None) -> Source:
    """
    The source of a version of a model.

    Args:
        run_id, model_id: What the request says of whose files they are; None where it says nothing.

    Raises:
        InvalidInput: It has relative parts, or names files of this machine, or of the proxy of artifacts, that are
            not those of the run or logged model.
        NotFound: No such version.
    """
    found = _of_version(use_cases, Source(uri, run_id, model_id))
    if found.model_id:
        _require_of_model(use_cases, found.uri, found.model_id)
    else:
        _require_of_run(use_cases, found.uri, found.run_id)
    return found


def _of_version(use_cases: UseCases, given: Source) -> Source:
    """What `given` is where it names a version of a model; else `given`."""
    if not is_model_uri(given.uri):
        return given
    wanted = _parsed(given.uri)
    if wanted.logged_model_id is not None:
        return given
    if use_cases.registered_models.get(wanted.name).is_prompt:
        raise _invalid(given.uri, "Prompt versions cannot be used as model version sources.")
    version = use_cases.model_versions.resolve(wanted)
    named = ((given.run_id, version.run_id), (given.model_id, version.logged_model_id))
    if any(said is not None and said != (known or "") for said, known in named):
        raise _invalid(
            given.uri, "The run_id and model_id request parameters must match the referenced model version."
        )
    return Source(f"models:/{version.name}/{version.version}", version.run_id, version.logged_model_id)


def _require_of_run(use_cases: UseCases, source: str, run_id: str | None) -> None:
    path = local_path(source)
    if path is not None:
        if not run_id or not is_below(path, _root_of_run(use_cases, source, run_id)):
            raise _foreign_path(source, _RUN)
        return
    _require_absolute(source)
    if source.startswith("runs:"):
        if not run_id or source.removeprefix("runs:/").partition("/")[0] != run_id:
            _refuse(source, _RUN)
    elif is_model_uri(source):
        if _parsed(source).logged_model_id is not None:
            _refuse(source, _MODEL)
    elif _is_proxied(source) and not (run_id and _is_within(source, _root_of_run(use_cases, source, run_id))):
        _refuse(source, _RUN)


def _require_of_model(use_cases: UseCases, source: str, model_id: str) -> None:
    path = local_path(source)
    if path is not None:
        if not is_below(path, _root_of_model(use_cases, source, model_id)):
            raise _foreign_path(source, _MODEL)
        return
    _require_absolute(source)
    named = _parsed(source).logged_model_id if is_model_uri(source) else None
    if source.startswith("runs:") or named not in (None, model_id):
        _refuse(source, _MODEL)
    if _is_proxied(source) and not _is_within(source, _root_of_model(use_cases, source, model_id)):
        _refuse(source, _MODEL)


def _root_of_run(use_cases: UseCases, source: str, run_id: str) -> str:
    try:
        return use_cases.lifecycle.get(run_id).artifact_uri
    except NotFound:
        _refuse(source, _RUN)


def _root_of_model(use_cases: UseCases, source: str, model_id: str) -> str:
    try:
        return use_cases.logged_models.get(model_id).artifact_location
    except NotFound:
        _refuse(source, _MODEL)


def _parsed(source: str) -> ModelUri:
    try:
        return model_uri(source)
    except InvalidInput:
        _refuse(source, _MODEL)


def _require_absolute(source: str) -> None:
    plain = source
    while (decoded := unquote_plus(plain)) != plain:
        plain = decoded
    path = re.sub(r"/+", "/", _url(plain).path.rstrip("/"))
    if "\x00" in path or ".." in re.split(r"[/\\]", plain) or not _is_absolute(path):
        raise _invalid(
            source,
            "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an "
            "absolute path must be provided without relative path references present. Please provide an absolute path.",
        )


def _is_absolute(path: str) -> bool:
    return path.startswith("/") and posixpath.normpath(path) == path


def _is_proxied(source: str) -> bool:
    """Whether `source` names a file of a proxy of artifacts, by its own scheme or the path of a URL."""
    scheme, _, parts = _split(source)
    places = range(len(parts) - len(_PROXY) + 1)
    in_url = scheme in ("http", "https") and any(parts[place : place + len(_PROXY)] == _PROXY for place in places)
    return scheme == "mlflow-artifacts" or in_url


def _is_within(source: str, root: str) -> bool:
    scheme, host, parts = _split(source)
    root_scheme, root_host, root_parts = _split(root)
    is_same = (scheme, host) == (root_scheme, root_host)
    return is_same and bool(root_parts) and parts[: len(root_parts)] == root_parts


def _split(uri: str) -> tuple[str, str, tuple[str, ...]]:
    """Scheme, host and decoded names on the way of a URI."""
    pieces = _url(uri)
    return pieces.scheme, pieces.netloc.lower(), tuple(map(_decoded, filter(None, pieces.path.split("/"))))


def _url(uri: str) -> SplitResult:
    try:
        return urlsplit(uri)
    except ValueError:
        raise _invalid(uri, "It is no proper URI.") from None


def _decoded(part: str) -> str:
    while (plain := unquote(part)) != part:
        part = plain
    return part


def _foreign_path(source: str, name: str) -> InvalidInput:
    return _invalid(
        source,
        f"To use a local path as a model version source, the {name} request parameter has to be specified and the "
        f"local path has to be contained within the artifact directory of the run specified by the {name}.",
    )


def _refuse(source: str, name: str) -> NoReturn:
    raise _invalid(source, f"The {name} request parameter must identify the resource that contains the source.")


def _invalid(source: str, why: str) -> InvalidInput:
    return InvalidInput("source", f"Invalid model version source: '{shown(source)}'. {why}")
