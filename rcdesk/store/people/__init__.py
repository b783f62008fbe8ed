"""People, favourites and the timeline in the archive."""
