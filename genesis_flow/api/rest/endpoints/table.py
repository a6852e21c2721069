"""Every operation there is."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.rest.endpoints import (
    artifacts,
    experiments,
    graphql,
    logged_models,
    metric_histories,
    model_versions,
    multipart_uploads,
    pages,
    proxied_artifacts,
    registered_models,
    run_logging,
    runs,
    traces,
    webhooks,
)

ROUTES: Final = (
    *experiments.ROUTES,
    *runs.ROUTES,
    *run_logging.ROUTES,
    *metric_histories.ROUTES,
    *artifacts.ROUTES,
    *proxied_artifacts.ROUTES,
    *multipart_uploads.ROUTES,
    *logged_models.ROUTES,
    *registered_models.ROUTES,
    *model_versions.ROUTES,
    *traces.ROUTES,
    *webhooks.ROUTES,
    *graphql.ROUTES,
    *pages.ROUTES,
)
