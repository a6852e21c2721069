"""Errors as MLflow's callers catch them, and their translation from domain errors."""

from __future__ import annotations

import inspect
import json
import logging
import pickle
from typing import Any

import pytest

from genesis_flow.api import exceptions
from genesis_flow.api.errors import CODES, error_to_exception, translating_errors
from genesis_flow.api.exceptions import (
    INVALID_PARAMETER_VALUE,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
    ExecutionException,
    MlflowException,
    MlflowNotImplementedException,
    MlflowTraceDataCorrupted,
    MlflowTraceDataException,
    MlflowTraceDataNotFound,
    MlflowTracingException,
    RestException,
    get_error_code,
)
from genesis_flow.domain import errors

STATUSES = {
    "INTERNAL_ERROR": 500, "INVALID_STATE": 500, "DATA_LOSS": 500, "NOT_IMPLEMENTED": 501,
    "TEMPORARILY_UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504, "REQUEST_LIMIT_EXCEEDED": 429, "CANCELLED": 499,
    "RESOURCE_EXHAUSTED": 429, "ABORTED": 409, "RESOURCE_CONFLICT": 409, "ALREADY_EXISTS": 409,
    "NOT_FOUND": 404, "ENDPOINT_NOT_FOUND": 404, "RESOURCE_DOES_NOT_EXIST": 404, "PERMISSION_DENIED": 403,
    "CUSTOMER_UNAUTHORIZED": 401, "UNAUTHENTICATED": 401, "BAD_REQUEST": 400, "RESOURCE_ALREADY_EXISTS": 400,
    "INVALID_PARAMETER_VALUE": 400, "IO_ERROR": 500, "QUOTA_EXCEEDED": 500,
}  # fmt: skip

DOMAIN_CODES = {
    errors.GenesisFlowError("m"): "INTERNAL_ERROR",
    errors.NotFound("run", "1"): "RESOURCE_DOES_NOT_EXIST",
    errors.AlreadyExists("run", "1"): "RESOURCE_ALREADY_EXISTS",
    errors.InvalidInput("f", "m"): "INVALID_PARAMETER_VALUE",
    errors.UnsafePath("f", "m"): "INVALID_PARAMETER_VALUE",
    errors.InvalidSearch("m"): "INVALID_PARAMETER_VALUE",
    errors.DuplicateOrder("m"): "INTERNAL_ERROR",
    errors.InvalidState("run", "1", "m"): "INVALID_STATE",
    errors.Inactive("run", "1"): "INVALID_PARAMETER_VALUE",
    errors.Conflict("m"): "RESOURCE_CONFLICT",
    errors.ParamConflict("1", [("k", "a", "b")]): "INVALID_PARAMETER_VALUE",
    errors.Unsupported("m"): "NOT_IMPLEMENTED",
    errors.NeedsCredentials("m"): "NOT_IMPLEMENTED",
    errors.Unavailable("m"): "TEMPORARILY_UNAVAILABLE",
    errors.Throttled("m"): "RESOURCE_EXHAUSTED",
    errors.Unauthenticated("m"): "UNAUTHENTICATED",
    errors.Forbidden("m"): "PERMISSION_DENIED",
    errors.CorruptRecord("m"): "DATA_LOSS",
    errors.UntrustedContent("m"): "INVALID_PARAMETER_VALUE",
}

#: Domain errors that mean to MLflow just what their parent means.
AS_THEIR_PARENT = {errors.InvalidSearch}


def test_an_error_is_internal_unless_it_says_otherwise() -> None:
    """Without a code, the code is INTERNAL_ERROR, and the text is the message."""
    error = MlflowException("broken")

    assert ("broken", "broken", "INTERNAL_ERROR", 500) == (
        str(error), error.message, error.error_code, error.get_http_status_code(),
    )  # fmt: skip


@pytest.mark.parametrize("code", [RESOURCE_DOES_NOT_EXIST, "RESOURCE_DOES_NOT_EXIST"])
def test_a_code_may_be_a_number_or_a_name(code: int | str) -> None:
    """`error_code` is always the name."""
    assert "RESOURCE_DOES_NOT_EXIST" == MlflowException("m", code).error_code


@pytest.mark.parametrize("code", ["x", 99_999, None, 1000.0, -1])
def test_an_unknown_code_is_an_internal_error(code: Any) -> None:
    """What is no code does not hide the error behind another one."""
    assert "INTERNAL_ERROR" == MlflowException("m", code).error_code


def test_the_message_may_be_an_exception() -> None:
    """The text of an exception becomes the message."""
    assert "z" == MlflowException(ValueError("z")).message


