"""The composition root of webhooks: which adapters their ports have; see `bootstrap.py`."""

from __future__ import annotations

from collections.abc import Callable

import punq

from genesis_flow.adapters.signing.fernet import FernetBox
from genesis_flow.adapters.signing.fernet import new_key as new_key
from genesis_flow.adapters.webhooks.sender import HttpWebhookSender
from genesis_flow.adapters.wrappers.telling import (
    Tell,
    TellingModelVersionRepository,
    TellingRegisteredModelRepository,
)
from genesis_flow.domain.values.webhook_rules import WebhookSchemes
from genesis_flow.ports.model_versions import ModelVersionRepository
from genesis_flow.ports.registered_models import RegisteredModelRepository
from genesis_flow.ports.webhooks import SecretBox, WebhookRepository, WebhookSender
from genesis_flow.webhook_settings import (
    MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS,
    MLFLOW_WEBHOOK_ALLOWED_SCHEMES,
    MLFLOW_WEBHOOK_REQUEST_TIMEOUT,
    MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY,
)

Registry = tuple[RegisteredModelRepository, ModelVersionRepository]


def register_webhooks(container: punq.Container, webhooks: WebhookRepository) -> None:
    """Give a container the ports of webhooks."""
    sender = HttpWebhookSender(MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS.get, MLFLOW_WEBHOOK_REQUEST_TIMEOUT.get)
    container.register(WebhookRepository, instance=webhooks)
    container.register(WebhookSender, instance=sender)
    container.register(SecretBox, instance=secret_box(MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.get))
    container.register(WebhookSchemes, instance=WebhookSchemes(MLFLOW_WEBHOOK_ALLOWED_SCHEMES.get))


def secret_box(key: Callable[[], str | None]) -> SecretBox:
    """What encrypts secrets with the key that `key` gives."""
    return FernetBox(key)


def telling(open_registry: Callable[[], Registry], tell: Tell) -> Registry:
    """The repositories of a model registry that tell what was changed."""
    models, versions = open_registry()
    return TellingRegisteredModelRepository(models, tell), TellingModelVersionRepository(versions, tell)
