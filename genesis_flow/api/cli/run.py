"""`genesis-flow run`."""

from __future__ import annotations

import click

from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.domain.values.redirects import require_redirect


def _checked(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    for each in value:
        try:
            require_redirect(each)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return value


@click.command(
    "run",
    cls=Command,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    short_help="Run a program that imports mlflow, on genesis-flow.",
)
@click.option("--experiment-name", metavar="NAME", help="Where it records runs if it does not choose.")
@click.option(
    "--redirect", "redirects", metavar="FROM=TO", multiple=True, callback=_checked,
    help="Use the store TO where it names FROM, such as http://localhost:5000; * is whatever is no store. Repeatable. "
    "Passwords are better kept in GENESIS_FLOW_REDIRECT.",
)
@click.option(
    "--trust-policy", metavar="FILE", type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    help="What it trusts of models that others logged. Default: $GENESIS_FLOW_TRUST_POLICY.",
)  # fmt: skip
@click.option("-m", "is_module", is_flag=True, help="PROGRAM is a module, as for python -m.")
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@pass_scope
def run(
    scope: Scope,
    experiment_name: str | None,
    redirects: tuple[str, ...],
    trust_policy: str | None,
    is_module: bool,
    program: str,
    arguments: tuple[str, ...],
) -> None:
    """
    Run PROGRAM with ARGUMENTS, as `python PROGRAM ARGUMENTS` does; `import mlflow` gives genesis-flow in it, and in
    the processes that it starts, whether MLflow is installed or not.
    """
    from genesis_flow.api.drop_in import running

    words = ["-m", program] if is_module else [program]
    running.run(
        [*words, *arguments], tracking_uri=scope.tracking_uri, experiment_name=experiment_name, redirects=redirects,
        trust_policy=trust_policy,
    )  # fmt: skip