def test_the_json_form_has_code_message_classes_and_what_was_added() -> None:
    """Clients read `error_code` and `message`; keyword arguments are added."""
    error = MlflowException("m", INVALID_PARAMETER_VALUE, trace="t")
    expected = {
        "error_code": "INVALID_PARAMETER_VALUE", "message": "m", "sqlstate": "KAM00",
        "error_class": "INVALID_PARAMETER_VALUE", "trace": "t",
    }  # fmt: skip

    assert expected == json.loads(error.serialize_as_json())
    assert {"trace": "t"} == error.json_kwargs


def test_the_json_form_leaves_out_classes_that_a_code_does_not_have() -> None:
    """NOT_IMPLEMENTED has neither a SQL state nor an error class."""
    expected = {"error_code": "NOT_IMPLEMENTED", "message": ""}

    assert expected == json.loads(MlflowNotImplementedException().serialize_as_json())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"error_class": "SCHEMA_ENFORCEMENT_FAILED"}, ("SCHEMA_ENFORCEMENT_FAILED", "KAM01")),
        ({"error_class": "MINE"}, ("MINE", "KAM00")),
        ({"error_class": "MINE", "sqlstate": "X"}, ("MINE", "X")),
    ],
)
def test_classes_that_are_given_count(given: dict[str, str], expected: tuple[str, str]) -> None:
    """A finer error class brings its own SQL state, unless one is given."""
    error = MlflowException.invalid_parameter_value("m", **given)

    assert expected == (error.error_class, error.sqlstate)


def test_invalid_parameter_value_is_a_short_way_to_say_so() -> None:
    """The class method gives an error of its class with that code."""
    error = ExecutionException.invalid_parameter_value("m", field="f")

    assert (ExecutionException, "INVALID_PARAMETER_VALUE", {"field": "f"}) == (
        type(error), error.error_code, error.json_kwargs,
    )  # fmt: skip


@pytest.mark.parametrize("code", STATUSES)
def test_a_code_decides_the_http_status(code: str) -> None:
    """Codes that are not in the table are 500."""
    assert STATUSES[code] == MlflowException("m", code).get_http_status_code()


def test_an_http_status_means_a_code() -> None:
    """Unknown statuses mean INTERNAL_ERROR."""
    expected = {
        400: 4, 401: 13, 403: 1004, 404: 1001, 409: 12, 429: 9, 499: 8, 500: 1, 501: 1010, 503: 2, 504: 7,
        200: 1, 418: 1, None: 1,
    }  # fmt: skip

    assert expected == {status: get_error_code(status) for status in expected}


def test_codes_have_numbers_and_names() -> None:
    """Constants, names and numbers agree; what is unknown is a `ValueError`."""
    names, numbers = ErrorCode.keys(), ErrorCode.values()

    assert 79 == len(set(names)) == len(set(numbers))
    assert list(zip(names, numbers, strict=True)) == ErrorCode.items()
    assert names == [ErrorCode.Name(ErrorCode.Value(name)) for name in names]
    assert (1000, 3002) == (INVALID_PARAMETER_VALUE, ErrorCode.Value("RESOURCE_DOES_NOT_EXIST"))
    with pytest.raises(ValueError, match="99999"):
        ErrorCode.Name(99_999)
    with pytest.raises(ValueError, match="NOTHING"):
        ErrorCode.Value("NOTHING")


@pytest.mark.parametrize(
    ("reported", "code", "text"),
    [
        ({"error_code": "NOT_FOUND", "message": "gone"}, "NOT_FOUND", "NOT_FOUND: gone"),
        ({"error_code": "404", "message": "gone"}, "ENDPOINT_NOT_FOUND", "404: gone"),
        ({"error_code": 400, "message": "bad"}, "BAD_REQUEST", "400: bad"),
        ({"error_code": "x", "message": "odd"}, "INTERNAL_ERROR", "x: odd"),
        ({"error_code": 3002, "message": "odd"}, "INTERNAL_ERROR", "3002: odd"),
        ({"error_code": None, "message": "odd"}, "INTERNAL_ERROR", "INTERNAL_ERROR: odd"),
        ({}, "INTERNAL_ERROR", "INTERNAL_ERROR: Response: {}"),
    ],
)
def test_a_response_becomes_an_error(reported: dict[str, Any], code: str, text: str) -> None:
    """The code may be a name or an HTTP status; the text has it in front of the message."""
    error = RestException(reported)

    assert (code, text, reported) == (error.error_code, str(error), error.json)


def test_a_response_keeps_its_classes_or_gets_those_of_a_server() -> None:
    """Classes that a server reports count; without them, its codes have classes of their own."""
    reported = RestException({"error_code": "NOT_FOUND", "message": "m", "sqlstate": "S", "error_class": "E"})
    derived = RestException({"error_code": "NOT_FOUND", "message": "m"})

    assert ("S", "E") == (reported.sqlstate, reported.error_class)
    assert ("KAMC2", "CP_RESOURCE_NOT_FOUND") == (derived.sqlstate, derived.error_class)


