"""Every core endpoint of MLflow's server is served, or there is a reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.api.rest.conftest import Wire, wire_to
from tests.api.rest.core_endpoints import AS_THEY_ARE, BOTH

#: Paths that are not served, and why.
NOT_SERVED: Final = {
    "/api/2.0/mlflow/get-online-trace-details": "MLflow's server does not implement it, either",
    "/ajax-api/2.0/mlflow/get-online-trace-details": "MLflow's server does not implement it, either",
}
_PATHS: Final = {f"/{start}/{end}": BOTH[end] for start in ("api", "ajax-api") for end in BOTH} | AS_THEY_ARE
EVERY: Final = sorted((method, path) for path, methods in _PATHS.items() for method in methods.split())


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """An application on a store in memory."""
    directory: Path = tmp_path_factory.mktemp("core")
    with wire_to(artifacts_destination=str(directory)) as found:
        yield found


@pytest.mark.parametrize(("method", "path"), EVERY)
def test_served_or_not(wire: Wire, method: str, path: str) -> None:
    """An endpoint that is served answers by itself, and what is on the list of those that are not is not served."""
    response = wire.client.request(method, path.replace("{}", "x"), json={} if method in ("POST", "PUT") else None)
    is_json = response.headers["content-type"] == "application/json"
    code = response.json().get("error_code") if is_json else None
    is_served = response.status_code != 405 and code != "ENDPOINT_NOT_FOUND"
    assert is_served is (path not in NOT_SERVED)
    assert response.status_code != 500


def test_the_lists_hold_nothing_else() -> None:
    """What is said not to be served is a core endpoint."""
    assert set(NOT_SERVED) <= {path for _, path in EVERY}
