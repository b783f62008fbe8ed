"""Server profiles in words, and addresses as people type them.

The account menu, the title of the window, the sign-in card and the dialog of servers name a server the same
way, so all get it here. Pure but for translation. Read next: server_dialog.py, main_window.py.
"""

from __future__ import annotations

from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

from rcdesk.core.account.account import PRODUCTION_URL, ServerKind, ServerProfile

_tr = partial(QCoreApplication.translate, "servers")

LEGACY_URL = "https://service.ringcentral.com"
"""Where the service of 2010 was; it is retired there, look-alikes and proxies remain (docs/wire.md 2)."""


def host_of(base_url: str) -> str:
    """The host with its port, as one reads it."""
    return urlsplit(base_url).netloc or base_url


def is_production(profile: ServerProfile) -> bool:
    """True for RingCentral's own server."""
    return profile.base_url == PRODUCTION_URL and profile.kind is ServerKind.REST


def place_words(profile: ServerProfile) -> str:
    """Where one is connected, in a word or two: RingCentral, a host, the demo."""
    if profile.is_demo:
        return _tr("demo")
    return "RingCentral" if is_production(profile) else host_of(profile.base_url)


def server_words(profile: ServerProfile) -> str:
    """The profile in a list: its name, and where it is when the name does not say so."""
    where = place_words(profile)
    return where if profile.name in ("", where) else f"{profile.name} · {where}"


def kind_words(profile: ServerProfile) -> str:
    if profile.kind is ServerKind.LEGACY:
        return _tr("Older service (ringout.asp)")
    return _tr("RingCentral") if is_production(profile) else _tr("Own host")


def base_url_of(text: str) -> str:
    """The address as it is kept: https:// where nothing is said, no slash at the end; "" when it is none.

    Without https only this computer is spoken to, because everything else could listen.
    """
    words = text.strip()
    if not words or any(c.isspace() for c in words):
        return ""
    found = words if "://" in words else f"https://{words}"
    try:
        parts = urlsplit(found)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    is_good_scheme = parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))
    if not is_good_scheme or not host or parts.query or parts.fragment or parts.username:
        return ""
    if "." not in host and ":" not in host and host != "localhost":
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
