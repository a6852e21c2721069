"""
Errors as MLflow raises them.

Each carries the name of a code (`error_code`), which decides its HTTP status.
"""

from __future__ import annotations

import json as json_text
from typing import Any, Self

from genesis_flow.api.error_codes import (
    ABORTED,
    ALREADY_EXISTS,
    BAD_REQUEST,
    CANCELLED,
    CLIENT_CLASSES,
    CUSTOMER_UNAUTHORIZED,
    DATA_LOSS,
    DEADLINE_EXCEEDED,
    ENDPOINT_NOT_FOUND,
    ERROR_CODE_TO_HTTP_STATUS,
    HTTP_STATUS_TO_ERROR_CODE,
    INTERNAL_ERROR,
    INVALID_PARAMETER_VALUE,
    INVALID_STATE,
    NOT_FOUND,
    NOT_IMPLEMENTED,
    PERMISSION_DENIED,
    REQUEST_LIMIT_EXCEEDED,
    RESOURCE_ALREADY_EXISTS,
    RESOURCE_CONFLICT,
    RESOURCE_DOES_NOT_EXIST,
    RESOURCE_EXHAUSTED,
    SERVER_CLASSES,
    SQLSTATE_OF_CLASS,
    TEMPORARILY_UNAVAILABLE,
    UNAUTHENTICATED,
    ErrorCode,
)

__all__ = [
    "ABORTED",
    "ALREADY_EXISTS",
    "BAD_REQUEST",
    "CANCELLED",
    "CUSTOMER_UNAUTHORIZED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "ENDPOINT_NOT_FOUND",
    "ERROR_CODE_TO_HTTP_STATUS",
    "HTTP_STATUS_TO_ERROR_CODE",
    "INTERNAL_ERROR",
    "INVALID_PARAMETER_VALUE",
    "INVALID_STATE",
    "NOT_FOUND",
    "NOT_IMPLEMENTED",
    "PERMISSION_DENIED",
    "REQUEST_LIMIT_EXCEEDED",
    "RESOURCE_ALREADY_EXISTS",
    "RESOURCE_CONFLICT",
    "RESOURCE_DOES_NOT_EXIST",
    "RESOURCE_EXHAUSTED",
    "TEMPORARILY_UNAVAILABLE",
    "UNAUTHENTICATED",
    "ErrorCode",
    "ExecutionException",
    "InvalidUrlException",
    "MissingConfigException",
    "MlflowException",
    "MlflowNotImplementedException",
    "MlflowTraceDataCorrupted",
    "MlflowTraceDataException",
    "MlflowTraceDataNotFound",
    "MlflowTracingException",
    "RestException",
    "get_error_code",
]



def get_error_code(http_status: int | None) -> int:
    """The number of the code that an HTTP status means; INTERNAL_ERROR for an unknown one."""
    return ErrorCode.Value(HTTP_STATUS_TO_ERROR_CODE.get(http_status or 500, "INTERNAL_ERROR"))


class MlflowException(Exception):
    """
    An error with a code; the message may be shown to whoever made the request.

    Attributes:
        message: What went wrong.
        error_code: Name of the code, such as "INVALID_PARAMETER_VALUE".
        sqlstate, error_class: What the code means to whoever counts errors, or None.
        json_kwargs: What else goes into the JSON form.
    """

    def __init__(
        self,
        message: object,
        error_code: int | str = INTERNAL_ERROR,
        sqlstate: str | None = None,
        error_class: str | None = None,
        **kwargs: Any,
    ) -> None:
        """
        An error with a code.

        Args:
            message: What went wrong; a text, or an exception.
            error_code: Number or name of a code; what is neither counts as INTERNAL_ERROR.
            sqlstate, error_class: Derived from the code if None.
            kwargs: What else goes into the JSON form.
        """
        super().__init__(str(message))
        self.message = str(message)
        self.error_code = _code_name(error_code) or "INTERNAL_ERROR"
        state, kind = CLIENT_CLASSES.get(self.error_code, (None, None))
        self.error_class = kind if error_class is None else error_class
        self.sqlstate = SQLSTATE_OF_CLASS.get(self.error_class or "", state) if sqlstate is None else sqlstate
        self.json_kwargs = kwargs

    def __reduce__(self) -> tuple[Any, ...]:
        # Subclasses have constructors of their own: state is restored, not made again.
        return _rebuilt, (type(self), self.args, self.__dict__)

    def serialize_as_json(self) -> str:
        """The body of an HTTP response that reports this error."""
        content = {"error_code": self.error_code, "message": self.message}
        if self.sqlstate is not None:
            content["sqlstate"] = self.sqlstate
        if self.error_class is not None:
            content["error_class"] = self.error_class
        return json_text.dumps(content | self.json_kwargs)

    def get_http_status_code(self) -> int:
        """The status of an HTTP response that reports this error."""
        return ERROR_CODE_TO_HTTP_STATUS.get(self.error_code, 500)

    @classmethod
    def invalid_parameter_value(
        cls, message: str, sqlstate: str | None = None, error_class: str | None = None, **kwargs: Any
    ) -> Self:
        """An error with the code INVALID_PARAMETER_VALUE."""
        return cls(
            message, error_code=INVALID_PARAMETER_VALUE, sqlstate=sqlstate, error_class=error_class, **kwargs
        )


