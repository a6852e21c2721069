"""The command line `genesis-flow`: one module a command group; click and rich are imported here only."""
