"""What MLflow's web page asks of parts that this server has not: answered as by a server in which there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages.fields import Values
from genesis_flow.api.rest.routes import PAGES, V3, Endpoint

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def no_gateway(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"endpoints": []}


def no_evaluation_datasets(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {}


def no_assistant(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"providers": {}, "projects": {}, "remote_access_allowed": False}


def no_providers(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"providers": []}


_PAGES_V3: Final = V3[1:]

ROUTES: Final = (
    Endpoint("gateway-proxy", ("GET",), (), no_gateway, PAGES),
    Endpoint("datasets/search", ("GET", "POST"), (), no_evaluation_datasets, V3),
    Endpoint("assistant/config", ("GET",), (), no_assistant, _PAGES_V3),
    Endpoint("assistant/providers", ("GET",), (), no_providers, _PAGES_V3),
)
