"""What the program can do, written without Qt: sign in, place a call, send a fax and follow it.

Everything here blocks and is called on the lanes by the desks of bridge/. Read next: connection.py, calls.py,
faxes.py.
"""
