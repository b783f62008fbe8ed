"""What the program can do, written without Qt: sign in, place a call, check, queue and send faxes.

Everything runs on lane threads and may block; errors are RcdeskErrors. Read next: connection.py, calls.py,
faxes.py.
"""
