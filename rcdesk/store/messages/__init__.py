"""Texts, voicemails and recordings in the archive."""
