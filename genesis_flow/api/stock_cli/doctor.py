"""`mlflow doctor`."""

from __future__ import annotations

import click


@click.command()
@click.option("--mask-envs", is_flag=True, help="Print *** for the values of environment variables.")
def doctor(mask_envs: bool) -> None:
    """Print what is configured, and what is wrong with it."""
    from genesis_flow.api.fluent.doctor import doctor

    doctor(mask_envs)
