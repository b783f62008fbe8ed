"""Voicemails and recordings: followed, fetched once, kept."""
