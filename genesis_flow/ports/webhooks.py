"""Where webhooks are kept, what hides their secrets, and how they are told of something."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import attrs

from genesis_flow.domain.entities.webhook import Webhook, WebhookChange, WebhookQuery
from genesis_flow.domain.values.pages import Page


class WebhookRepository(ABC):
    """
    Where webhooks are kept.

    Promises: what a method acknowledged is durable where the adapter is; a change of several attributes is seen whole
    or not at all; what was interrupted can be repeated; arguments are valid already (use cases check them). Any method
    may raise `Unavailable`, `Unauthenticated` or `Forbidden`.
    """

    @abstractmethod
    def add(self, webhook: Webhook) -> None:
        """Add a webhook, whose id was never given before."""

    @abstractmethod
    def get(self, id: str) -> Webhook:
        """
        The webhook with this id.

        Raises:
            NotFound: No such webhook.
        """

    @abstractmethod
    def find(self, query: WebhookQuery) -> Page[Webhook]:
        """
        One page of webhooks, the newest first.

        Raises:
            InvalidInput: The page token belongs to another search.
        """

    @abstractmethod
    def change(self, id: str, change: WebhookChange) -> Webhook:
        """
        Change a webhook.

        Returns:
            The webhook as it is now.

        Raises:
            NotFound: No such webhook.
        """

    @abstractmethod
    def remove(self, id: str) -> None:
        """
        Erase a webhook with its secret.

        Raises:
            NotFound: No such webhook.
        """


class SecretBox(ABC):
    """
    Encrypts secrets for the store, and opens what it encrypted.

    Promises: no message of an error shows a secret or the key. Each method may raise `Unsupported`: a library is
    missing; the message names the extra.
    """

    @abstractmethod
    def seal(self, secret: str) -> str:
        """
        The secret, encrypted.

        Raises:
            InvalidInput: There is no key, or it is none.
        """

    @abstractmethod
    def open(self, sealed: str) -> str:
        """
        The secret of what `seal` made.

        Raises:
            CorruptRecord: It was made with another key, or damaged; or there is no key.
        """


@attrs.frozen
class Answer:
    """
    What a receiver answered.

    Attributes:
        status: Of HTTP. body: At most its beginning. retry_after_s: For how long it does not want to be asked again.
    """

    status: int
    body: str = ""
    retry_after_s: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether it took what was sent."""
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Whether it is at another address."""
        return 300 <= self.status < 400

    @property
    def may_be_repeated(self) -> bool:
        """Whether it may take the same later."""
        return self.status in (429, 500, 502, 503, 504)


class WebhookSender(ABC):
    """
    Sends to addresses that strangers chose.

    Promises: it connects to no address of a private network, of this machine or of a cloud's platform, whatever a
    name resolves to and when, unless a setting allows it; it follows no redirect; it uses no proxy; a call ends within
    the timeout of the settings, whatever the receiver does.
    """

    @abstractmethod
    def require_public(self, url: str) -> None:
        """
        Look up the host of a URL.

        Raises:
            InvalidInput: It has no address, or one that it may not have; the message is MLflow's.
        """

    @abstractmethod
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """
        Send once.

        Raises:
            Forbidden: The address may not be connected to.
            Unavailable: It could not be reached, or did not answer in time.
        """
