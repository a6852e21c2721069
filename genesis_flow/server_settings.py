"""
What the surroundings say of the REST server; see `settings`.

Source: MLflow 3.17 `mlflow/environment_variables.py`.
"""

from __future__ import annotations

from typing import Final

from genesis_flow.settings import EnvironmentVariable, names, optional, switch

#: The REST server, as in MLflow; lists are separated by commas.
MLFLOW_BACKEND_STORE_URI: Final = optional("MLFLOW_BACKEND_STORE_URI")
MLFLOW_SERVE_ARTIFACTS: Final = EnvironmentVariable("MLFLOW_SERVE_ARTIFACTS", switch, True)
MLFLOW_ARTIFACTS_ONLY: Final = EnvironmentVariable("MLFLOW_ARTIFACTS_ONLY", switch, False)
#: Schemes such as ftp that locations of experiments and versions may have, though they name a host.
MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES: Final[EnvironmentVariable[frozenset[str]]] = EnvironmentVariable(
    "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES", names, frozenset()
)
MLFLOW_HOST: Final = EnvironmentVariable("MLFLOW_HOST", str, "127.0.0.1")
MLFLOW_PORT: Final = EnvironmentVariable("MLFLOW_PORT", int, 5000)
MLFLOW_WORKERS: Final = EnvironmentVariable("MLFLOW_WORKERS", int, 1)
MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS: Final = EnvironmentVariable("MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS", int, 10)
MLFLOW_SERVER_GRAPHQL_MAX_ALIASES: Final = EnvironmentVariable("MLFLOW_SERVER_GRAPHQL_MAX_ALIASES", int, 10)
MLFLOW_SERVER_ALLOWED_HOSTS: Final = EnvironmentVariable("MLFLOW_SERVER_ALLOWED_HOSTS", str, "")
MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: Final = EnvironmentVariable("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", str, "")
MLFLOW_SERVER_X_FRAME_OPTIONS: Final = EnvironmentVariable("MLFLOW_SERVER_X_FRAME_OPTIONS", str, "SAMEORIGIN")
#: Set for processes that serve together: `prometheus_client` keeps what they count in files of this directory.
PROMETHEUS_MULTIPROC_DIR: Final = optional("PROMETHEUS_MULTIPROC_DIR")
#: Seconds for which links that a server gives out for downloads work.
MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS: Final = EnvironmentVariable(
    "MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS", int, 300
)
#: Whether a server has clients that ask it send and get files directly; None for what its storage suggests.
MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD: Final[EnvironmentVariable[bool | None]] = EnvironmentVariable(
    "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", switch, None
)
MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD: Final[EnvironmentVariable[bool | None]] = EnvironmentVariable(
    "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", switch, None
)
