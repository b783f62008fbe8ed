"""Where threads meet Qt: lanes that run plain work, and the desks the window talks to.

Everything here but the inside of a lane's thread lives on the GUI thread; QtCore only. The window gets one
Desk (desk.py) and never sees a thread. Start reading at lane.py, then session_desk.py, call_desk.py,
fax_desk.py.
"""

import builtins
import linecache

import PySide6.QtCore  # noqa: F401

# PySide puts itself before every import, to look for `from __feature__ import …`, and reads and keeps the
# source of each module imported from then on: a fifth of the start-up, 6 MB. Nobody here asks for a feature.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
# The sources it has read until now.
linecache.clearcache()
