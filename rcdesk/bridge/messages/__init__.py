"""Desks of voicemails, recordings and the player."""
