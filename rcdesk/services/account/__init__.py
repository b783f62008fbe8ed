"""Signing in, connections, presence."""
