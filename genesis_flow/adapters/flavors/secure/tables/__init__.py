"""The exact names of everything that a stored object may use, one module for each library."""
