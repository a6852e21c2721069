"""What may be called with which arguments, and which state objects may have; one module for each library."""
