"""A desktop whose panel speaks StatusNotifierItem: it draws the tray's menu itself, from what it is told.

Run by the end2end tests as its own process on their session bus. It prints "watcher: ready", then for each
line on standard input the menu of the icon as JSON: rows of label, enabled and children. It ends when its
input does. Linux only; plain D-Bus by jeepney.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.kde.StatusNotifierWatcher"


def serve(connection: DBusConnection, items: list[str]) -> None:
    """Answer the icons that register."""
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        member = message.header.fields.get(HeaderFields.member)
        if member == "Get":
            answer = new_method_return(message, "v", (("b", True),))
        elif member == "GetAll":
            answer = new_method_return(message, "a{sv}", ({"IsStatusNotifierHostRegistered": ("b", True)},))
        else:
            answer = new_method_return(message)
        connection.send(answer)
        if member == "RegisterStatusNotifierItem":
            items.append(message.body[0])


def rows(node: Any) -> list[dict[str, Any]]:
    """The rows below a node of com.canonical.dbusmenu's layout."""
    _number, _properties, children = node
    made = []
    for _signature, child in children:
        properties = {name: value for name, (_, value) in child[1].items()}
        made.append(
            {
                "label": properties.get("label", ""),
                "enabled": properties.get("enabled", True),
                "children": rows(child),
            }
        )
    return made


def menu_of(connection: DBusConnection, item: str) -> list[dict[str, Any]]:
    """Ask the icon for its menu as a panel does when it is clicked."""
    asked = ("org.kde.StatusNotifierItem", "Menu")
    properties = DBusAddress(
        "/StatusNotifierItem", bus_name=item, interface="org.freedesktop.DBus.Properties"
    )
    path = connection.send_and_get_reply(new_method_call(properties, "Get", "ss", asked)).body[0][1]
    menu = DBusAddress(path, bus_name=item, interface="com.canonical.dbusmenu")
    connection.send_and_get_reply(new_method_call(menu, "AboutToShow", "i", (0,)))
    layout = connection.send_and_get_reply(new_method_call(menu, "GetLayout", "iias", (0, -1, [])))
    return rows(layout.body[1])


def main() -> int:
    """Own the name until standard input ends."""
    serving, asking = open_dbus_connection(bus="SESSION"), open_dbus_connection(bus="SESSION")
    serving.send_and_get_reply(message_bus.RequestName(NAME))
    items: list[str] = []
    threading.Thread(target=serve, args=(serving, items), daemon=True).start()
    print("watcher: ready", flush=True)
    for _line in sys.stdin:
        print("menu: " + json.dumps(menu_of(asking, items[-1]) if items else []), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
