"""One module per resource of the REST API: functions that take a session first and return frozen values.

Paths, field names and enums follow the service's OpenAPI description; the group of each request is its
x-throttling-group there. Runs on the lanes' threads. Read next: ring_out.py, fax.py, message_store.py.
"""
