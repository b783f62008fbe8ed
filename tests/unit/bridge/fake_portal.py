"""A desktop's portal for global shortcuts on a private bus, for the tests: it says what the real one would.

FakePortal lives on a thread of its own; press() and close_session() speak to whoever bound shortcuts, and
asked holds what was bound. Read next: test_global_shortcut.py.
"""

from __future__ import annotations

import queue
import socket
import subprocess
import threading
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

from tests.patience import PATIENCE_S

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"


class PrivateBus:
    """A dbus-daemon that nobody else knows."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


class FakePortal:
    """answer: the code of every Response, 0 for yes, 1 for a user who declines."""

    def __init__(self, bus: str, *, answer: int = 0) -> None:
        self._answer = answer
        self._connection: DBusConnection = open_dbus_connection(bus)
        Proxy(message_bus, self._connection).RequestName(PORTAL)
        self._session = ""
        self._client = ""
        self.asked: dict[str, dict[str, Any]] = {}
        self.bound: queue.Queue[str] = queue.Queue()
        self._thread = threading.Thread(target=self._serve, name="fake-portal", daemon=True)
        self._thread.start()

    def press(self, shortcut_id: str) -> None:
        """Its keys were pressed, somewhere on the desktop."""
        self._emit(PATH, SHORTCUTS, "Activated", "osta{sv}", (self._session, shortcut_id, 1, {}))

    def change(self, shortcut_id: str, words: str) -> None:
        """The user chose other keys in the desktop's settings."""
        facts = {"trigger_description": ("s", words)}
        body = (self._session, [(shortcut_id, facts)])
        self._emit(PATH, SHORTCUTS, "ShortcutsChanged", "oa(sa{sv})", body)

    def close_session(self) -> None:
        """The desktop wants no more of it."""
        self._emit(self._session, "org.freedesktop.portal.Session", "Closed", "", ())

    def stop(self) -> None:
        """End the thread and the connection."""
        self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_S)
        self._connection.close()

    def _emit(self, path: str, interface: str, name: str, signature: str, body: tuple[Any, ...]) -> None:
        message = new_signal(DBusAddress(path, interface=interface), name, signature or None, body)
        message.header.fields[HeaderFields.destination] = self._client
        self._connection.send(message)

    def _serve(self) -> None:
        while True:
            try:
                message = self._connection.receive()
            except OSError:
                return
            if message.header.message_type is MessageType.method_call:
                self._take(message)

    def _take(self, message: Message) -> None:
        fields = message.header.fields
        method = fields[HeaderFields.member]
        if method not in ("CreateSession", "BindShortcuts"):
            self._connection.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
            return
        self._client = fields[HeaderFields.sender]
        sender = self._client.removeprefix(":").replace(".", "_")
        options = message.body[-1]
        request = f"{PATH}/request/{sender}/{options['handle_token'][1]}"
        self._connection.send(new_method_return(message, "o", (request,)))
        if method == "CreateSession":
            self._session = f"{PATH}/session/{sender}/{options['session_handle_token'][1]}"
            results: dict[str, Any] = {"session_handle": ("s", self._session)}
        else:
            assert message.body[0] == self._session
            self.asked = dict(message.body[1])
            results = {"shortcuts": ("a(sa{sv})", [self._bound(id) for id in self.asked])}
        body = (self._answer, results)
        self._emit(request, "org.freedesktop.portal.Request", "Response", "ua{sv}", body)
        self.bound.put(method)

    def _bound(self, shortcut_id: str) -> tuple[str, dict[str, Any]]:
        wanted = self.asked[shortcut_id]["preferred_trigger"][1]
        return shortcut_id, {"trigger_description": ("s", f"Press {wanted}")}
