"""Desks of calls: placed, watched, cancelled, and the ones that are over."""
