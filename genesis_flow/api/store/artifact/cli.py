"""MLflow's `mlflow.store.artifact.cli`: the client for Java runs it with `python -m`."""

from __future__ import annotations

from genesis_flow.api.stock_cli.artifacts import artifacts as commands

__all__ = ["commands"]

if __name__ == "__main__":
    from genesis_flow.api.stock_cli.main import main

    main(commands)
