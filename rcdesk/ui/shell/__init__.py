"""The window around the pages: side bar, bars, settings."""
