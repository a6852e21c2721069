"""The MongoDB adapter, on a real server."""
