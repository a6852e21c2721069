"""`mlflow models`."""

from __future__ import annotations

import click

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


@models.command("update-pip-requirements")
@_MODEL
@click.argument("operation", type=click.Choice(["add", "remove"]))
@click.argument("requirement_strings", nargs=-1, required=True)
def update_pip_requirements(model_uri: str, operation: str, requirement_strings: tuple[str, ...]) -> None:
    """Add to, or remove from, what a model says that it needs."""
    from genesis_flow.api.models.changes import update_model_requirements

    update_model_requirements(model_uri, operation, list(requirement_strings))  # type: ignore[arg-type]
    click.echo(f"Successfully updated the requirements for the model at {model_uri}!", err=True)
