"""GraphQL: the operations that MLflow's web interface asks for, answered by those of REST."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.endpoints import artifacts, experiments, metric_histories, model_versions, runs
from genesis_flow.api.rest.graphql_types import TYPES
from genesis_flow.api.rest.messages import artifacts as artifact_messages
from genesis_flow.api.rest.messages import experiments as experiment_messages
from genesis_flow.api.rest.messages import metric_histories as history_messages
from genesis_flow.api.rest.messages import models as model_messages
from genesis_flow.api.rest.messages import runs as run_messages
from genesis_flow.api.rest.messages.fields import Field, Values, anything, invalid, read_fields, text
from genesis_flow.api.rest.routes import TOP, Endpoint, Handler
from genesis_flow.api.rest.wire import error_to_answer
from genesis_flow.domain.errors import GenesisFlowError, InvalidInput
from genesis_flow.server_settings import MLFLOW_SERVER_GRAPHQL_MAX_ALIASES, MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS

if TYPE_CHECKING:
    from graphql import DocumentNode, FieldNode, GraphQLSchema, SelectionSetNode

    from genesis_flow.api.rest.use_cases import UseCases

_log: Final = logging.getLogger(__name__)

#: Of a query: how deep and large it may be, and how many words it may have.
MOST_LEVELS: Final = 10
MOST_SELECTIONS: Final = 1_000
MOST_TOKENS: Final = 10_000

#: Which operation of REST answers a field of the top.
_OPERATIONS: Final[dict[str, tuple[Sequence[Field], Handler]]] = {
    "mlflowGetExperiment": (experiment_messages.ID, experiments.get),
    "mlflowGetMetricHistoryBulkInterval": (history_messages.SAMPLES, metric_histories.samples),
    "mlflowGetRun": (run_messages.ID, runs.get),
    "mlflowListArtifacts": (artifact_messages.LIST, artifacts.find),
    "mlflowSearchDatasets": (experiment_messages.DATASETS, experiments.datasets),
    "mlflowSearchModelVersions": (model_messages.search(10_000), model_versions.search),
    "mlflowSearchRuns": (run_messages.SEARCH, runs.search),
}
_ECHOES: Final = frozenset({"test", "testMutation"})
#: What a field holds that is not there, by the name of its type, as in protobuf.
_DEFAULTS: Final = {"String": "", "LongString": "0", "Float": 0.0, "Boolean": False}
#: Doubles that GraphQL cannot write. MLflow's interface takes null for NaN.
_NUMBERS: Final = {"NaN": None, "Infinity": 1.7976931348623157e308, "-Infinity": -1.7976931348623157e308}
_CAPITAL: Final = re.compile(r"(?<!^)([A-Z])")


def execute(use_cases: UseCases, given: Values) -> dict[str, Any]:
    """Data and errors of a query."""
    variables = given["variables"]
    if variables is not None and not isinstance(variables, dict):
        raise invalid("variables", variables)
    from graphql import GraphQLError, graphql_sync, parse

    try:
        document = parse(given["query"], max_tokens=MOST_TOKENS)
        _require_small(document)
    except GraphQLError as error:
        return {"data": None, "errors": [error.message]}
    result = graphql_sync(
        _schema(), given["query"], context_value=use_cases, variable_values=variables,
        operation_name=given["operationName"], field_resolver=_resolved,
    )  # fmt: skip
    return {"data": result.data, "errors": [error.message for error in result.errors] if result.errors else None}


@cache
def _schema() -> GraphQLSchema:
    from graphql import build_schema

    return build_schema(TYPES)


def _require_small(document: DocumentNode) -> None:
    """
    Refuse a query that asks for too much at once.

    Source: MLflow 3.17 `check_query_safety`.
    """
    from graphql import FragmentDefinitionNode, GraphQLError, OperationDefinitionNode

    parts = document.definitions
    fragments = {part.name.value: part.selection_set for part in parts if isinstance(part, FragmentDefinitionNode)}
    waiting = [(part.selection_set, 1) for part in parts if isinstance(part, OperationDefinitionNode)]
    selections = root_fields = most_aliases = 0
    while waiting:
        level, depth = waiting.pop()
        if depth > MOST_LEVELS:
            raise GraphQLError(f"Query exceeds maximum depth of {MOST_LEVELS}")
        fields = _fields(level, fragments)
        selections += len(fields)
        if selections > MOST_SELECTIONS:
            raise GraphQLError(f"Query exceeds maximum total selections of {MOST_SELECTIONS}")
        root_fields += len(fields) if depth == 1 else 0
        most_aliases = max(most_aliases, sum(field.alias is not None for field in fields))
        waiting += [(field.selection_set, depth + 1) for field in fields if field.selection_set is not None]
    for found, what, variable in (
        (root_fields, "root fields", MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS),
        (most_aliases, "aliases", MLFLOW_SERVER_GRAPHQL_MAX_ALIASES),
    ):
        if found > variable.get():
            raise GraphQLError(
                f"GraphQL queries should have at most {variable.get()} {what}, got {found} {what}. To increase the "
                f"limit, set the {variable.name} environment variable."
            )


def _fields(level: SelectionSetNode, fragments: Mapping[str, SelectionSetNode]) -> list[FieldNode]:
    """The fields of a level, those of fragments in it among them."""
    from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode

    found: list[FieldNode] = []
    waiting, seen = [level], set()
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                found.append(selection)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and (name := selection.name.value) not in seen:
                seen.add(name)
                waiting += [fragments[name]] if name in fragments else []
    return found


def _resolved(source: Any, info: Any, **arguments: Any) -> Any:
    """What a field holds; errors say as much as those of REST."""
    name = info.field_name
    try:
        if source is None:
            return _answer(info.context, name, arguments)
        if info.parent_type.name == "MlflowRunExtension" and name in _OF_RUNS:
            return _OF_RUNS[name](info.context, source["info"])
    except GenesisFlowError as error:
        raise error_to_answer(error) from error
    except MlflowException:
        raise
    except Exception:
        mark = uuid4().hex
        _log.exception("Failure %s of %s", mark, name)
        raise MlflowException(f"The server failed; its log tells why under {mark}.") from None
    value = source.get(_snake(name))
    return _default(info) if value is None else _CONVERSIONS.get(str(info.return_type), _same)(value)


def _answer(use_cases: UseCases, name: str, arguments: Mapping[str, Any]) -> Any:
    if name in _ECHOES:
        return {"output": arguments.get("inputString")}
    if arguments.get("input") is None:
        raise InvalidInput("input", f"{name} needs an input.")
    fields, handler = _OPERATIONS[name]
    return handler(use_cases, read_fields(fields, {_snake(key): value for key, value in arguments["input"].items()}))


def _experiment_of(use_cases: UseCases, run: Mapping[str, Any]) -> Any:
    return experiments.get(use_cases, {"experiment_id": run["experiment_id"]})["experiment"]


def _versions_of(use_cases: UseCases, run: Mapping[str, Any]) -> Any:
    given = read_fields(model_messages.search(10_000), {"filter": f"run_id = '{run['run_id']}'"})
    return model_versions.search(use_cases, given).get("model_versions", [])


_OF_RUNS: Final = {"experiment": _experiment_of, "modelVersions": _versions_of}


def _same(value: Any) -> Any:
    return value


def _number(value: float | str) -> float | None:
    return _NUMBERS[value] if isinstance(value, str) else value


#: From what JSON of REST holds to what GraphQL writes, by the name of the type. JavaScript has no integers of 64 bits.
_CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {"LongString": str, "Float": _number}


def _default(info: Any) -> Any:
    from graphql import is_list_type, is_object_type

    if is_list_type(info.return_type):
        return []
    if is_object_type(info.return_type):
        return None if info.field_name == "apiError" else {}
    return _DEFAULTS.get(str(info.return_type))


def _snake(name: str) -> str:
    return _CAPITAL.sub(r"_\1", name).lower()


_FIELDS: Final = (
    Field("query", text, is_required=True),
    Field("variables", anything),
    Field("operationName", text),
)

ROUTES: Final = (Endpoint("graphql", ("GET", "POST"), _FIELDS, execute, TOP),)
