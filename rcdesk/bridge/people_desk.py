"""Who can be faxed, for the recipient field: suggestions, groups, imports.

GUI thread. Suggestions are read on the archive lane, of which only the newest is answered; address book and
directory are fetched on the downloads lane; groups and imports run on the disk lane. Read next:
services/people.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from rcdesk.bridge.lane import Lane
from rcdesk.bridge.session_desk import SessionDesk, SessionState
from rcdesk.core.errors import Cancelled, RcdeskError
from rcdesk.core.fax import Recipient
from rcdesk.core.people import Group, ImportedLine, ImportTable, Suggestion

if TYPE_CHECKING:
    from rcdesk.services.people import PeopleService

MOST_SUGGESTIONS = 8
DEFAULT_REGION = "US"


class PeopleDesk(QObject):
    """groups_changed() when the saved groups are others; problem(str), one sentence."""

    groups_changed = Signal()
    problem = Signal(str)

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        session: SessionDesk,
        people: PeopleService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._archive = lanes["archive"]
        self._disk = lanes["disk"]
        self._downloads = lanes["downloads"]
        self._session = session
        self._service = people
        self._owner_id = ""
        self._groups: tuple[Group, ...] = ()
        self._asked = 0
        self._is_fetching = False
        self._is_started = False
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The saved groups of the account, by name."""
        return self._groups

    def start(self) -> None:
        """Read the groups and fetch the address book, as soon as somebody is signed in."""
        self._is_started = True
        self._session_changed()

    def stop(self) -> None:
        """Fetch no more; part of shutdown."""
        self._is_started = False

    def suggest(self, text: str, done: Callable[[tuple[Suggestion, ...]], None]) -> None:
        """Who may be meant; an answer that a later question has overtaken is dropped."""
        service, owner_id = self._service, self._owner_id
        self._asked += 1
        asked = self._asked

        def heard(found: tuple[Suggestion, ...]) -> None:
            if asked == self._asked:
                done(found)

        self._archive.submit(
            lambda token, report: service.suggest(owner_id, text, MOST_SUGGESTIONS) if owner_id else (),
            done=heard,
            failed=self._tell,
        )

    @Slot()
    def refresh(self) -> None:
        """Fetch address book and directory when they were not lately; a failure is no news to the user."""
        service, owner_id = self._service, self._owner_id
        if self._is_fetching or not owner_id or not self._session.is_signed_in:
            return
        self._is_fetching = True
        region = self._region()

        def failed(error: RcdeskError) -> None:
            self._is_fetching = False
            if not isinstance(error, Cancelled):
                self._session.heard_error(error)

        self._downloads.submit(
            lambda token, report: service.refresh(owner_id, token, region=region),
            done=self._fetched,
            failed=failed,
        )

    def save_group(self, name: str, recipients: Sequence[Recipient]) -> None:
        """Save a group, in the place of one with the same name."""
        service, owner_id, members = self._service, self._owner_id, tuple(recipients)
        self._change(lambda: service.save_group(owner_id, name, members))

    def rename_group(self, group_id: int, name: str) -> None:
        """Give a group another name."""
        service = self._service
        self._change(lambda: service.rename_group(group_id, name))

    def delete_group(self, group_id: int) -> None:
        """Forget a group; the people in it stay known."""
        service = self._service
        self._change(lambda: service.delete_group(group_id))

    def read_import(self, path: Path, done: Callable[[ImportTable], None]) -> None:
        """Read a CSV or vCard file as a table whose columns the user checks."""
        service = self._service
        self._disk.submit(
            lambda token, report: service.read_import(path, token), done=done, failed=self._tell
        )

    def recipients_of(
        self,
        table: ImportTable,
        name_column: int | None,
        number_column: int,
        done: Callable[[tuple[ImportedLine, ...]], None],
    ) -> None:
        """Read the numbers of a table, line by line."""
        service, region = self._service, self._region()
        self._disk.submit(
            lambda token, report: service.recipients_of(table, name_column, number_column, region),
            done=done,
            failed=self._tell,
        )

    def _region(self) -> str:
        """The country whose numbers may be written without their country code."""
        account = self._session.account
        return account.home_country if account is not None else DEFAULT_REGION

    def _change(self, work: Callable[[], object]) -> None:
        self._disk.submit(
            lambda token, report: work(),
            done=lambda _: self._load_groups(),
            failed=self._tell,
            is_kept=True,
        )

    def _load_groups(self) -> None:
        service, owner_id = self._service, self._owner_id
        if not owner_id:
            self._take(())
            return

        def done(groups: tuple[Group, ...]) -> None:
            if owner_id == self._owner_id:
                self._take(groups)

        self._disk.submit(lambda token, report: service.groups(owner_id), done=done, failed=self._tell)

    def _take(self, groups: tuple[Group, ...]) -> None:
        if groups != self._groups:
            self._groups = groups
            self.groups_changed.emit()

    def _fetched(self, _: object) -> None:
        self._is_fetching = False

    @Slot()
    def _session_changed(self) -> None:
        account = self._session.account
        owner_id = account.owner_id if account is not None else ""
        if not self._is_started:
            return
        if owner_id != self._owner_id:
            self._owner_id = owner_id
            self._load_groups()
        if self._session.state is SessionState.SIGNED_IN:
            self.refresh()

    def _tell(self, error: RcdeskError) -> None:
        if not isinstance(error, Cancelled):
            self.problem.emit(str(error))
