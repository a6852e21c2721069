"""What this process trusts of stored models: the policy in force, and what it says of a version or of files."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow import settings
from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.models.own_models import own_models
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.errors import GenesisFlowError, InvalidInput, UntrustedContent
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust
from genesis_flow.domain.values.trust_policy import SIGNED, RegistryPolicy, TrustPolicy, trust_policy
from genesis_flow.domain.values.uris import redacted

_log = logging.getLogger(__name__)

_PEM: Final = "-----BEGIN PUBLIC KEY-----"

#: Larger files are neither policies nor keys.
_LARGEST: Final = 1_000_000

__all__ = [
    "policy_for",
    "policy_from",
    "require_unsigned_allowed",
    "set_trust_policy",
    "trust_in_files",
    "vouched",
]


@translating_errors
def set_trust_policy(policy: str | os.PathLike[str] | Mapping[str, Any] | None) -> None:
    """
    Choose what this process trusts of stored models, instead of the file that `GENESIS_FLOW_TRUST_POLICY` names.

    Args:
        policy: The path of a YAML file, or what it would hold; None goes back to the environment. For each registry
            (`registries`, by `uri`) and for all others (`default`): `trusted` (full names of classes),
            `require_signed`, `keys` (paths or PEM of public keys), `allow_unsafe` (true, false or signed). For models
            that are no versions, `trusted` and `allow_unsafe` (true or false) of `experiments` (by `uri` of the store
            and `names`) and `locations` (by `uri`: a directory or a place in an artifact store).

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: It has an unknown key, or a value that does not fit.

    Source: ours.
    """
    session.set_trust_policy(None if policy is None else policy_from(policy))


def policy_from(policy: str | os.PathLike[str] | Mapping[str, Any]) -> TrustPolicy:
    """
    The policy that a file or mapping describes; keys are beside the file, or in the working directory.

    Raises:
        InvalidInput: It cannot be read, or is not valid.
    """
    if isinstance(policy, Mapping):
        return trust_policy(policy, lambda key: _read_key(key, Path.cwd()))
    path = Path(policy).expanduser().absolute()
    _read(path)
    try:
        content = session.model_directories().files.read_yaml(path)
    except GenesisFlowError as error:
        message = f"The trust policy '{shown(str(path))}' is refused: {error.message}"
        raise InvalidInput("trust_policy", message) from None
    return trust_policy(content, lambda key: _read_key(key, path.parent))


def policy_for(registry_uri: str) -> RegistryPolicy:
    """
    What is trusted of a registry; nothing beyond what is harmless where nobody says anything.

    Raises:
        InvalidInput: The policy in force cannot be read: nothing is loaded from any registry then.
    """
    return _in_force().for_registry(session.redirected(registry_uri))


def trust_in_files(location: str, experiment_id: str | None = None) -> Trust:
    """
    What is trusted of a model that is no version of a registered one.

    Args:
        location: The path or URI of its files.
        experiment_id: In which experiment of the tracking store it is; None for files that are in none.

    Raises:
        InvalidInput: The policy in force cannot be read: nothing is loaded then.
    """
    policy = _in_force()
    found, around = policy.for_location(location), policy.default
    if experiment_id is not None:
        store = session.redirected(session.tracking_uri())
        around = policy.for_registry(store)
        if policy.experiments:
            more = policy.for_experiment(store, session.application().experiments.get(experiment_id).name)
            found = Trust(found.names | more.names, found.allow_unsafe or more.allow_unsafe)
    if found.allow_unsafe:
        _log.warning("The trust policy allows the model in '%s' to run code when it is loaded.", redacted(location))
    return _with_own(found, around)


def _in_force() -> TrustPolicy:
    policy = session.trust_policy()
    path = None if policy else settings.GENESIS_FLOW_TRUST_POLICY.get()
    return policy or (policy_from(path) if path else TrustPolicy())


def _with_own(trust: Trust, policy: RegistryPolicy) -> Trust:
    return attrs.evolve(trust, own_models=own_models().digests()) if policy.allows_own else trust


def vouched(version: ModelVersion, policy: RegistryPolicy, path: str = "") -> tuple[Trust, str | None]:
    """
    What is trusted of a version, and the digest of its manifest if that is signed; nothing of its files is read.

    Args:
        path: What is loaded of its files; "" for all.

    Raises:
        UntrustedContent: The policy asks for a valid signature, and there is none.
    """
    digest: str | None = None
    if policy.asks_for_signatures:
        try:
            if path:
                raise UntrustedContent("Signatures are of whole versions, not of files in them. Nothing was loaded.")
            digest = session.version_signatures().verified(version, policy.keys).digest
        except UntrustedContent:
            if policy.require_signed:
                raise
    trust = policy.trust_in(is_signed=digest is not None)
    if trust.allow_unsafe:
        why = "because it is signed" if policy.allow_unsafe == SIGNED else "whatever it is"
        _log.warning(
            "The trust policy allows version %s of model '%s' to run code when it is loaded, %s.",
            version.version, shown(version.name), why,
        )  # fmt: skip
    return _with_own(trust, policy), digest


def require_unsigned_allowed(policy: RegistryPolicy, uri: str) -> None:
    """
    Refuse a logged model where the policy asks for signatures, which only versions have.

    Raises:
        UntrustedContent: It does.
    """
    if policy.require_signed:
        raise UntrustedContent(
            f"The trust policy asks for signatures, which {shown(uri)} cannot have: it is no version of a registered "
            "model. Register and sign it, and load that version. Nothing was loaded."
        )


def _read_key(key: str, directory: Path) -> str:
    pem = key if key.lstrip().startswith(_PEM) else _read(directory / Path(key).expanduser())
    try:
        session.version_signatures().key_id(pem)
    except InvalidInput as error:
        raise InvalidInput("trust_policy", f"A key of the trust policy is refused: {error.message}") from None
    return pem


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) <= _LARGEST:
            return data.decode()
        reason = "It is too large."
    except (OSError, ValueError) as error:
        reason = f"{getattr(error, 'strerror', None) or type(error).__name__}."
    raise InvalidInput("trust_policy", f"The file '{shown(str(path))}' of the trust policy cannot be read: {reason}")
