"""Runs that autologging made: of MLflow and of genesis-flow, by the same script."""
