"""Sending to webhooks."""
