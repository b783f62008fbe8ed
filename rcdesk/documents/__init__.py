"""Files on their way to becoming fax pages: what kind they are and how many pages they have.

Nothing here knows Qt, the network or the archive. Runs on the disk lane. Read next: kinds.py, inspect.py.
"""
