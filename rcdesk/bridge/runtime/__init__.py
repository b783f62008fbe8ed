"""Threads and the desktop: lanes, what is made late, one program for each archive, signals, shortcuts."""
