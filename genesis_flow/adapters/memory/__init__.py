"""The stores in memory: for tests, notebooks and as the reference of what a repository does."""
