"""
What the surroundings say of webhooks; see `settings`.

Source: MLflow 3.17 `mlflow/environment_variables.py`.
"""

from __future__ import annotations

from typing import Final

from genesis_flow.settings import EnvironmentVariable, seconds, seconds_or_none, switch, threads


def _few(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 100:
        raise ValueError("give a number from 0 to 100")
    return value


def _web_schemes(text: str) -> tuple[str, ...]:
    found = tuple(name.strip() for name in text.split(","))
    if not set(found) <= {"http", "https"}:
        raise ValueError("give https, or http,https")
    return found


#: The key that secrets are encrypted with.
MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: Final[EnvironmentVariable[str | None]] = EnvironmentVariable(
    "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY", str, None
)
#: Seconds for one request.
MLFLOW_WEBHOOK_REQUEST_TIMEOUT: Final = EnvironmentVariable("MLFLOW_WEBHOOK_REQUEST_TIMEOUT", seconds, 30.0)
MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS: Final = EnvironmentVariable("MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS", threads, 10)
#: How often a request is repeated.
MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES: Final = EnvironmentVariable("MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES", _few, 3)
#: Seconds for which it is known who is told of what.
MLFLOW_WEBHOOK_CACHE_TTL: Final = EnvironmentVariable("MLFLOW_WEBHOOK_CACHE_TTL", seconds_or_none, 60.0)
#: For tests and networks of one's own: http as well as https, and addresses that are not public.
MLFLOW_WEBHOOK_ALLOWED_SCHEMES: Final[EnvironmentVariable[tuple[str, ...]]] = EnvironmentVariable(
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES", _web_schemes, ("https",)
)
MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: Final = EnvironmentVariable("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", switch, False)
