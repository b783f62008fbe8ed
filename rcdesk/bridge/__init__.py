"""Where threads meet Qt: lanes that run plain work, and the desks the window talks to.

Everything here but the inside of a lane's thread lives on the GUI thread; QtCore only. The window gets one
Desk (desk.py) and never sees a thread. Start reading at lane.py, then session_desk.py, call_desk.py,
fax_desk.py.
"""
