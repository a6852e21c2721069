"""
What Azure Storage raises, as errors of the domain.

The driver's errors are not kept as causes: their texts may hold URLs with signatures. Their code, which says what
happened, and the id of the request, which support asks for, go into our messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

from genesis_flow.adapters.artifacts.errors import no_such_artifact
from genesis_flow.domain.errors import (
    Conflict,
    Forbidden,
    GenesisFlowError,
    InvalidInput,
    InvalidState,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from genesis_flow.domain.values.text import refused_certificate

Maker = Callable[[str, str], GenesisFlowError]


def _container_missing(path: str, detail: str) -> GenesisFlowError:
    return NotFound(
        "container", path, f"There is no such container for '{path}'. Create it: genesis-flow creates none.{detail}"
    )


def _not_found(path: str, detail: str) -> GenesisFlowError:
    return no_such_artifact(path)


def _unauthenticated(path: str, detail: str) -> GenesisFlowError:
    return Unauthenticated(
        f"Azure Storage did not accept the credentials for '{path}': a wrong or expired key or signature, no identity "
        f"that this process could use, or a clock that is off.{detail}"
    )


def _forbidden(path: str, detail: str) -> GenesisFlowError:
    return Forbidden(
        f"The credentials do not allow this on '{path}'. With Microsoft Entra ID it takes the role 'Storage Blob Data "
        f"Contributor', or '... Reader' to read; a firewall of the account may be in the way, too.{detail}"
    )


def _conflict(path: str, detail: str) -> GenesisFlowError:
    return Conflict(f"'{path}' was changed by somebody else meanwhile. Try again.{detail}")


def _protected(path: str, detail: str) -> GenesisFlowError:
    return Forbidden(f"'{path}' is protected by a lease, a legal hold or an immutability policy.{detail}")


def _bad_name(path: str, detail: str) -> GenesisFlowError:
    return InvalidInput("artifact_path", f"Invalid path: the storage cannot hold the name '{path}'.{detail}")


def _archived(path: str, detail: str) -> GenesisFlowError:
    return InvalidState("artifact", path, f"'{path}' is archived. Bring it back to a tier that can be read.{detail}")


def _other_type(path: str, detail: str) -> GenesisFlowError:
    return InvalidState("artifact", path, f"'{path}' is a page or append blob, which is not replaced.{detail}")


def _too_large(path: str, detail: str) -> GenesisFlowError:
    return InvalidInput("artifact", f"'{path}' is larger than a blob can be. Use larger blocks.{detail}")


def _refused(path: str, detail: str) -> GenesisFlowError:
    return InvalidInput("artifact", f"Azure Storage refused what was asked of '{path}'.{detail}")


def _unavailable(path: str, detail: str) -> GenesisFlowError:
    return Unavailable(f"'{path}' cannot be reached in Azure Storage at the moment. Try again.{detail}")


def _certificate(path: str, reason: str) -> GenesisFlowError:
    return Unavailable(
        f"The certificate of the server for '{path}' was not accepted: {reason}. Nothing was sent. Renew it, have this "
        "machine trust who signed it (SSL_CERT_FILE), or set this machine's clock."
    )


#: By the service's code; other codes count by their HTTP status.
BY_CODE: Final[dict[str, Maker]] = {
    "ContainerNotFound": _container_missing,
    "AuthenticationFailed": _unauthenticated,
    "InvalidAuthenticationInfo": _unauthenticated,
    "NoAuthenticationInformation": _unauthenticated,
    "BlobImmutableDueToPolicy": _protected,
    "LeaseIdMissing": _protected,
    "LeaseLost": _protected,
    "SnapshotsPresent": _protected,
    "BlobArchived": _archived,
    "BlobBeingRehydrated": _archived,
    "InvalidBlobType": _other_type,
    "InvalidResourceName": _bad_name,
    "InvalidUri": _bad_name,
    "BlockCountExceedsLimit": _too_large,
    "BlockListTooLong": _too_large,
    "RequestBodyTooLarge": _too_large,
    "InvalidBlockList": _conflict,
    "InvalidBlobOrBlock": _conflict,
    "InvalidBlockId": _conflict,
    "Md5Mismatch": _unavailable,
    "ContainerBeingDeleted": _unavailable,
}
BY_STATUS: Final[dict[int, Maker]] = {
    400: _refused,
    401: _unauthenticated,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    412: _conflict,
    413: _too_large,
    414: _bad_name,
    416: _conflict,
}
#: Errors without an answer of the service, the nearest ancestor first.
BY_CLASS: Final[dict[type[AzureError], Maker]] = {
    ClientAuthenticationError: _unauthenticated,
    ResourceModifiedError: _conflict,
    ResourceNotFoundError: _not_found,
    IncompleteReadError: _unavailable,
    ServiceRequestError: _unavailable,
    ServiceResponseError: _unavailable,
    AzureError: _unavailable,
}


@contextmanager
def translating_azure_errors(path: object) -> Iterator[None]:
    """Raise what Azure Storage raises for `path` as an error of the domain that names `path`."""
    try:
        yield
    except AzureError as error:
        raise translated(error, path) from None


def translated(error: AzureError, path: object) -> GenesisFlowError:
    """The domain's error for `error`."""
    if isinstance(error, ServiceRequestError) and (refused := refused_certificate(str(error))):
        return _certificate(str(path), refused)
    code, status, request_id, place = code_of(error), None, "", ""
    if isinstance(error, HttpResponseError) and error.response is not None:
        status = error.status_code
        request_id = getattr(error.response, "headers", {}).get("x-ms-request-id", "")
        asked = urlsplit(getattr(getattr(error.response, "request", None), "url", ""))
        place = asked.path and f"asked for {asked.netloc}{asked.path}"  # not the query, which may hold a signature
    parts = (code or type(error).__name__, status and f"HTTP {status}", request_id and f"request {request_id}", place)
    detail = f" ({', '.join(part for part in parts if part)})"
    maker = BY_CODE.get(code) or BY_STATUS.get(status or 0)
    if maker is None:
        maker = next(BY_CLASS[kind] for kind in type(error).__mro__ if kind in BY_CLASS)
    return maker(str(path), detail)


def code_of(error: AzureError) -> str:
    """The service's code, "" without one."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")
