"""The differences that are meant: each with a reason, and a predicate that says exactly where it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

import attrs

from tests.compat.wire.requests import Answer, Ask

_INVALID: Final = "INVALID_PARAMETER_VALUE"
_TOO_LONG: Final = re.compile(r"'[\w ]+' exceeds the maximum length of \d+ characters")
_LOCATION: Final = "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH"
_GREATEST: Final = "1.7976931348623157e+308"
_SET: Final = re.compile(r"\{[^{}]*\}")


@attrs.frozen
class Difference:
    """
    A difference that is meant.

    Attributes:
        holds: Whether the answers to a request, of the real server and of ours, differ in this way.
    """

    name: str
    reason: str
    holds: Callable[[Ask, Answer, Answer], bool]


def meant(ask: Ask, stock: Answer, ours: Answer) -> str | None:
    """The name of the first difference that these answers show, None if there is none that is meant."""
    return next((each.name for each in DIFFERENCES if each.holds(ask, stock, ours)), None)


def same(stock: Answer, ours: Answer) -> bool:
    """Whether ours is what the real server answers; further headers do no harm."""
    parts = [(answer.status, answer.media_type if answer.content else "", answer.content) for answer in (stock, ours)]
    return parts[0] == parts[1] and {*map(_header, stock.headers.items())} <= {*map(_header, ours.headers.items())}


def _header(pair: tuple[str, str]) -> tuple[str, Any]:
    name, value = pair
    return (name, frozenset(value.split(", "))) if name in ("allow", "access-control-allow-methods") else pair


def _message(answer: Answer) -> str:
    return str(answer.content.get("message", "")) if isinstance(answer.content, dict) else ""


def _code(answer: Answer) -> Any:
    return answer.content.get("error_code") if isinstance(answer.content, dict) else None


def _is_page(answer: Answer) -> bool:
    return answer.media_type.startswith("text/html")


def _asked(ask: Ask, name: str) -> Any:
    return ask.content.get(name) if isinstance(ask.content, dict) else dict(ask.query).get(name)


def _no_endpoint(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        stock.status == ours.status in (404, 405)
        and _is_page(stock)
        and _code(ours) in ("ENDPOINT_NOT_FOUND", "BAD_REQUEST")
    )


def _failing(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == 500 and ours.status < 500 and (_is_page(stock) or _code(stock) == "INTERNAL_ERROR")


def _database(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        "(sqlite3." in _message(stock)
        and ours.status < 500
        and _code(stock) in ("BAD_REQUEST", "RESOURCE_ALREADY_EXISTS")
    )


def _unreadable(ask: Ask, stock: Answer, ours: Answer) -> bool:
    text = _message(ours)
    return ours.status == 400 and (
        " Hint: Value was of type " in text or text.startswith("Missing value for required parameter '")
    )


def _run_id(ask: Ask, stock: Answer, ours: Answer) -> bool:
    is_unknown = _message(stock).startswith("Run with id=") or "must identify the resource" in _message(stock)
    return (is_unknown or stock.content in ({}, {"metrics": []})) and _message(ours).endswith(
        " for parameter 'run_id' supplied."
    )


def _experiment_id(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == 404 and "Experiment ID must be a valid integer." in _message(ours)


def _search(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return "search" in ask.path and _code(stock) == _code(ours) == _INVALID


def _shown(ask: Ask, stock: Answer, ours: Answer) -> bool:
    if _code(stock) is None or _code(stock) != _code(ours):
        return False
    plain, text = (_SET.sub("{}", _message(answer)) for answer in (stock, ours))
    cut = re.escape(text).replace(r"\.\.\.", ".*")
    escaped = re.sub(r"[^\x00-\x7f]+", lambda found: json.dumps(found[0])[1:-1], text)
    lines = text.replace("\\n", "\n")
    return (
        plain.replace("\n", "\\n") in (text, escaped)
        or plain in (lines, escaped)
        or re.fullmatch(cut, plain, re.DOTALL) is not None
    )


def _source(ask: Ask, stock: Answer, ours: Answer) -> bool:
    start = "Invalid model version source: '"
    return _message(stock).startswith(start) and _message(ours).startswith(start)


def _number(ask: Ask, stock: Answer, ours: Answer) -> bool:
    if ask.path != "model-versions/create" or stock.status != ours.status or stock.status != 200:
        return False
    return _without(stock, "version") == _without(ours, "version")


def _lineage(ask: Ask, stock: Answer, ours: Answer) -> bool:
    names = ("version", "model_id", "source")
    return (
        ask.path == "model-versions/create"
        and stock.status == ours.status == 200
        and _without(stock, *names) == _without(ours, *names)
    )


def _known_model(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        "must match the referenced model version" in _message(stock)
        and ours.status == 200
        and bool(_asked(ask, "model_id"))
    )


def _host(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return "addresses a host other than the tracking server's" in _message(stock) and ours.status == 200


def _body_of_path(ask: Ask, stock: Answer, ours: Answer) -> bool:
    if ask.path == "logged-models/{model}" and ask.method == "PATCH" and stock.status == ours.status == 200:
        return _asked(ask, "model_id") != "{model}"
    is_body = "model_id" in _message(stock) or "modelId" in _message(stock) or "Logged model with ID" in _message(stock)
    return (
        ask.path.startswith("logged-models/{model}")
        and ask.method in ("PATCH", "POST")
        and ours.status == 200
        and is_body
    )


def _long(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return _TOO_LONG.fullmatch(_message(ours)) is not None and _code(stock) in (
        None,
        "RESOURCE_DOES_NOT_EXIST",
        "RESOURCE_ALREADY_EXISTS",
    )


def _start(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        ask.path == "runs/create"
        and not _asked(ask, "start_time")
        and '"start_time": 0' in json.dumps(stock.content)
        and '"start_time": "<now>"' in json.dumps(ours.content)
    )


def _tags_of_run(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        ask.path == "runs/create"
        and stock.status == 200
        and _message(ours).startswith("Invalid value ")
        and "'key' supplied" in _message(ours)
    )


def _newline(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.content == {} and '\\n" for parameter' in _message(ours)


def _time(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == 200 and "from 0 to 2**63 - 1" in _message(ours)


def _token(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == 200 and _message(ours).startswith("Invalid page token")


def _content_type(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return ask.headers.get("Content-Type") == "APPLICATION/JSON" and "Content-Type must be one of" in _message(stock)


def _deleted_model(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == 200 and _message(ours).startswith("Logged model with ID ")


def _path(ask: Ask, stock: Answer, ours: Answer) -> bool:
    paths = [ask.path, *(value for name, value in ask.query if "path" in name)]
    is_odd = any(re.search(r"[:\n\\]|%00", path) for path in paths)
    return stock.status in (200, 404) and _message(ours) == "Invalid path" and is_odd


def _stored(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == ours.status == 200 and stock.content == "" and ours.content == {}


def _html(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (stock.media_type, ours.media_type) == ("text/html", "text/plain") and stock.content == ours.content


def _text(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return ask.path in ("/health", "/version") and _is_page(stock) and stock.content == ours.content


def _empty_file(ask: Ask, stock: Answer, ours: Answer) -> bool:
    plain = json.dumps(ours.content).replace(', "file_size": 0', "")
    return ask.path.endswith("/artifacts") and plain == json.dumps(stock.content)


def _detail(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == ours.status and stock.content == {"detail": _message(ours)}


def _echo(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.content == {"data": {"testMutation": None}, "errors": None} and ours.status == 200


def _host_name(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return ask.headers.get("Host") == "LOCALHOST" and (stock.status, ours.status) == (403, 200)


def _infinite(ask: Ask, stock: Answer, ours: Answer) -> bool:
    kept = json.dumps(ours.content)
    plain = kept.replace('"Infinity"', _GREATEST).replace('"-Infinity"', f"-{_GREATEST}")
    return plain != kept and plain == json.dumps(stock.content)


def _gateway(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return ask.path.endswith("/server-info") and _without(stock, "gateway") == _without(ours, "gateway")


def _cross_origin(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.status == ours.status == 403 and stock.content == ours.content


def _location(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        bool(_message(ours))
        and _message(stock)
        == f"{_message(ours)} To configure this limit, please set the {_LOCATION} environment variable."
    )


def _description(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        ask.path == "model-versions/update"
        and _without(stock, "description") == _without(ours, "description")
        and not _asked(ask, "description")
    )


def _without(answer: Answer, *names: str) -> Any:
    return json.loads(
        json.dumps(answer.content),
        object_hook=lambda found: {key: value for key, value in found.items() if key not in names},
    )


def _page_size(ask: Ask, stock: Answer, ours: Answer) -> bool:
    size = _asked(ask, "max_results")
    return stock.status == 200 and size is not None and (size in (0, "0") or "max_results" in _message(ours))


def _of_models(ask: Ask, stock: Answer, ours: Answer) -> bool:
    explained = (
        "Expected a quoted string value",
        "Parameter value is either not quoted",
        "Invalid order by field name",
    )
    return ask.path == "logged-models/search" and stock.status == 200 and _message(ours).startswith(explained)


def _digest(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return (
        ask.path == "logged-models/search"
        and stock.content == {}
        and ours.status == 200
        and bool(_asked(ask, "datasets"))
    )


def _datasets(ask: Ask, stock: Answer, ours: Answer) -> bool:
    return stock.content == {} and _message(ours).startswith(
        "A batch logging request can contain at most 1000 datasets."
    )


DIFFERENCES: Final = (
    Difference(
        "unknown-endpoints-answer-in-json",
        "A path or method that there is not is a JSON error of the same status; MLflow sends a page of HTML.",
        _no_endpoint,
    ),
    Difference("failures-are-refusals", "What makes MLflow fail is refused, or done.", _failing),
    Difference("texts-of-the-database-stay-inside", "MLflow answers with SQL and its parameters.", _database),
    Difference(
        "unreadable-fields-are-refused",
        "A field of the wrong type is named. Where MLflow's own checks do not know the field it drops it, and all "
        "that follow it in the body, or names another field.",
        _unreadable,
    ),
    Difference("malformed-run-ids-are-refused", "0010: such an id is invalid everywhere.", _run_id),
    Difference(
        "malformed-experiment-ids-are-refused", "0010: negative numbers are no ids of experiments.", _experiment_id
    ),
    Difference("texts-of-searches", "What is wrong with a search is said in words of our own.", _search),
    Difference("values-are-shown-on-one-line", "Values in messages are cut, and written without line breaks.", _shown),
    Difference("sources-are-shown-as-given", "MLflow shows where the path would be on the server.", _source),
    Difference(
        "numbers-follow-what-was-granted", "Where more versions were made, the next number is greater.", _number
    ),
    Difference("versions-know-their-logged-model", "0010: MLflow's store drops it.", _lineage),
    Difference("known-models-match", "0010: a version that knows its logged model may be named with it.", _known_model),
    Difference("hosts-of-azure", "0026: only hosts of Azure, so they are taken.", _host),
    Difference("the-path-names-the-model", "0027: the logged model of the path counts.", _body_of_path),
    Difference(
        "lengths-are-limited", "Names and keys have the lengths of MLflow's own columns; SQLite has none.", _long
    ),
    Difference(
        "runs-start-when-they-are-made", "A run that is made without a start time started now, not in 1970.", _start
    ),
    Difference("tags-of-new-runs-are-checked", "0010: as all other tags are.", _tags_of_run),
    Difference("keys-end-without-a-newline", "0010: as they have none inside.", _newline),
    Difference("times-and-steps-are-whole", "0010: times are not before 1970.", _time),
    Difference("page-tokens-are-keysets", "0010: an offset is no token.", _token),
    Difference("media-types-in-any-case", "The names of media types have no case.", _content_type),
    Difference(
        "deleted-models-do-not-change", "0010: a deleted logged model takes no metrics, tags or status.", _deleted_model
    ),
    Difference("paths-are-names-everywhere", "0027: no drive letters, backslashes or control characters.", _path),
    Difference("what-is-stored-is-answered-in-json", "MLflow answers with nothing, or JSON of nothing.", _stored),
    Difference("html-is-shown-as-text", "0027: a file is not a page of this server.", _html),
    Difference("texts-are-plain", "The answers of /health and /version are no HTML.", _text),
    Difference("infinities-are-kept", "0010: MLflow keeps the greatest float in their place.", _infinite),
    Difference("no-gateway", "0027: there is none here.", _gateway),
    Difference("empty-files-have-a-size", "MLflow leaves it out where it is 0.", _empty_file),
    Difference("errors-of-files-are-like-all-others", "0027: MLflow's are `detail` in part.", _detail),
    Difference("mutations-echo", "MLflow's test of GraphQL answers null.", _echo),
    Difference("hosts-in-any-case", "Names of hosts have no case.", _host_name),
    Difference(
        "refusals-have-no-permissions", "Refused pages need not know which credentials they might send.", _cross_origin
    ),
    Difference("no-variable-for-locations", "The length of a location is not configured.", _location),
    Difference("no-description-is-empty", "The description of a version is written as an empty text.", _description),
    Difference(
        "pages-have-sizes",
        "A page of no or fewer results is empty or refused; MLflow gives a token for it.",
        _page_size,
    ),
    Difference(
        "filters-of-models-are-checked",
        "0010: MLflow ignores what it cannot use in a search of logged models.",
        _of_models,
    ),
    Difference("any-digest", "0027: a dataset without a digest has any.", _digest),
    Difference("batches-of-datasets-are-limited", "MLflow's client keeps this limit; its server does not.", _datasets),
)
