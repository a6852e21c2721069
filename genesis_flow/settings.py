"""
What the surroundings say: the only reader and writer of environment variables.

Each variable is an object with `get()`, `set()` and `unset()`, as in MLflow.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from urllib.parse import unquote, urlsplit

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.locations import BLOCK_BYTES, THREADS, without_secret
from genesis_flow.domain.values.uris import scheme_of

if TYPE_CHECKING:
    from genesis_flow.domain.values.redirects import Redirects
    from genesis_flow.domain.values.storage import StorageAccess

T = TypeVar("T")


@attrs.frozen
class EnvironmentVariable(Generic[T]):
    """
    One environment variable.

    Attributes:
        name: Its name. type: What turns its text into a value. default: Its value where it is not set.
    """

    name: str
    type: Callable[[str], T]
    default: T

    def is_set(self) -> bool:
        """Whether the environment has it."""
        return self.name in os.environ

    def get(self) -> T:
        """
        Its value.

        Raises:
            InvalidInput: The text cannot be read.
        """
        text = os.environ.get(self.name)
        if text is None:
            return self.default
        try:
            return self.type(text)
        except ValueError as error:
            raise InvalidInput(self.name, f"The environment variable {self.name} is wrong: {error}") from None

    def set(self, value: T) -> None:
        """Set it for this process and its future children."""
        os.environ[self.name] = str(value)

    def unset(self) -> None:
        """Remove it."""
        os.environ.pop(self.name, None)


def switch(text: str) -> bool:
    """True or False."""
    lowered = text.strip().lower()
    if lowered not in ("true", "false", "1", "0"):
        raise ValueError("give one of true, false, 1, 0")
    return lowered in ("true", "1")


def _is_true(text: str) -> bool:
    """As transformers reads its switches: whatever says something else is no."""
    return text.strip().upper() in ("TRUE", "1", "ON", "YES")


def names(text: str) -> frozenset[str]:
    """Names, separated by commas."""
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def seconds(text: str) -> float:
    """A number of seconds above 0, less than a day."""
    value = float(text)
    if not 0 < value < 86_400:
        raise ValueError("give a number of seconds above 0")
    return value


def seconds_or_none(text: str) -> float:
    """A number of seconds, 0 for none."""
    return 0.0 if text.strip() in ("0", "0.0") else seconds(text)


def _block_bytes(text: str) -> int:
    value = int(text)
    if not 64 << 10 <= value <= 1 << 30:
        raise ValueError("give a number of bytes from 65536 to 1073741824")
    return value


def _redirects(text: str) -> Redirects:
    from genesis_flow.domain.values.redirects import redirects

    return redirects(text)


def threads(text: str) -> int:
    """A number of threads, 1 to 256."""
    value = int(text)
    if not 1 <= value <= 256:
        raise ValueError("give a number from 1 to 256")
    return value


def _delivers(text: str) -> bool:
    if text.strip() not in ("", "off", "deliver"):
        raise ValueError("give deliver or off")
    return text.strip() == "deliver"


def optional(name: str) -> EnvironmentVariable[str | None]:
    """A variable with any text."""
    return EnvironmentVariable(name, str, None)


MLFLOW_TRACKING_URI: Final = optional("MLFLOW_TRACKING_URI")
MLFLOW_REGISTRY_URI: Final = optional("MLFLOW_REGISTRY_URI")
#: Who asks a tracking server, for commands that clients in other languages call.
MLFLOW_TRACKING_USERNAME: Final = optional("MLFLOW_TRACKING_USERNAME")
MLFLOW_TRACKING_PASSWORD: Final = optional("MLFLOW_TRACKING_PASSWORD")
MLFLOW_TRACKING_TOKEN: Final = optional("MLFLOW_TRACKING_TOKEN")
MLFLOW_DEFAULT_ARTIFACT_ROOT: Final = optional("MLFLOW_DEFAULT_ARTIFACT_ROOT")
#: Below which the files of `mlflow-artifacts:` locations are, for a server and for who reads beside it.
MLFLOW_ARTIFACTS_DESTINATION: Final = optional("MLFLOW_ARTIFACTS_DESTINATION")
MLFLOW_EXPERIMENT_NAME: Final = optional("MLFLOW_EXPERIMENT_NAME")
MLFLOW_EXPERIMENT_ID: Final = optional("MLFLOW_EXPERIMENT_ID")
MLFLOW_RUN_ID: Final = optional("MLFLOW_RUN_ID")
MLFLOW_ACTIVE_MODEL_ID: Final = optional("MLFLOW_ACTIVE_MODEL_ID")
MLFLOW_RUN_CONTEXT: Final = optional("MLFLOW_RUN_CONTEXT")
MLFLOW_TRUNCATE_LONG_VALUES: Final = EnvironmentVariable("MLFLOW_TRUNCATE_LONG_VALUES", switch, True)
MLFLOW_ENABLE_ASYNC_LOGGING: Final = EnvironmentVariable("MLFLOW_ENABLE_ASYNC_LOGGING", switch, False)
#: Seconds for which a loaded prompt is kept: one that was asked for by alias, and one by number.
MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS: Final = EnvironmentVariable("MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS", float, 60.0)
MLFLOW_VERSION_PROMPT_CACHE_TTL_SECONDS: Final = EnvironmentVariable(
    "MLFLOW_VERSION_PROMPT_CACHE_TTL_SECONDS", float, float("inf")
)
MLFLOW_ALLOW_PICKLE_DESERIALIZATION: Final = EnvironmentVariable("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", switch, True)
MLFLOW_DEFAULT_PREDICTION_DEVICE: Final = optional("MLFLOW_DEFAULT_PREDICTION_DEVICE")
MLFLOW_HUGGINGFACE_MODEL_MAX_SHARD_SIZE: Final = EnvironmentVariable(
    "MLFLOW_HUGGINGFACE_MODEL_MAX_SHARD_SIZE", str, "500MB"
)
#: What the callback of transformers does: see https://huggingface.co/docs/transformers, `MLflowCallback`.
DISABLE_MLFLOW_INTEGRATION: Final = EnvironmentVariable("DISABLE_MLFLOW_INTEGRATION", _is_true, False)
HF_MLFLOW_LOG_ARTIFACTS: Final = EnvironmentVariable("HF_MLFLOW_LOG_ARTIFACTS", _is_true, False)
MLFLOW_FLATTEN_PARAMS: Final = EnvironmentVariable("MLFLOW_FLATTEN_PARAMS", _is_true, False)
MLFLOW_MAX_LOG_PARAMS: Final[EnvironmentVariable[int | None]] = EnvironmentVariable(
    "MLFLOW_MAX_LOG_PARAMS", lambda text: int(text) if text.isdigit() else None, None
)
MLFLOW_NESTED_RUN: Final = EnvironmentVariable("MLFLOW_NESTED_RUN", _is_true, False)
#: A JSON object of tags.
MLFLOW_TAGS: Final = optional("MLFLOW_TAGS")
MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING: Final = EnvironmentVariable(
    "MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING", switch, True
)
MLFLOW_LOG_MODEL_COMPRESSION: Final = optional("MLFLOW_LOG_MODEL_COMPRESSION")
#: A YAML file that says what is trusted of stored models; see `genesis_flow.set_trust_policy`.
GENESIS_FLOW_TRUST_POLICY: Final = optional("GENESIS_FLOW_TRUST_POLICY")
#: Stores that are used for those that programs name: FROM=TO, separated by blanks; see `Redirects`.
GENESIS_FLOW_REDIRECT: Final[EnvironmentVariable[Redirects | None]] = EnvironmentVariable(
    "GENESIS_FLOW_REDIRECT", _redirects, None
)
#: Flavors that are not to be used, separated by commas.
GENESIS_FLOW_DISABLED_FLAVORS: Final[EnvironmentVariable[frozenset[str]]] = EnvironmentVariable(
    "GENESIS_FLOW_DISABLED_FLAVORS", names, frozenset()
)
#: Seconds within which an unreachable or hanging store fails; options in the tracking URI win.
GENESIS_FLOW_TIMEOUT: Final = EnvironmentVariable("GENESIS_FLOW_TIMEOUT", seconds, 5.0)
#: Seconds for which a call is repeated when the store was reached before and is away; 0 for none.
GENESIS_FLOW_PATIENCE: Final = EnvironmentVariable("GENESIS_FLOW_PATIENCE", seconds_or_none, 30.0)

#: What kind of server a `mongodb://` URI names, where its host does not tell: mongodb, cosmos-vcore or cosmos-ru.
GENESIS_FLOW_MONGODB_DIALECT: Final = optional("GENESIS_FLOW_MONGODB_DIALECT")
#: Seconds that one call waits in all when Cosmos DB refuses requests because its request units are used up.
GENESIS_FLOW_THROTTLING_TIMEOUT: Final = EnvironmentVariable("GENESIS_FLOW_THROTTLING_TIMEOUT", seconds, 60.0)
#: Whether a transfer of artifacts that takes long is shown, where a person looks.
MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: Final = EnvironmentVariable("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", switch, True)
#: Object storage: bytes of a piece, and how many pieces or files move at the same time.
GENESIS_FLOW_ARTIFACT_BLOCK_BYTES: Final = EnvironmentVariable(
    "GENESIS_FLOW_ARTIFACT_BLOCK_BYTES", _block_bytes, BLOCK_BYTES
)
GENESIS_FLOW_ARTIFACT_THREADS: Final = EnvironmentVariable("GENESIS_FLOW_ARTIFACT_THREADS", threads, THREADS)

#: Whether changes through this library, not only those through a server, are told to webhooks: deliver or off.
GENESIS_FLOW_WEBHOOKS: Final = EnvironmentVariable("GENESIS_FLOW_WEBHOOKS", _delivers, False)

#: Azure Storage: for each value the names that other tools read it from, too; the first one that is set counts.
_AZURE_STRING: Final = ("AZURE_STORAGE_CONNECTION_STRING",)
_AZURE_ACCOUNT: Final = ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT")
_AZURE_KEY: Final = ("AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY")
_AZURE_SAS: Final = ("AZURE_STORAGE_SAS_TOKEN",)
_AZURE_ENDPOINT: Final = ("AZURE_STORAGE_SERVICE_ENDPOINT",)
_S3_ENDPOINT: Final = ("MLFLOW_S3_ENDPOINT_URL",)
_GCS_ENDPOINT: Final = ("STORAGE_EMULATOR_HOST",)

#: Variables that say which logged model is active: the first one that is set counts; the second is an older name.
_ACTIVE_MODEL: Final = (MLFLOW_ACTIVE_MODEL_ID, optional("_MLFLOW_ACTIVE_MODEL_ID"))

#: Held while the variables that are read are noted.
_READING: Final = RLock()

_DATABASE_FILE: Final = "genesis.db"
_ARTIFACT_DIRECTORY: Final = "genesis_artifacts"


@attrs.frozen
class Settings:
    """
    What an application is built from.

    Attributes:
        tracking_uri: Where experiments and runs are kept; may hold a password, so it is not in the repr.
        artifact_root: URI or absolute path below which new experiments keep their artifacts.
        timeout_s: Seconds within which an unreachable store fails.
        patience_s: Seconds for which a call is repeated when the store was reached before and is away.
        artifacts_destination: Where the files of `mlflow-artifacts:` locations are, a URI or absolute path; None
            where they are behind a server.
        tells_webhooks: Whether changes of the model registry are told to webhooks.
        mongodb_dialect: What kind of server a MongoDB URI names; None lets its host tell.
        throttling_timeout_s: Seconds that one call waits in all for a server that is too busy.
    """

    tracking_uri: str = attrs.field(repr=False)
    artifact_root: str
    timeout_s: float = 5.0
    patience_s: float = 30.0
    mongodb_dialect: str | None = None
    throttling_timeout_s: float = 60.0
    artifacts_destination: str | None = None
    tells_webhooks: bool = False

    @property
    def scheme(self) -> str:
        """The scheme of the tracking URI, in lower case."""
        return scheme_of(self.tracking_uri)


def active_model_id() -> str | None:
    """The logged model that the environment makes active, None without one."""
    return next((id for variable in _ACTIVE_MODEL if (id := variable.get())), None)


def unset_active_model_id() -> None:
    """Have the environment make no logged model active."""
    for variable in _ACTIVE_MODEL:
        variable.unset()


def default_tracking_uri() -> str:
    """What the environment says, or the embedded store in the working directory."""
    return MLFLOW_TRACKING_URI.get() or f"sqlite:///{_written(str(Path.cwd() / _DATABASE_FILE))}"


def settings_for(tracking_uri: str, artifact_root: str | None = None) -> Settings:
    """The settings of an application on `tracking_uri`; without an artifact root, that of the environment."""
    root = artifact_root or MLFLOW_DEFAULT_ARTIFACT_ROOT.get() or str(_home(tracking_uri) / _ARTIFACT_DIRECTORY)
    return Settings(
        tracking_uri,
        without_secret("MLFLOW_DEFAULT_ARTIFACT_ROOT", absolute_location(root)),
        GENESIS_FLOW_TIMEOUT.get(),
        GENESIS_FLOW_PATIENCE.get(),
        GENESIS_FLOW_MONGODB_DIALECT.get(),
        GENESIS_FLOW_THROTTLING_TIMEOUT.get(),
        destination_of(MLFLOW_ARTIFACTS_DESTINATION.get()),
        GENESIS_FLOW_WEBHOOKS.get(),
    )


#: What settings follow from beside the URI and the working directory.
_OF_SETTINGS: Final = (
    "HOME", "USERPROFILE",
    *(
        variable.name
        for variable in (
            MLFLOW_DEFAULT_ARTIFACT_ROOT, GENESIS_FLOW_TIMEOUT, GENESIS_FLOW_PATIENCE, GENESIS_FLOW_MONGODB_DIALECT,
            GENESIS_FLOW_THROTTLING_TIMEOUT, MLFLOW_ARTIFACTS_DESTINATION, GENESIS_FLOW_WEBHOOKS, GENESIS_FLOW_REDIRECT,
        )
    ),
)  # fmt: skip


def surroundings() -> Hashable:
    """What `settings_for` one URI follows from: as long as this is equal, so are the settings."""
    try:
        directory = os.getcwd()
    except FileNotFoundError:
        directory = ""
    return directory, *map(os.environ.get, _OF_SETTINGS)


def destination_of(location: str | None) -> str | None:
    """The absolute form of a location below which a server keeps artifacts; None and "" are none."""
    if not location:
        return None
    found = without_secret("MLFLOW_ARTIFACTS_DESTINATION", absolute_location(location))
    # A path below it is put behind it as it is, and would be decoded in a URI.
    return unquote(urlsplit(found).path) if scheme_of(found) == "file" else found


def storage_access() -> StorageAccess:
    """Who asks object storage, as the environment says now."""
    from genesis_flow.domain.values.storage import StorageAccess, Transfers

    return StorageAccess(
        azure_connection_string=_first(_AZURE_STRING), azure_account=_first(_AZURE_ACCOUNT),
        azure_key=_first(_AZURE_KEY), azure_sas=_first(_AZURE_SAS), azure_endpoint=_first(_AZURE_ENDPOINT),
        s3_endpoint=_first(_S3_ENDPOINT), gcs_endpoint=_first(_GCS_ENDPOINT),
        transfers=Transfers(GENESIS_FLOW_ARTIFACT_BLOCK_BYTES.get(), GENESIS_FLOW_ARTIFACT_THREADS.get()),
    )  # fmt: skip


def _first(names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := os.environ.get(name))), None)


def sqlite_path(uri: str) -> Path:
    """
    The file of a `sqlite:///relative` or `sqlite:////absolute` URI.

    Raises:
        InvalidInput: It names a host, or no file.
    """
    path = unquote(uri.partition(":")[2].partition("?")[0])
    if not path.startswith("///") or path.endswith(("/", "/:memory:")) or "\0" in path:
        raise InvalidInput(
            "tracking_uri",
            "A SQLite tracking URI names a file: sqlite:///relative/path.db or sqlite:////absolute/path.db. "
            "For a store in memory, use memory://.",
        )
    return (Path.cwd() / path[3:]).absolute()


def _written(path: str) -> str:
    """`path` as `sqlite_path` reads it; only what would be read as something else is escaped."""
    return path.replace("%", "%25").replace("?", "%3F")


def _home(tracking_uri: str) -> Path:
    if scheme_of(tracking_uri) == "sqlite":
        return sqlite_path(tracking_uri).parent
    return Path.cwd()


def absolute_location(location: str) -> str:
    """`location`, if it is a URI; else, and for `file:relative`, the absolute form of the local path that it is."""
    scheme = scheme_of(location)
    path = location[len("file:") :]
    if scheme == "file" and path and not path.startswith("/"):
        return Path(unquote(path)).absolute().as_uri()
    if scheme and not (os.name == "nt" and len(scheme) == 1):
        return location
    return str(Path(os.path.expanduser(location)).absolute())


@contextmanager
def variables_read() -> Iterator[set[str]]:
    """The names of the environment variables that are there and are read while the block runs; one block at a time."""
    names: set[str] = set()
    kind: Any = type(os.environ)
    with _READING:
        original = kind.__getitem__

        def noted(environ: Any, name: Any) -> Any:
            value = original(environ, name)
            names.add(name)
            return value

        kind.__getitem__ = noted  # `get` and `os.getenv` ask it, too
        try:
            yield names
        finally:
            kind.__getitem__ = original
