"""Signing in, servers, presence."""
