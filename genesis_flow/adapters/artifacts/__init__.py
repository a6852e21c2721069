"""Artifact stores on fsspec filesystems; this package itself imports none of them."""
