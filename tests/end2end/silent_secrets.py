"""A program that owns the name of the Secret Service and never answers anything: `python -m …silent_secrets`.

Prints "silent" once it has the name, and "asked" at the first question. Read next: test_keyring_trouble.py.
"""

from __future__ import annotations

import signal

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

BUS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
OWNER = 1


def main() -> None:
    """Take the name and wait for a signal that ends this."""
    connection = open_dbus_connection()
    request = new_method_call(BUS, "RequestName", "su", ("org.freedesktop.secrets", 4))
    assert connection.send_and_get_reply(request).body == (OWNER,)
    print("silent", flush=True)
    connection.receive()
    print("asked", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
