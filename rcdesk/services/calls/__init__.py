"""Placing and following calls, and the call log."""
