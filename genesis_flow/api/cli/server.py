"""`genesis-flow server`."""

from __future__ import annotations

import click

from genesis_flow import server_settings, settings
from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.domain.values.uris import scheme_of

HINT = "The server needs further packages: pip install 'genesis-flow[server]'"


@click.command("server", cls=Command)
@click.option(
    "--backend-store-uri", metavar="URI", help="The store. Default: $MLFLOW_BACKEND_STORE_URI, --tracking-uri."
)
@click.option(
    "--default-artifact-root", metavar="URI", help="Where new experiments keep their artifacts. Default: this server."
)
@click.option(
    "--serve-artifacts/--no-serve-artifacts", default=None, help="Whether clients send files here. Default: they do."
)
@click.option("--artifacts-destination", metavar="URI", help="Where the server keeps files of clients.")
@click.option("--artifacts-only", is_flag=True, default=None, help="Serve files of clients, and nothing else.")
@click.option("--host", "-h", metavar="HOST", help="Interface to listen on. Default: $MLFLOW_HOST, else 127.0.0.1.")
@click.option("--port", "-p", type=click.IntRange(0, 65535), help="Default: $MLFLOW_PORT, else 5000; 0 for a free one.")
@click.option("--workers", "-w", type=click.IntRange(1, 256), help="Processes that answer. Default: 1.")
@click.option("--allowed-hosts", metavar="HOSTS", help="Names that clients may call the server by, as a,b,*.c.")
@click.option("--cors-allowed-origins", metavar="ORIGINS", help="Origins whose pages may change things, as a,b,*.c.")
@click.option("--x-frame-options", metavar="VALUE", help="SAMEORIGIN (the default), DENY or NONE.")
@click.option(
    "--web-page", type=click.Choice(["auto", "mlflow", "none"]), default="auto",
    help="What is at /: MLflow's web page, or a page that says what this is. Default: MLflow's if it is installed.",
)
@click.option("--allow-anonymous", is_flag=True, help="Whoever reaches the server may do everything.")
@pass_scope
def server(
    scope: Scope,
    backend_store_uri: str | None,
    default_artifact_root: str | None,
    serve_artifacts: bool | None,
    artifacts_destination: str | None,
    artifacts_only: bool | None,
    host: str | None,
    port: int | None,
    workers: int | None,
    allowed_hosts: str | None,
    cors_allowed_origins: str | None,
    x_frame_options: str | None,
    web_page: str,
    allow_anonymous: bool,
) -> None:
    """Serve MLflow's REST API on a store, for clients that cannot reach the database."""
    try:
        from genesis_flow.api.rest.principal import is_loopback
        from genesis_flow.api.rest.serving import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{HINT} (there is no module {error.name})") from None
    host = host or server_settings.MLFLOW_HOST.get()
    if not allow_anonymous and not is_loopback(host):
        raise click.UsageError(
            f"There is no sign-on yet: listening on {host} lets whoever reaches it do everything. "
            "Give --allow-anonymous if that is what you want, or listen on 127.0.0.1."
        )
    workers = workers or server_settings.MLFLOW_WORKERS.get()
    uri = backend_store_uri or server_settings.MLFLOW_BACKEND_STORE_URI.get() or scope.tracking_uri
    if workers > 1 and scheme_of(uri or "") == "memory":
        raise click.UsageError("A store in memory is that of one process: leave --workers out, or name another store.")
    port = server_settings.MLFLOW_PORT.get() if port is None else port
    shown = f"[{host}]" if ":" in host else host
    serve(
        host=host,
        port=port,
        workers=workers,
        announce=lambda bound: scope.say(f"Listening on http://{shown}:{bound}"),
        tracking_uri=uri,
        artifact_root=default_artifact_root,
        serve_artifacts=_or(serve_artifacts, server_settings.MLFLOW_SERVE_ARTIFACTS),
        artifacts_destination=artifacts_destination,
        artifacts_only=_or(artifacts_only, server_settings.MLFLOW_ARTIFACTS_ONLY),
        allow_anonymous=allow_anonymous,
        allowed_hosts=_listed(allowed_hosts or server_settings.MLFLOW_SERVER_ALLOWED_HOSTS.get()),
        allowed_origins=_listed(cors_allowed_origins or server_settings.MLFLOW_SERVER_CORS_ALLOWED_ORIGINS.get()),
        web_page=web_page,
        frame_options=x_frame_options or server_settings.MLFLOW_SERVER_X_FRAME_OPTIONS.get(),
    )


def _or(given: bool | None, variable: settings.EnvironmentVariable[bool]) -> bool:
    return variable.get() if given is None else given


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())
