"""What is done for each path, one module a noun: sync handlers and their `ROUTES`."""
