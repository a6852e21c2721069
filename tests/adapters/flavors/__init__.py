"""Tests of what model flavors share."""
