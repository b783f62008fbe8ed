"""Calls of the simulated world and their log."""
