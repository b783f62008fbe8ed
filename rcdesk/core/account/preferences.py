"""What the desk remembers between starts: window, last choices. Typed, with safe defaults.

Stored as JSON by store/account/preferences.py and held for the GUI thread by bridge/account/preferences.py.
Nothing secret and no numbers of other people belong here.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Preferences(Struct, frozen=True, kw_only=True):
    """geometry is Qt's saveGeometry() in base64; ring_me_on a forwarding number id; show_as E.164.

    own_cover: the id of the cover of one's own that was used last, "" for the service's or none.
    undo_s: seconds a fax can be taken back after Send, 0 to 60. keep_files_days: how long the copies of
    faxes that are over stay in the spool, to be resent. watched_folder: where new files are looked for, ""
    for nowhere. custom_ring_number: a phone of one's own beside the account's, E.164. dials_links_at_once: a
    tel: link is called without a further Enter. global_shortcut: ask the desktop for one. home_country (ISO
    3166): of the account used last, how the command line reads numbers. paper:
    the PaperSize chosen in the preview, "" for that of the account's country. sound_output: what voicemails
    are heard on, by name, "" for the computer's own choice. What breaks a limit in the file
    is not taken from it.
    """

    geometry: str = ""
    page: str = "phone"
    ring_me_on: str = ""
    show_as: str = ""
    ask_to_press_1: bool = True
    cover_index: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    own_cover: str = ""
    resolution: Annotated[str, Meta(pattern=r"^(High|Low)\Z")] = "High"
    last_folder: str = ""
    profile: str = ""
    base_url: str = "https://platform.ringcentral.com"
    client_id: str = ""
    close_to_tray: bool = True
    said_close_to_tray: bool = False
    color_scheme: Annotated[str, Meta(pattern=r"^(light|dark|system)\Z")] = "system"
    undo_s: Annotated[int, Meta(ge=0, le=60)] = 10
    keep_files_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    notify_failures: bool = True
    notify_successes: bool = False
    watched_folder: str = ""
    home_country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")] = "US"
    paper: Annotated[str, Meta(pattern=r"^(letter|legal|a4|)\Z")] = ""
    custom_ring_number: str = ""
    dials_links_at_once: bool = False
    notify_missed_calls: bool = True
    has_sounds: bool = False
    start_hidden: bool = False
    global_shortcut: bool = True
    sound_output: str = ""
