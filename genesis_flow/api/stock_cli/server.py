"""`mlflow server`, which is also `mlflow ui`: `genesis-flow server`, by MLflow's words."""

from __future__ import annotations

from typing import Any, Final

import click

from genesis_flow.api.cli import server as own
from genesis_flow.api.stock_cli.options import refused

_WEB_SERVER: Final = "the server is uvicorn, with what the other options say."
_WORKSPACES: Final = "workspaces are not supported."


def _require_same(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None and value != context.params.get("backend_store_uri"):
        raise click.UsageError("--registry-store-uri is not supported: models are in the store of the runs.", context)


@click.command("server", params=[*own.server.params])
@refused("--read-replica-backend-store-uri", why="name the replicas in the URI of the store.")
@click.option(
    "--registry-store-uri", metavar="URI", expose_value=False, callback=_require_same, help="As --backend-store-uri."
)
@refused("--static-prefix", why="paths begin at the root; a proxy can take a prefix away.")
@refused("--disable-security-middleware", is_flag=True, why="say with --allowed-hosts whom the server answers.")
@refused("--gunicorn-opts", why=_WEB_SERVER)
@refused("--waitress-opts", why=_WEB_SERVER)
@refused("--uvicorn-opts", why=_WEB_SERVER)
@refused("--dev", is_flag=True, why="start it anew after changes.")
@refused("--app-name", why="there is no sign-on yet.")
@refused("--trace-archival-config", why="traces are not supported.")
@refused("--workspace-store-uri", why=_WORKSPACES)
@refused("--enable-workspaces", is_flag=True, why=_WORKSPACES)
@click.option("--disable-workspaces", is_flag=True, expose_value=False, help="There are none.")
@click.option("--secrets-cache-ttl", type=int, expose_value=False, help="Of no effect: there are no secrets.")
@click.option("--secrets-cache-max-size", type=int, expose_value=False, help="Of no effect: there are no secrets.")
@click.pass_context
def server(context: click.Context, /, **options: Any) -> None:
    """Serve MLflow's REST API on a store."""
    context.invoke(own.server, **options)
