"""The pages by name, in the order of the side bar, and the keys that open them. Read next: side_bar.py."""

from __future__ import annotations

KEYS = {
    "phone": "Ctrl+1",
    "messages": "Ctrl+2",
    "voicemail": "Ctrl+3",
    "calls": "Ctrl+4",
    "people": "Ctrl+5",
    "fax": "Ctrl+6",
    "received": "Ctrl+7",
    "queue": "Ctrl+8",
    "sent": "Ctrl+9",
    "failed": "Ctrl+0",
    "drafts": "Ctrl+Shift+D",
}
