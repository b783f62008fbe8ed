"""How to talk to RingCentral: typed, synchronous, no Qt and no database.

Everything here may be called from any thread but the GUI thread: it blocks, it takes a CancelToken, and it
fails only with the errors of core/errors.py. Read next: session.py (the signed-in conversation), transport.py
(one request and what became of it), rest/ (one module per resource).
"""
