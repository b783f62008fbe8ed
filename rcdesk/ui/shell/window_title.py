"""The title of the window: who is signed in, and where; demo and no connection are said as well.

Pure but for translation. Read next: server_words.py, main_window.py.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Account, ServerProfile
from rcdesk.ui.words.server_words import place_words

NAME = "rcdesk"


def window_title(profile: ServerProfile | None, account: Account | None, state: SessionState) -> str:
    """ "rcdesk — Mara Okafor · RingCentral (offline)"; only the name while nobody is signed in."""
    if profile is None or (account is None and state is not SessionState.OFFLINE):
        return NAME
    where = "" if profile.is_demo else place_words(profile)
    who = " · ".join(part for part in (account.name if account is not None else "", where) if part)
    notes = [_tr("demo")] if profile.is_demo else []
    if state is SessionState.OFFLINE:
        notes.append(_tr("offline"))
    elif state is SessionState.NEEDS_SIGN_IN:
        notes.append(_tr("sign in again"))
    return " ".join([f"{NAME} — {who}" if who else NAME, *(f"({note})" for note in notes)])


def _tr(sentence: str) -> str:
    return QCoreApplication.translate("window", sentence)
