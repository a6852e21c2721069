"""Model flavors: what they read goes through `loading`, the one door for stored objects."""
