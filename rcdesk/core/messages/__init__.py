"""Texts, voicemails and recordings: what they are, and the rules that need no network."""
