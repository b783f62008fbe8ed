"""Sounds: decoded in a child process that has nothing, played by another."""
