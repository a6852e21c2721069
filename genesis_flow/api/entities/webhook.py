"""Webhooks: addresses that are told of what happens in the model registry."""

from __future__ import annotations

from enum import Enum
from typing import Final

from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.values.webhook_events import ALLOWED, event_of_text, webhook_event


class _TextEnum(str, Enum):  # noqa: UP042 (as in MLflow, whose members are texts that show themselves)
    def __str__(self) -> str:
        return str(self.value)


class WebhookStatus(_TextEnum):
    """Whether a webhook is told of anything."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"

    def is_active(self) -> bool:
        """Whether it is."""
        return self is WebhookStatus.ACTIVE


class WebhookEntity(_TextEnum):
    """What something can happen to."""

    REGISTERED_MODEL = "registered_model"
    MODEL_VERSION = "model_version"
    MODEL_VERSION_TAG = "model_version_tag"
    MODEL_VERSION_ALIAS = "model_version_alias"
    PROMPT = "prompt"
    PROMPT_VERSION = "prompt_version"
    PROMPT_TAG = "prompt_tag"
    PROMPT_VERSION_TAG = "prompt_version_tag"
    PROMPT_ALIAS = "prompt_alias"
    BUDGET_POLICY = "budget_policy"


class WebhookAction(_TextEnum):
    """What can happen to it."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    SET = "set"
    EXCEEDED = "exceeded"


#: What can happen to which entity.
VALID_ENTITY_ACTIONS: Final = {
    WebhookEntity(entity): {WebhookAction(action) for action in actions} for entity, actions in ALLOWED.items()
}


class WebhookEvent:
    """
    That something happened to an entity.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: This does not happen to such an entity.
        ValueError: There is no such entity or action.
    """

    def __init__(self, entity: str | WebhookEntity, action: str | WebhookAction) -> None:
        self._entity = WebhookEntity(entity)
        self._action = WebhookAction(action)
        with translating_errors():
            webhook_event(self._entity.value, self._action.value)

    @property
    def entity(self) -> WebhookEntity:
        """What it happened to."""
        return self._entity

    @property
    def action(self) -> WebhookAction:
        """What happened."""
        return self._action

    @classmethod
    def from_str(cls, event_str: str) -> WebhookEvent:
        """
        The event of a text such as "registered_model.created".

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is no such event.
        """
        with translating_errors():
            found = event_of_text(event_str)
        return cls(found.entity, found.action)

    def __str__(self) -> str:
        return f"{self.entity}.{self.action}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WebhookEvent):
            return False
        return (self.entity, self.action) == (other.entity, other.action)

    def __hash__(self) -> int:
        return hash((self.entity, self.action))

    def __repr__(self) -> str:
        return f"WebhookEvent(entity={self.entity}, action={self.action})"


class Webhook:
    """
    An address that is told of events; its repr does not show its secret.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: There are no events.
    """

    def __init__(
        self,
        webhook_id: str,
        name: str,
        url: str,
        events: list[WebhookEvent],
        creation_timestamp: int,
        last_updated_timestamp: int,
        description: str | None = None,
        status: str | WebhookStatus = WebhookStatus.ACTIVE,
        secret: str | None = None,
        workspace: str | None = None,
    ) -> None:
        if not events:
            raise MlflowException.invalid_parameter_value("Webhook events cannot be empty")
        self._webhook_id = webhook_id
        self._name = name
        self._url = url
        self._events = events
        self._creation_timestamp = creation_timestamp
        self._last_updated_timestamp = last_updated_timestamp
        self._description = description
        self._status = WebhookStatus(status)
        self._secret = secret
        self._workspace = (workspace or "").strip() or "default"

    @property
    def webhook_id(self) -> str:
        """Given once."""
        return self._webhook_id

    @property
    def name(self) -> str:
        """Need not be unique."""
        return self._name

    @property
    def url(self) -> str:
        """The address."""
        return self._url

    @property
    def events(self) -> list[WebhookEvent]:
        """What it is told of."""
        return self._events

    @property
    def description(self) -> str | None:
        """What its author says of it."""
        return self._description

    @property
    def status(self) -> WebhookStatus:
        """Whether it is told of anything."""
        return self._status

    @property
    def secret(self) -> str | None:
        """None in every webhook that was read: secrets are given to the store, and not given back."""
        return self._secret

    @property
    def creation_timestamp(self) -> int:
        """Milliseconds since the epoch (UTC)."""
        return self._creation_timestamp

    @property
    def last_updated_timestamp(self) -> int:
        """Milliseconds since the epoch (UTC)."""
        return self._last_updated_timestamp

    @property
    def workspace(self) -> str:
        """The workspace that owns it; there is one, "default"."""
        return self._workspace

    def __repr__(self) -> str:
        return (
            f"Webhook(webhook_id={self.webhook_id!r}, name={self.name!r}, url={self.url!r}, "
            f"status='{self.status}', workspace={self.workspace!r}, events={self.events}, "
            f"creation_timestamp={self.creation_timestamp}, last_updated_timestamp={self.last_updated_timestamp})"
        )


class WebhookTestResult:
    """What came of a test: what the receiver answered, or what went wrong."""

    def __init__(
        self,
        success: bool,
        response_status: int | None = None,
        response_body: str | None = None,
        error_message: str | None = None,
    ) -> None:
        self._success = success
        self._response_status = response_status
        self._response_body = response_body
        self._error_message = error_message

    @property
    def success(self) -> bool:
        """Whether the receiver took what was sent."""
        return self._success

    @property
    def response_status(self) -> int | None:
        """The status of HTTP that it answered with."""
        return self._response_status

    @property
    def response_body(self) -> str | None:
        """The beginning of its answer."""
        return self._response_body

    @property
    def error_message(self) -> str | None:
        """What went wrong."""
        return self._error_message

    def __repr__(self) -> str:
        return (
            f"WebhookTestResult(success={self.success!r}, response_status={self.response_status!r}, "
            f"response_body={self.response_body!r}, error_message={self.error_message!r})"
        )
