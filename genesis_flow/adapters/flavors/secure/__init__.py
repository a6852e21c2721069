"""Reading of stored objects that makes nothing but what our own tables list."""
