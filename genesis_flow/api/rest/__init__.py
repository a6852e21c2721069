"""MLflow's REST API as an ASGI application; needs the extra `server`."""

from __future__ import annotations

from genesis_flow.api.rest.app import create_app

__all__ = ["create_app"]
