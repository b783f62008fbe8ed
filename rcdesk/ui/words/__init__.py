"""Sentences about calls, faxes, folders and servers: pure functions."""
