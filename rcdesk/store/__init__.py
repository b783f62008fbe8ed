"""What survives a restart: SQLite, the spool of attachments, the keyring, preferences and where they lie.

Nothing here knows Qt or the network. Everything may be called from any thread; each thread gets its own
database connection. Read next: paths.py, database.py, outbox.py, spool.py.
"""