class RestException(MlflowException):
    """
    What a server reported.

    Attributes:
        json: The body of its response.
    """

    def __init__(self, json: dict[str, Any]) -> None:
        reported = json.get("error_code") or "INTERNAL_ERROR"
        detail = json.get("message", f"Response: {json}")
        code = _reported_code(reported)
        if code is None:
            import logging  # rarely needed, and it takes time to load

            logging.getLogger(__name__).warning(
                "The error code %.100r is not one of MLflow's: the request may have failed before it reached "
                "the server, for example in a proxy.", reported,
            )
        super().__init__(f"{reported}: {detail}", code or INTERNAL_ERROR)
        self.json = json
        state, kind = SERVER_CLASSES.get(self.error_code, (None, None))
        self.sqlstate = json.get("sqlstate") or state
        self.error_class = json.get("error_class") or kind


class ExecutionException(MlflowException):
    """A project could not be run."""


class MissingConfigException(MlflowException):
    """A file or directory of configuration is missing."""


class InvalidUrlException(MlflowException):
    """A request could not be sent, since its URL is invalid."""


class MlflowTracingException(MlflowException):
    """Tracing failed; what is traced should go on."""

    def __init__(self, message: object, error_code: int | str = INTERNAL_ERROR) -> None:
        super().__init__(message, error_code=error_code)


class MlflowTraceDataException(MlflowTracingException):
    """The data of the trace `request_id`, or at `artifact_path`, cannot be had."""

    def __init__(
        self, error_code: int | str, request_id: str | None = None, artifact_path: str | None = None
    ) -> None:
        self.ctx = f"request_id={request_id}" if request_id else f"path={artifact_path}"
        problem = "is corrupted" if _code_name(error_code) == "INVALID_STATE" else "not found"
        super().__init__(f"Trace data {problem} for {self.ctx}", error_code=error_code)


class MlflowTraceDataNotFound(MlflowTraceDataException):
    """The data of a trace is not there."""

    def __init__(self, request_id: str | None = None, artifact_path: str | None = None) -> None:
        super().__init__(NOT_FOUND, request_id, artifact_path)


class MlflowTraceDataCorrupted(MlflowTraceDataException):
    """The data of a trace cannot be read."""

    def __init__(self, request_id: str | None = None, artifact_path: str | None = None) -> None:
        super().__init__(INVALID_STATE, request_id, artifact_path)


class MlflowNotImplementedException(MlflowException):
    """A feature that is not there."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, error_code=NOT_IMPLEMENTED)


def _code_name(code: object) -> str | None:
    """The name of a code given as a number or name, None if there is no such code."""
    try:
        if isinstance(code, str):
            return ErrorCode.Name(ErrorCode.Value(code))
        return ErrorCode.Name(code) if isinstance(code, int) else None
    except ValueError:
        return None


def _reported_code(reported: object) -> str | None:
    """The name of the code that a response reports by name or as an HTTP status, None if unknown."""
    if isinstance(reported, str) and not reported.isdecimal():
        return _code_name(reported)
    return HTTP_STATUS_TO_ERROR_CODE.get(int(str(reported))) if str(reported).isdecimal() else None


def _rebuilt(kind: type[MlflowException], args: tuple[Any, ...], state: dict[str, Any]) -> MlflowException:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
