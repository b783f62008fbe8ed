"""Texts and voicemails of the simulated world."""
