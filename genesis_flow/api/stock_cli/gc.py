"""`mlflow gc`."""

from __future__ import annotations

import click

from genesis_flow.api import session
from genesis_flow.api.cli.gc import age_ms, listed
from genesis_flow.api.errors import translating_errors


@click.command()
@click.option("--older-than", metavar="AGE", help="Only what was deleted so long ago, such as 1d2h3m4s.")
@click.option("--backend-store-uri", metavar="URI", help="The store. Default: --tracking-uri.")
@click.option("--tracking-uri", metavar="URI", help="The store. Default: $MLFLOW_TRACKING_URI.")
@click.option("--run-ids", multiple=True, metavar="IDS", help="Only these runs, separated by commas.")
@click.option("--experiment-ids", multiple=True, metavar="IDS", help="Only these experiments, separated by commas.")
@click.option("--logged-model-ids", multiple=True, metavar="IDS", help="Only these models, separated by commas.")
def gc(
    older_than: str | None,
    backend_store_uri: str | None,
    tracking_uri: str | None,
    run_ids: tuple[str, ...],
    experiment_ids: tuple[str, ...],
    logged_model_ids: tuple[str, ...],
) -> None:
    """Erase deleted runs, logged models and experiments for good, with their artifacts, without asking."""
    application = session.application(backend_store_uri or tracking_uri)
    with translating_errors():
        erased = application.garbage_collection.collect(
            older_than_ms=age_ms(older_than),
            run_ids=listed("--run-ids", run_ids),
            experiment_ids=listed("--experiment-ids", experiment_ids),
            model_ids=listed("--logged-model-ids", logged_model_ids),
        )
    for noun, ids in (
        ("Run", erased.run_ids),
        ("Logged model", erased.model_ids),
        ("Experiment", erased.experiment_ids),
    ):
        for id in ids:
            click.echo(f"{noun} with ID {id} has been permanently deleted.")
