"""Ports around ports."""
