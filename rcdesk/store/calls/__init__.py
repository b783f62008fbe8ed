"""Calls in the archive."""
