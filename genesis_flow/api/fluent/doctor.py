"""What is configured, where that comes from, and what is wrong with it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import attrs

import genesis_flow
from genesis_flow import settings
from genesis_flow.api import session
from genesis_flow.api.errors import error_to_exception
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.domain.values.uris import redacted
from genesis_flow.ports.diagnosis import Finding, Health

#: What this package needs or can use, by the names that packages have in registries.
_LIBRARIES: Final = (
    "attrs", "cattrs", "click", "fsspec", "punq", "pymongo", "PyYAML", "rich",
    "adlfs", "azure-identity", "azure-storage-blob", "gcsfs", "s3fs",
    "matplotlib", "mlflow", "numpy", "pandas", "scikit-learn", "torch", "transformers",
)  # fmt: skip
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


@attrs.frozen
class Checkup:
    """
    What is configured and what was found; holds no secret.

    Attributes:
        version, python, system: Of genesis-flow, Python and the operating system.
        location: Where genesis-flow is installed.
        tracking_uri, registry_uri: Without passwords. origin: Where the tracking URI comes from.
        artifact_root: Below which new experiments keep artifacts, None if the settings are wrong.
        environment: The variables that are set, values without passwords.
        libraries: Versions by package, None for what is not installed.
        findings: The outcome of every check.
    """

    version: str
    python: str
    system: str
    location: str
    tracking_uri: str
    registry_uri: str
    origin: str
    artifact_root: str | None
    environment: Mapping[str, str]
    libraries: Mapping[str, str | None]
    findings: tuple[Finding, ...]

    @property
    def is_broken(self) -> bool:
        """Whether something does not work."""
        return any(finding.health is Health.BROKEN for finding in self.findings)


def checkup(tracking_uri: str | None = None) -> Checkup:
    """
    Look at everything without changing anything; what is wrong becomes a finding, not an error.

    Args:
        tracking_uri: Look at this store instead of the one in force.
    """
    findings: list[Finding] = []
    root: str | None = None
    try:
        findings += _redirections(tracking_uri)
        application = session.application(tracking_uri)
        root = application.settings.artifact_root
        findings += application.diagnosis.findings()
        findings += _artifact_findings(application)
    except GenesisFlowError as error:
        findings.append(Finding("settings", Health.BROKEN, error.message))
    return Checkup(
        version=genesis_flow.__version__,
        python=f"{platform.python_version()} at {sys.executable}",
        system=f"{platform.system()} {platform.release()}",
        location=str(Path(genesis_flow.__file__).parent),
        tracking_uri=redacted(tracking_uri or session.tracking_uri()),
        registry_uri=redacted(_registry_uri(tracking_uri)),
        origin=_origin(tracking_uri),
        artifact_root=None if root is None else redacted(root),
        environment=dict(_environment()),
        libraries={name: _version(name) for name in _LIBRARIES},
        findings=tuple(findings),
    )


def doctor(mask_envs: bool = False) -> None:
    """
    Print what is configured and what is wrong with it; nothing in it is secret.

    Args:
        mask_envs: Print `***` for the values of environment variables.

    Source: MLflow `mlflow.doctor`.
    """
    found = checkup()
    lines = [
        f"System information: {found.system}",
        f"Python version: {platform.python_version()}",
        f"genesis-flow version: {found.version}",
        f"genesis-flow module location: {found.location}",
        f"Tracking URI: {found.tracking_uri} ({found.origin})",
        f"Registry URI: {found.registry_uri}",
        f"Artifact root: {found.artifact_root}",
    ]
    run = session.active_runs()[-1].info if session.active_runs() else None
    if run is not None:
        lines += [f"Active experiment ID: {run.experiment_id}", f"Active run ID: {run.run_id}"]
    lines += ["Environment variables:"] if found.environment else []
    lines += [f"  {name}: {'***' if mask_envs else value}" for name, value in found.environment.items()]
    lines.append("Dependencies:")
    lines += [f"  {name}: {version}" for name, version in found.libraries.items() if version]
    lines.append("Findings:")
    lines += [f"  {each.health.value.upper()} {each.check}: {each.detail}" for each in found.findings]
    sys.stdout.write("\n".join(map(_printable, lines)) + "\n")


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)


def _registry_uri(tracking_uri: str | None) -> str:
    found = session.registry_uri()
    return tracking_uri if tracking_uri and found == session.tracking_uri() else found


def _origin(tracking_uri: str | None) -> str:
    if tracking_uri:
        return "given"
    if settings.MLFLOW_TRACKING_URI.get() == session.tracking_uri():
        return f"from {settings.MLFLOW_TRACKING_URI.name}"
    return "set by the program" if session.is_tracking_uri_set() else "default: a file in the working directory"


def _environment() -> Iterator[tuple[str, str]]:
    variables: list[settings.EnvironmentVariable[Any]] = [
        each for each in vars(settings).values() if isinstance(each, settings.EnvironmentVariable)
    ]
    for variable in variables:
        if variable.is_set():
            try:
                value = variable.get()
                yield variable.name, redacted(value) if isinstance(value, str) else str(value)
            except GenesisFlowError as error:
                yield variable.name, f"(wrong) {error_to_exception(error).message}"


def _redirections(tracking_uri: str | None) -> Iterator[Finding]:
    for uri in dict.fromkeys((tracking_uri or session.tracking_uri(), _registry_uri(tracking_uri))):
        target = session.redirected(uri)
        if target != uri:
            detail = f"{redacted(target)} is used for {redacted(uri)}, as {settings.GENESIS_FLOW_REDIRECT.name} says"
            yield Finding("redirect", Health.OK, detail)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _artifact_findings(application: Any) -> Iterator[Finding]:
    root: str = application.settings.artifact_root
    try:
        place = application.artifacts.local_path_at(root) or _local(root)
        if place is None:
            access = application.artifacts.access_at(root)
            if access:
                yield Finding("artifact access", Health.OK, access)
            application.artifacts.find_at(root)
            detail = f"{redacted(root)} answers; whether it can be written shows with the first artifact"
            yield Finding("artifact root", Health.OK, detail)
            return
    except GenesisFlowError as error:
        yield Finding("artifact root", Health.BROKEN, error.message)
        return
    yield _directory_finding(place)
    if _is_shared(application.settings.tracking_uri):
        yield Finding(
            "artifact root",
            Health.WARNING,
            "the store may be used from other machines, the artifact root is a directory of this one. "
            "Set MLFLOW_DEFAULT_ARTIFACT_ROOT to a place that all of them reach.",
        )


def _local(root: str) -> Path | None:
    """The directory that `root` is, or will be, on this machine; None if it is elsewhere."""
    if root.lower().startswith("file:"):
        return Path(unquote(urlsplit(root).path))
    return Path(root) if os.path.isabs(root) else None


def _directory_finding(root: Path) -> Finding:
    there = next((each for each in (root, *root.parents) if each.exists()), root)
    if not there.is_dir():
        return Finding("artifact root", Health.BROKEN, f"{there} is not a directory")
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding("artifact root", Health.BROKEN, f"{there} cannot be written by this user")
    detail = f"{root} can be written" if there == root else f"{root} does not exist yet; the first artifact creates it"
    return Finding("artifact root", Health.OK, detail)


def _is_shared(tracking_uri: str) -> bool:
    parts = urlsplit(tracking_uri)
    hosts = parts.netloc.rpartition("@")[2].split(",")
    names = {host if host.endswith("]") else host.rpartition(":")[0] or host for host in hosts}
    return parts.scheme.lower() in ("mongodb", "mongodb+srv") and not names <= _THIS_MACHINE
