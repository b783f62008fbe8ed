"""People and past calls."""
