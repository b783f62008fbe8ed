"""Telephone numbers: read, judged, shown, placed on the map."""
