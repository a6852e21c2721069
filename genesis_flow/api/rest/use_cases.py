"""What handlers work with."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from genesis_flow.api.webhook_queue import WebhookQueue
from genesis_flow.bootstrap import open_application
from genesis_flow.domain.use_cases.artifacts import Artifacts
from genesis_flow.domain.use_cases.experiments import Experiments
from genesis_flow.domain.use_cases.logged_model_artifacts import LoggedModelArtifacts
from genesis_flow.domain.use_cases.logged_models import LoggedModels
from genesis_flow.domain.use_cases.model_versions import ModelVersions
from genesis_flow.domain.use_cases.registered_models import RegisteredModels
from genesis_flow.domain.use_cases.run_lifecycle import RunLifecycle
from genesis_flow.domain.use_cases.run_logging import RunLogging
from genesis_flow.domain.use_cases.run_search import RunSearch
from genesis_flow.domain.use_cases.webhooks import Webhooks
from genesis_flow.settings import Settings


@attrs.frozen
class UseCases:
    """
    The use cases of the API on one store, all made before threads could make them at the same time.

    Clients know prompts as registered models with a tag, so here they are that.

    Attributes:
        settings: What they were made from. webhook_queue: Tells webhooks of what was done. close: Lets go of the store.
    """

    settings: Settings
    artifacts: Artifacts
    experiments: Experiments
    lifecycle: RunLifecycle
    logged_models: LoggedModels
    logging: RunLogging
    model_artifacts: LoggedModelArtifacts
    model_versions: ModelVersions
    registered_models: RegisteredModels
    search: RunSearch
    webhooks: Webhooks
    webhook_queue: WebhookQueue
    close: Callable[[], None]


def open_use_cases(settings: Settings) -> UseCases:
    """
    The use cases on the store of `settings`; nothing is connected before it is needed.

    Raises:
        InvalidInput: No backend serves the scheme of the tracking URI.
    """
    found = open_application(settings)
    return UseCases(
        settings,
        found.artifacts,
        found.experiments,
        found.lifecycle,
        found.logged_models,
        found.logging,
        found.model_artifacts,
        attrs.evolve(found.model_versions, takes_prompts=True),
        attrs.evolve(found.registered_models, takes_prompts=True),
        found.search,
        found.webhooks,
        WebhookQueue(found.webhook_delivery),
        found.close,
    )
