"""The 2010 web API: `ringout.asp` and `faxapi.asp` (docs/wire.md 2).

Plain forms in, plain text out, credentials in every request that needs them. Blocking, on the lanes. Read
next: client.py, ring_out.py, fax.py, account.py.
"""
