"""Voicemails and recordings in the archive."""
