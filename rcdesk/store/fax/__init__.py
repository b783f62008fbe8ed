"""Faxes in the archive: outbox, folders, spool, received."""
