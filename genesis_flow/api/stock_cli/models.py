"""`mlflow models`."""

from __future__ import annotations

import click

from genesis_flow.api.cli.server import HINT
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.stock_cli.options import env_manager, refused

_MODEL = click.option("--model-uri", "-m", required=True, metavar="URI", help="The model: a path or URI.")
_BUILT = "no environments are built"


@click.group()
def models() -> None:
    """Use models on this machine."""


@models.command()
@_MODEL
@click.option("--input-path", "-i", help="A file; by default the standard input.")
@click.option("--output-path", "-o", help="A file; by default the standard output.")
@click.option("--content-type", "-t", default="json", help="What the input is: json (the default) or csv.")
@env_manager("models")
@refused("--install-mlflow", why=_BUILT, is_flag=True)
@refused("-r", "--pip-requirements-override", why=_BUILT)
@refused("--env", why=f"{_BUILT}; set variables for this command instead.", multiple=True)
def predict(model_uri: str, input_path: str | None, output_path: str | None, content_type: str) -> None:
    """Print what a model predicts for the input, as a server of it would answer."""
    from genesis_flow.api.models.predicting import predict

    predict(model_uri, None, input_path, content_type, output_path, env_manager="local")


@models.command()
@_MODEL
@click.option("--port", "-p", type=click.IntRange(0, 65535), envvar="MLFLOW_PORT", default=5000, help="Default: 5000.")
@click.option("--host", "-h", envvar="MLFLOW_HOST", default="127.0.0.1", help="Default: 127.0.0.1.")
@click.option(
    "--timeout", "-t", type=click.IntRange(1), envvar="MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT", default=60,
    help="Seconds for a request. Default: 60.",
)
@click.option("--workers", "-w", type=click.IntRange(1, 256), envvar="MLFLOW_WORKERS", default=1, help="Default: 1.")
@click.option("--no-conda", is_flag=True, is_eager=True, help="As --env-manager local.")
@env_manager("models")
@refused("--install-mlflow", why=_BUILT, is_flag=True)
def serve(model_uri: str, port: int, host: str, timeout: int, workers: int, no_conda: bool) -> None:
    """Serve a model: POST data to /invocations."""
    try:
        from genesis_flow.api.scoring.serving import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{HINT} (there is no module {error.name})") from None
    shown = f"[{host}]" if ":" in host else host
    with translating_errors():
        serve(
            model_uri, host=host, port=port, workers=workers, timeout_s=timeout,
            announce=lambda bound: click.echo(f"Listening on http://{shown}:{bound}", err=True),
        )  # fmt: skip


@models.command("update-pip-requirements")
@_MODEL
@click.argument("operation", type=click.Choice(["add", "remove"]))
@click.argument("requirement_strings", nargs=-1, required=True)
def update_pip_requirements(model_uri: str, operation: str, requirement_strings: tuple[str, ...]) -> None:
    """Add to, or remove from, what a model says that it needs."""
    from genesis_flow.api.models.changes import update_model_requirements

    update_model_requirements(model_uri, operation, list(requirement_strings))  # type: ignore[arg-type]
    click.echo(f"Successfully updated the requirements for the model at {model_uri}!", err=True)
