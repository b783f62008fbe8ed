"""Profiles, preferences, presence timers and secrets."""
