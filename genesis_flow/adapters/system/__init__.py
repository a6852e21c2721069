"""The operating system's clock and random numbers."""
