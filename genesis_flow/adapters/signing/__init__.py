"""Signatures through `cryptography`."""
