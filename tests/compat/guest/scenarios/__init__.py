"""Calls by area, each on a store of its own, in the order in which upstream users and tests make them."""