def test_an_unknown_code_in_a_response_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A response that is not MLflow's is worth a warning."""
    with caplog.at_level(logging.WARNING):
        RestException({"error_code": "PROXY", "message": "m"})

    assert ["WARNING"] == [record.levelname for record in caplog.records]
    assert "PROXY" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        MlflowException("m", INVALID_PARAMETER_VALUE, a=1),
        RestException({"error_code": "NOT_FOUND", "message": "m", "sqlstate": "S"}),
        MlflowNotImplementedException("m"),
        MlflowTracingException("m", INVALID_PARAMETER_VALUE),
        MlflowTraceDataNotFound("t"),
        MlflowTraceDataException("INVALID_STATE", artifact_path="p"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_pickling(error: MlflowException) -> None:
    """An error from a worker process is the one that was raised there."""
    sent = pickle.loads(pickle.dumps(error))

    assert (type(error), str(error), vars(error)) == (type(sent), str(sent), vars(sent))


def test_errors_of_traces_say_where() -> None:
    """The message names the trace, or the path of its data."""
    assert "Trace data not found for request_id=t" == str(MlflowTraceDataNotFound("t"))
    assert "Trace data is corrupted for path=p" == str(MlflowTraceDataCorrupted(artifact_path="p"))
    assert ["NOT_FOUND", "INVALID_STATE"] == [
        MlflowTraceDataNotFound("t").error_code, MlflowTraceDataCorrupted("t").error_code,
    ]  # fmt: skip


def test_every_exception_is_an_mlflow_exception() -> None:
    """`except MlflowException` catches all of them."""
    members = [getattr(exceptions, name) for name in exceptions.__all__]
    others = {each for each in members if isinstance(each, type) and not issubclass(each, MlflowException)}

    assert {ErrorCode} == others


@pytest.mark.parametrize("error", DOMAIN_CODES, ids=lambda error: type(error).__name__)
def test_a_domain_error_has_the_code_that_clients_expect(error: errors.GenesisFlowError) -> None:
    """The code follows from the class, the message is kept."""
    translated = error_to_exception(error)

    assert (DOMAIN_CODES[error], error.message) == (translated.error_code, translated.message)


def test_every_domain_error_has_a_row() -> None:
    """Each class has a row of its own, or is known to mean what its parent means."""
    members = [each for each in vars(errors).values() if isinstance(each, type)]
    classes = {each for each in members if issubclass(each, errors.GenesisFlowError)}

    assert classes == set(CODES) | AS_THEIR_PARENT
    assert classes == {type(error) for error in DOMAIN_CODES}
    assert set() == set(CODES) & AS_THEIR_PARENT
    assert set(CODES.values()) <= set(ErrorCode.keys())


def test_a_new_subclass_has_the_code_of_its_parent() -> None:
    """An error that an extension defines is translated like its nearest ancestor."""

    class NoSuchThing(errors.NotFound):
        """Made by somebody else."""

    assert "RESOURCE_DOES_NOT_EXIST" == error_to_exception(NoSuchThing("thing", "1")).error_code


def refuse(key: str, *, count: int = 1) -> int:
    """Fails for the key "bad"."""
    if key == "bad":
        raise errors.NotFound("thing", key)
    return count


def in_a_block(key: str) -> int:
    """`refuse` within a `with` block."""
    with translating_errors():
        return refuse(key, count=2)


def decorated(key: str) -> int:
    """`refuse` decorated."""
    return translating_errors(refuse)(key, count=2)


def decorated_with_call(key: str) -> int:
    """`refuse` decorated with parentheses."""
    return translating_errors()(refuse)(key, count=2)


@pytest.mark.parametrize("call", [in_a_block, decorated, decorated_with_call])
def test_domain_errors_leave_as_mlflows(call: Any) -> None:
    """What leaves is MLflow's error, raised from the domain's; results pass."""
    with pytest.raises(MlflowException, match="thing") as caught:
        call("bad")

    assert "RESOURCE_DOES_NOT_EXIST" == caught.value.error_code
    assert isinstance(caught.value.__cause__, errors.NotFound)
    assert 2 == call("good")


@pytest.mark.parametrize("error", [ValueError("v"), KeyboardInterrupt(), MlflowException("m")])
def test_other_errors_pass_unchanged(error: BaseException) -> None:
    """Only domain errors are translated; a second door changes nothing."""

    @translating_errors
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught, translating_errors():
        fail()

    assert error is caught.value
    assert caught.value.__cause__ is None


def test_a_decorated_function_keeps_its_signature_and_name() -> None:
    """Editors and the ledger see the function that was written."""
    translated = translating_errors(refuse)

    assert inspect.signature(refuse) == inspect.signature(translated)
    assert ("refuse", refuse.__doc__) == (translated.__name__, translated.__doc__)
