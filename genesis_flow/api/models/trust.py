"""What this process trusts of registered models: the policy in force, and what it says of a version."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow import settings
from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.errors import GenesisFlowError, InvalidInput, UntrustedContent
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust
from genesis_flow.domain.values.trust_policy import SIGNED, RegistryPolicy, TrustPolicy, trust_policy

_log = logging.getLogger(__name__)

_PEM: Final = "-----BEGIN PUBLIC KEY-----"

#: Larger files are neither policies nor keys.
_LARGEST: Final = 1_000_000

__all__ = ["policy_for", "policy_from", "require_unsigned_allowed", "set_trust_policy", "vouched"]


@translating_errors
def set_trust_policy(policy: str | os.PathLike[str] | Mapping[str, Any] | None) -> None:
    """
    Choose what this process trusts of registered models, instead of the file that `GENESIS_FLOW_TRUST_POLICY` names.

    Args:
        policy: The path of a YAML file, or what it would hold; None goes back to the environment. For each registry
            (`registries`, by `uri`) and for all others (`default`): `trusted` (full names of classes),
            `require_signed`, `keys` (paths or PEM of public keys), `allow_unsafe` (true, false or signed).

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
    policy = session.trust_policy()
    if policy is None:
        path = settings.GENESIS_FLOW_TRUST_POLICY.get()
        if not path:
            return RegistryPolicy()
        policy = policy_from(path)
    return policy.for_registry(registry_uri)


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
    return trust, digest


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
