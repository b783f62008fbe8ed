"""What the desktop is told holds no markup of a stranger, whoever shows it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QObject

from rcdesk.ui.tray.news import NoteText
from tests.places import REPOSITORY

HOSTILE = (
    '<img src="file:///etc/passwd">',
    "<b>Bank</b> <a href='http://x.example'>call</a>",
    "Smith & Sons <smith@sons.example>",
    "&lt;i&gt; &#60;img&#62; ]]> <!-- ",
    "\u202e<u>\x00",
)
TRAY, NOTES = "org.kde.StatusNotifierWatcher", "org.freedesktop.Notifications"
ESCAPED = "&lt;b&gt;Smith &amp; Sons&lt;/b&gt;"
DAEMON = """
import sys
from jeepney import DBusAddress, HeaderFields, MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

bus = open_dbus_connection("SESSION")
for name in sys.argv[2:]:
    bus.send_and_get_reply(message_bus.RequestName(name))
print("ready", flush=True)
while True:
    asked = bus.receive()
    if asked.header.fields.get(HeaderFields.member) == "GetCapabilities":
        bus.send(new_method_return(asked, "as", (sys.argv[1].split(","),)))
"""
PROGRAM = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from rcdesk.ui.tray.news import NoteText

application = QCoreApplication(sys.argv)
note = NoteText()
note.ask()
timer = QTimer()
timer.timeout.connect(lambda: application.quit() if note.is_known else None)
timer.start(10)
application.exec()
print(note.text("<b>Smith & Sons</b>"))
"""


def shown_as_markup(text: str) -> str:
    """What a daemon that reads markup shows of it. Raises for tags that do not fit together."""
    root = ElementTree.fromstring(f"<body>{text}</body>")
    assert not list(root), "a tag"
    return root.text or ""


@pytest.mark.parametrize("words", HOSTILE)
def test_nobody_finds_a_tag_before_it_is_known_who_shows_it(words: str) -> None:
    text = NoteText(QObject()).text(words)
    assert not set(text) & set("<>&")


@pytest.mark.parametrize("words", HOSTILE[:4])
def test_who_reads_markup_shows_every_sign(words: str) -> None:
    note = NoteText()
    note._reads_markup = True
    assert shown_as_markup(note.text(words)) == words
    note._reads_markup = False
    assert note.text(words) == words


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="D-Bus is how Linux desktops are told")
@pytest.mark.parametrize(
    ("names", "can", "shown"),
    [
        (
            "org.kde.StatusNotifierWatcher org.freedesktop.Notifications",
            "body,body-markup",
            ESCAPED,
        ),
        (
            "org.kde.StatusNotifierWatcher org.freedesktop.Notifications",
            "body,actions",
            "<b>Smith & Sons</b>",
        ),
        (NOTES, "body,body-markup", "<b>Smith & Sons</b>"),
    ],
)
def test_the_daemon_of_the_session_is_asked(tmp_path: Path, names: str, can: str, shown: str) -> None:
    daemon, program = tmp_path / "daemon.py", tmp_path / "program.py"
    daemon.write_text(DAEMON)
    program.write_text(PROGRAM)
    script = (
        f'"{sys.executable}" "{daemon}" {can} {names} > "{tmp_path}/ready" & '
        f'while ! grep -q ready "{tmp_path}/ready"; do sleep 0.05; done; '
        f'"{sys.executable}" "{program}"; kill $!'
    )
    root = str(REPOSITORY)
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.strip() == shown, done.stderr
