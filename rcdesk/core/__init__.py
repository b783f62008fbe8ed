"""What a call and a fax are: frozen values, states and pure rules.

Nothing here does I/O or knows Qt; every other package may import this one. Values cross threads, so they
are all frozen. Read next: call.py, fax.py, errors.py.
"""
