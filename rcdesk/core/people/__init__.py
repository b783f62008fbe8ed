"""Who can be called and faxed."""
