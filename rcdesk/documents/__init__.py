"""Files on their way to becoming fax pages: what they are and how many pages they have.

No Qt, no network, no database; slow and possibly hostile files are opened on the disk lane only.
Read next: inspect.py, kinds.py.
"""
