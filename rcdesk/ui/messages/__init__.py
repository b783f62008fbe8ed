"""Texts: conversations, a thread with bubbles, writing."""
