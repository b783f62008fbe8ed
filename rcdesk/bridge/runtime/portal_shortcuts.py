"""The conversation with the desktop's portal about global shortcuts, over D-Bus, without Qt.

org.freedesktop.portal.GlobalShortcuts (versions 1 and 2): a session is made, the shortcuts are bound, which
may ask the user once, and from then on the portal tells when one is pressed. Blocking, on a lane of its own;
only close() is called from another thread, and it ends every wait at once. jeepney is imported at first use:
it exists on Linux. Read next: global_shortcut.py.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from rcdesk.core.errors import Cancelled, RcdeskError

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

PORTAL = "org.freedesktop.portal.Desktop"
PORTAL_PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
REQUEST = "org.freedesktop.portal.Request"
SESSION = "org.freedesktop.portal.Session"
REGISTRY = "org.freedesktop.host.portal.Registry"
REPLY_S = 20.0
APP_ID = "rcdesk"


class NoShortcuts(RcdeskError):
    """This desktop has no portal for global shortcuts, or the user does not want them."""


class Shortcut(Struct, frozen=True, kw_only=True):
    """One to ask for. preferred: as the XDG shortcuts specification writes it, "CTRL+ALT+d"."""

    id: str
    description: str
    preferred: str


class ShortcutNews(Struct, frozen=True, kw_only=True):
    """triggers: (id, what the desktop bound it to, in its words). activated: the id just pressed, or ""."""

    triggers: tuple[tuple[str, str], ...]
    activated: str = ""


class PortalShortcuts:
    """One session with the portal. listen() once, on the lane; close() from anywhere ends it."""

    def __init__(self, bus: str = "SESSION") -> None:
        """bus: SESSION, or the address of another bus."""
        self._bus = bus
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_closed = False
        self._token_number = 0
        self._heard: deque[Message] = deque()

    def close(self) -> None:
        """End the session: every wait in listen() ends with Cancelled."""
        with self._lock:
            self._is_closed = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def listen(self, shortcuts: tuple[Shortcut, ...], report: Callable[[ShortcutNews], None]) -> None:
        """Bind the shortcuts and report every press until close().

        Raises NoShortcuts when the desktop has none to give or the session ended, Cancelled after close().
        """
        try:
            from jeepney import DBusErrorResponse
            from jeepney.io.blocking import open_dbus_connection
        except ImportError as exc:
            raise NoShortcuts("Global shortcuts need jeepney, which is missing here.") from exc
        try:
            connection = open_dbus_connection(self._bus)
        except (OSError, KeyError, ValueError, RuntimeError) as exc:
            raise NoShortcuts("There is no session bus, so no global shortcuts.") from exc
        try:
            self._adopt(connection.sock)
            self._talk(connection, shortcuts, report)
        except DBusErrorResponse as exc:
            raise NoShortcuts("This desktop offers no global shortcuts.") from exc
        except (OSError, ValueError) as exc:
            if self._is_closed:
                raise Cancelled() from exc
            raise NoShortcuts(
                "The desktop's portal does not answer, so there are no global shortcuts."
            ) from exc
        finally:
            with self._lock:
                self._socket = None
            connection.close()

    def _adopt(self, connected: socket.socket) -> None:
        with self._lock:
            if self._is_closed:
                raise Cancelled()
            self._socket = connected

    def _talk(
        self,
        connection: DBusConnection,
        shortcuts: tuple[Shortcut, ...],
        report: Callable[[ShortcutNews], None],
    ) -> None:
        with contextlib.ExitStack() as stack:
            for interface in (REQUEST, SHORTCUTS, SESSION):
                self._hear(connection, stack, interface)
            self._register(connection)
            session = self._make_session(connection)
            triggers = self._bind(connection, session, shortcuts)
            report(ShortcutNews(triggers=triggers))
            while True:
                message = connection.recv_until_filtered(self._heard)
                member, body = _member(message), message.body
                if member == "Closed" and _path(message) == session:
                    raise NoShortcuts("The desktop ended the global shortcuts. Start rcdesk again for them.")
                if not body or body[0] != session:
                    continue
                if member == "Activated":
                    report(ShortcutNews(triggers=triggers, activated=str(body[1])))
                elif member == "ShortcutsChanged":
                    triggers = _triggers(body[1])
                    report(ShortcutNews(triggers=triggers))

    def _hear(self, connection: DBusConnection, stack: contextlib.ExitStack, interface: str) -> None:
        """Have the portal's signals of this interface sent here."""
        from jeepney import MatchRule, message_bus
        from jeepney.io.blocking import Proxy

        Proxy(message_bus, connection, timeout=REPLY_S).AddMatch(
            MatchRule(type="signal", sender=PORTAL, interface=interface)
        )
        rule = MatchRule(type="signal", interface=interface)
        stack.enter_context(connection.filter(rule, queue=self._heard))

    def _register(self, connection: DBusConnection) -> None:
        """Newer portals want to be told which program this is; older ones do not know the question."""
        from jeepney import DBusErrorResponse

        with contextlib.suppress(DBusErrorResponse):
            self._call(connection, REGISTRY, "Register", "sa{sv}", (APP_ID, {}))

    def _make_session(self, connection: DBusConnection) -> str:
        options = {"session_handle_token": ("s", "rcdesk")}
        results = self._request(connection, "CreateSession", "a{sv}", (), options)
        try:
            return str(results["session_handle"][1])
        except (KeyError, IndexError, TypeError) as exc:
            raise NoShortcuts("This desktop offers no global shortcuts.") from exc

    def _bind(
        self, connection: DBusConnection, session: str, shortcuts: tuple[Shortcut, ...]
    ) -> tuple[tuple[str, str], ...]:
        wanted = [
            (one.id, {"description": ("s", one.description), "preferred_trigger": ("s", one.preferred)})
            for one in shortcuts
        ]
        results = self._request(connection, "BindShortcuts", "oa(sa{sv})sa{sv}", (session, wanted, ""), {})
        return _triggers(results.get("shortcuts", ("", []))[1])

    def _request(
        self,
        connection: DBusConnection,
        method: str,
        signature: str,
        arguments: tuple[Any, ...],
        options: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        """Call a method that answers by a Response signal, after the user's own time to decide."""
        self._token_number += 1
        token = f"rcdesk{self._token_number}"
        sender = str(connection.unique_name).removeprefix(":").replace(".", "_")
        path = f"{PORTAL_PATH}/request/{sender}/{token}"
        handle = self._call(
            connection,
            SHORTCUTS,
            method,
            signature,
            (*arguments, {**options, "handle_token": ("s", token)}),
        )
        # Portals before 0.9 chose the path themselves.
        paths = {path, str(handle[0])}
        while True:
            message = connection.recv_until_filtered(self._heard)
            if _member(message) == "Response" and _path(message) in paths:
                code, results = message.body
                if code != 0:
                    raise NoShortcuts("The global shortcuts were declined in the desktop's question.")
                found: Mapping[str, Any] = results
                return found

    def _call(
        self, connection: DBusConnection, interface: str, method: str, signature: str, body: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        from jeepney import DBusAddress, new_method_call
        from jeepney.wrappers import unwrap_msg

        address = DBusAddress(PORTAL_PATH, bus_name=PORTAL, interface=interface)
        message = new_method_call(address, method, signature, body)
        answer: tuple[Any, ...] = unwrap_msg(connection.send_and_get_reply(message, timeout=REPLY_S))
        return answer


def _member(message: Message) -> str:
    from jeepney import HeaderFields

    return str(message.header.fields.get(HeaderFields.member, ""))


def _path(message: Message) -> str:
    from jeepney import HeaderFields

    return str(message.header.fields.get(HeaderFields.path, ""))


def _triggers(bound: Any) -> tuple[tuple[str, str], ...]:
    """(id, words) of what the portal bound; words "" when it does not say."""
    return tuple((str(id), str(facts.get("trigger_description", ("s", ""))[1])) for id, facts in bound)
