"""
`mlflow`, played by genesis-flow.

`genesis_flow.install_as_mlflow()` has `import mlflow` find this file, and so does a directory on PYTHONPATH that
holds it; either way, all that is below `mlflow` is then genesis-flow's own.
"""

import sys

try:
    import genesis_flow
except ModuleNotFoundError as error:
    if error.name != "genesis_flow":
        raise
    raise ModuleNotFoundError(
        f"{__file__} has genesis-flow act as mlflow, but {sys.executable} has no genesis_flow. Install it there, or "
        "take the directory of that file from PYTHONPATH.",
        name="genesis_flow",
    ) from None

# At once: other threads may import what is below this module while it is loaded.
sys.meta_path.insert(0, genesis_flow.AliasFinder("mlflow", genesis_flow.ALIASES))

from genesis_flow.api.drop_in import playing  # noqa: E402

__genesis_flow__ = True
__version__ = playing.COMPATIBLE_MLFLOW_VERSION

playing.be_found()


def __getattr__(name: str) -> object:
    value = playing.attribute(name)
    if name != "__all__":
        globals()[name] = value
    return value


def __dir__() -> list[str]:
    return playing.names()
