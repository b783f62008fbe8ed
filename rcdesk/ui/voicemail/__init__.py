"""Voicemails and recordings: lists, player, what can be done with each."""
