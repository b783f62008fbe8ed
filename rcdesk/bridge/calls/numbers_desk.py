"""Numbers read without holding the window up: phonenumbers is imported on a lane, places are looked up there.

GUI thread. The import and the first number of a country take 0.1 s, so they happen on the downloads lane as
soon as the window is there; until then a number field waits. The place of a number is read from files, on
the archive lane. Read next: core/numbers/phone_number.py, core/numbers/place.py, ui/phone/number_field.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QLocale, QObject, Signal, Slot

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.errors import RcdeskError

DEFAULT_REGION = "US"


class NumbersDesk(QObject):
    """ready() once numbers can be read at once."""

    ready = Signal()

    def __init__(self, lanes: Mapping[str, Lane], session: SessionDesk) -> None:
        super().__init__()
        self._lane = lanes["downloads"]
        self._archive = lanes["archive"]
        self._session = session
        self._warmed: set[str] = set()
        self._places: dict[str, str] = {}
        self._asked = ""
        self.is_ready = False
        """True when core.phone_number answers within a frame."""
        self._is_started = False
        session.account_changed.connect(self._warm)

    def start(self) -> None:
        """Begin to import; called after the first paint."""
        self._is_started = True
        self._warm()

    def stop(self) -> None:
        self._is_started = False

    def place(self, e164: str, done: Callable[[str], None]) -> None:
        """The town or area of a number in the user's language, "" when only its country is known.

        Known ones are told at once; of the others only the last asked for is.
        """
        self._asked = e164
        known = self._places.get(e164)
        if known is not None:
            done(known)
            return
        language = QLocale().name()[:2]

        def found(place: str) -> None:
            self._places[e164] = place
            if self._asked == e164:
                done(place)

        self._archive.ask(lambda: _place(e164, language), found, _ignore)

    @Slot()
    def _warm(self) -> None:
        account = self._session.account
        region = (account.home_country if account is not None else "") or DEFAULT_REGION
        if not self._is_started or region in self._warmed:
            return
        self._warmed.add(region)
        self._lane.ask(lambda: _warm(region), self._warm_now, _ignore)

    def _warm_now(self, _: None) -> None:
        if not self.is_ready:
            self.is_ready = True
            self.ready.emit()


def _warm(region: str) -> None:
    from rcdesk.core.numbers.phone_number import warm

    warm(region)


def _place(e164: str, language: str) -> str:
    from rcdesk.core.numbers.place import place_of

    return place_of(e164, language)


def _ignore(error: RcdeskError) -> None:
    """A place that is not known is not shown; a number field reads by itself when nothing warmed it."""
