"""What Azure Storage raises becomes an error of the domain."""

from __future__ import annotations

from typing import Any

import pytest

exceptions = pytest.importorskip("azure.core.exceptions")
pytest.importorskip("azure.storage.blob")

from azure.storage.blob import StorageErrorCode  # noqa: E402  # after the check that it is there

from genesis_flow.adapters.artifacts.azure_errors import translated, translating_azure_errors  # noqa: E402
from genesis_flow.domain.errors import (  # noqa: E402
    Conflict,
    Forbidden,
    GenesisFlowError,
    InvalidInput,
    InvalidState,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class _Answer:
    reason = "because"
    headers = {"x-ms-request-id": "r1"}  # noqa: RUF012  # never changed

    def __init__(self, status: int) -> None:
        self.status_code = status

    def text(self, encoding: str | None = None) -> str:
        return ""


def _error(status: int, code: str = "") -> Any:
    error = exceptions.HttpResponseError("https://acc/data?sig=hunter2", response=_Answer(status))
    error.error_code = code
    return error


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, "BlobNotFound", NotFound), (404, "ContainerNotFound", NotFound), (404, "", NotFound),
        (403, "AuthenticationFailed", Unauthenticated), (401, "InvalidAuthenticationInfo", Unauthenticated),
        (403, "AuthorizationPermissionMismatch", Forbidden), (403, "AuthorizationFailure", Forbidden),
        (409, "BlobImmutableDueToPolicy", Forbidden), (412, "LeaseIdMissing", Forbidden),
        (412, "ConditionNotMet", Conflict), (400, "InvalidBlockList", Conflict), (409, "BlobArchived", InvalidState),
        (409, "InvalidBlobType", InvalidState), (400, "Md5Mismatch", Unavailable), (400, "InvalidInput", InvalidInput),
        (413, "RequestBodyTooLarge", InvalidInput), (414, "", InvalidInput), (429, "", Unavailable),
        (500, "InternalError", Unavailable), (503, "ServerBusy", Unavailable), (507, "", Unavailable),
    ],
)  # fmt: skip
def test_answers_count_by_code_and_status(status: int, code: str, expected: type[GenesisFlowError]) -> None:
    """The error names the path and the service's code, and holds nothing of the driver's text."""
    error = translated(_error(status, code), "d/a")
    assert expected is type(error)
    assert "d/a" in error.message
    assert "hunter2" not in error.message


@pytest.mark.parametrize("code", [each.value for each in StorageErrorCode])
def test_every_code_has_an_error(code: str) -> None:
    """Whatever the service answers becomes an error of the domain."""
    assert isinstance(translated(_error(400, code), "d/a"), GenesisFlowError)


def _all_below(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _all_below(child))]


@pytest.mark.parametrize("kind", _all_below(exceptions.AzureError))
def test_every_error_of_the_driver_is_known(kind: type[Exception]) -> None:
    """Errors without an answer count by class; none of them passes, and none becomes the cause."""
    raised = kind.__new__(kind)
    raised.args = ("https://acc/data?sig=hunter2",)
    raised.response = raised.error_code = None  # type: ignore[attr-defined]  # as the driver sets them
    with pytest.raises(GenesisFlowError) as caught, translating_azure_errors("d/a"):
        raise raised
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
