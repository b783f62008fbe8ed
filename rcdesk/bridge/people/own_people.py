"""What the user made here: favourites, how numbers are called, and groups, of one owner at a time.

GUI thread; all of it is read and written on the disk lane. It is held in memory too, so that menus need not
wait: favourites and choices are shown before they are written, groups once they are. What is read while the
user changes something is read again. Read next: people_desk.py, services/people/people.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.runtime.lane import Lane, ignore
from rcdesk.bridge.runtime.telling import Telling
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import DialChoice, Favourite, Group

if TYPE_CHECKING:
    from rcdesk.services.people.people import PeopleService


class _Own(Struct, frozen=True, kw_only=True):
    groups: tuple[Group, ...] = ()
    favourites: tuple[Favourite, ...] = ()
    choices: Mapping[str, DialChoice] = field(default_factory=dict)


class OwnPeople(Telling):
    """Empty until set_owner(). groups_changed() and favourites_changed() when they are others; problem(str)
    one sentence.
    """

    groups_changed = Signal()
    favourites_changed = Signal()

    def __init__(self, lane_disk: Lane, people: PeopleService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._disk = lane_disk
        self._service = people
        self._owner_id = ""
        self.groups: tuple[Group, ...] = ()
        """By name."""
        self.favourites: tuple[Favourite, ...] = ()
        """In the user's order."""
        self.choices: dict[str, DialChoice] = {}
        """How each number is called, of those for which something was chosen."""
        self._changes = 0
        self._is_loaded = False

    def set_owner(self, owner_id: str) -> None:
        """Let go of what is held and read what this owner made; "" for nobody."""
        self._owner_id = owner_id
        self._is_loaded = False
        self._take(_Own())
        self._load()

    def set_favourites(self, wanted: Sequence[Favourite]) -> None:
        favourites = tuple(wanted)
        if favourites == self.favourites:
            return
        if self._owner_id and not self._is_loaded:
            # Written now, they would replace those that are still being read.
            self.problem.emit(self.tr("Your favourites are still being read. Try again in a moment."))
            return
        self.favourites, service, owner_id = favourites, self._service, self._owner_id
        self._write_shown(lambda: service.set_favourites(owner_id, favourites))
        self.favourites_changed.emit()

    def set_choice(self, number: str, choice: DialChoice) -> None:
        """Remember how this number is called; DialChoice() forgets it."""
        if choice == self.choices.get(number, DialChoice()):
            return
        if choice == DialChoice():
            self.choices.pop(number, None)
        else:
            self.choices[number] = choice
        service, owner_id = self._service, self._owner_id
        self._write_shown(lambda: service.set_choice(owner_id, number, choice))

    def save_group(self, name: str, recipients: Sequence[Recipient]) -> None:
        """Save a group, in the place of one with the same name."""
        service, owner_id, members = self._service, self._owner_id, tuple(recipients)
        self._write_then_show(lambda: service.save_group(owner_id, name, members))

    def rename_group(self, group_id: int, name: str) -> None:
        service = self._service
        self._write_then_show(lambda: service.rename_group(group_id, name))

    def delete_group(self, group_id: int) -> None:
        """Forget a group; the people in it stay known."""
        service = self._service
        self._write_then_show(lambda: service.delete_group(group_id))

    def _write_shown(self, work: Callable[[], object]) -> None:
        """Write what is shown already. What belongs to nobody is not written."""
        self._changes += 1
        if self._owner_id:
            self._disk.keep(work, ignore, self._tell)

    def _write_then_show(self, work: Callable[[], object]) -> None:
        self._disk.keep(work, lambda _: self._load(), self._tell)

    def _load(self) -> None:
        service, owner_id, changes = self._service, self._owner_id, self._changes
        if not owner_id:
            self._take(_Own())
            return

        def work() -> _Own:
            return _Own(
                groups=service.groups(owner_id),
                favourites=service.favourites(owner_id),
                choices=service.choices(owner_id),
            )

        def done(own: _Own) -> None:
            if owner_id != self._owner_id:
                return
            if changes != self._changes:
                # What the user changed meanwhile is written after this was read.
                self._load()
            else:
                self._is_loaded = True
                self._take(own)

        self._disk.ask(work, done, self._tell)

    def _take(self, own: _Own) -> None:
        self.choices = dict(own.choices)
        if own.groups != self.groups:
            self.groups = own.groups
            self.groups_changed.emit()
        if own.favourites != self.favourites:
            self.favourites = own.favourites
            self.favourites_changed.emit()
