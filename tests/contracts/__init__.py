"""What every adapter of a port must do, as suites that adapters run."""
