"""`python -m genesis_flow` is the command line."""

from __future__ import annotations

from genesis_flow.api.cli.main import main

if __name__ == "__main__":
    main()
