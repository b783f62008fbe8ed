"""One program for each archive: the lock that says so, and the door by which a second start hands over.

GUI thread, before anything touches the database: two programs on one outbox could send a fax twice. The lock
is a file with the owner's process id, so one left behind by a crash is taken over; a second start gives its
files, or the fax asked for on the command line, to the first through a local socket, and both look whether
the other is of the same user. A message is one line of JSON: a list of files, or the object of
core/orders/asked_fax.py or core/orders/order.py. A command without a window holds the lock in short turns and
marks them, so that others wait for its end instead of complaining. The door and what is said are imported
after the first paint: the lock does not need them. Read next: door.py, socket_place.py, app.py, cli/call.py,
order_desk.py.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, Signal, Slot

from rcdesk.bridge.runtime.socket_place import ArchiveFolder, socket_name
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NotSent, OutcomeUnknown

if TYPE_CHECKING:
    import socket

    from rcdesk.bridge.runtime.door import Door, Visitor
    from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome
    from rcdesk.core.orders.order import Order

_log = logging.getLogger(__name__)

LOCK_NAME = "rcdesk.lock"

ANSWER_MS = 5000
"""How long a second start waits for the first, which opens its door only after its first paint."""

TURN_NAME = "rcdesk.turn"
TURN_MS = 90_000
"""How long others wait for the turn of a command to end: a request of it may take a minute to give up."""

KNOCK_AGAIN_S = 0.05
LISTEN_MS = 200
DECIDE_MS = 120_000
"""Long enough to look at a large fax and to put a safe copy on a slow disk."""

NO_ANSWER = "rcdesk is running but does not answer, so nothing was done. End it, then ask again."
FOREIGN = (
    "Another user of this computer answers in the place of the running rcdesk. Nothing was handed over, and "
    "nothing was done."
)
WENT_AWAY = "The running rcdesk ended before it answered. Look at rcdesk status before you ask again."

_HEARD = "heard"


class FaxOrder:
    """A fax another start asks for; tell() it once what became of it. GUI thread."""

    def __init__(self, asked_fax: AskedFax, tell: Callable[[AskedOutcome], None]) -> None:
        self.asked_fax = asked_fax
        self.tell = tell


class OrderHeard:
    """An order of another start; tell() it line by line, False when it has gone away. GUI thread.

    is_there() is False once it has gone, which matters to an order that had to wait.
    """

    def __init__(
        self,
        order: Order,
        tell: Callable[[dict[str, Any]], bool],
        is_there: Callable[[], bool] = lambda: True,
    ) -> None:
        self.order = order
        self.tell = tell
        self.is_there = is_there


class Instance(QObject):
    """asked(tuple[Path, ...]): another start wants this window in front, with these files in a new fax.
    fax_asked(FaxOrder): it wants a whole fax, from the command line, and waits to be told.
    ordered(OrderHeard): it wants something about calls, and waits to be told."""

    asked = Signal(object)
    fax_asked = Signal(object)
    ordered = Signal(object)

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = ArchiveFolder(data_dir)
        self._name = socket_name(self._folder)
        self._is_foreign = False
        self._lock = QLockFile(str(data_dir / LOCK_NAME))
        # Never stale by age: only when the process that holds it is gone.
        self._lock.setStaleLockTime(0)
        self.is_first = self._lock.tryLock(0)
        """True when this program may work on the archive."""
        self._turn = data_dir / TURN_NAME
        self._data_dir = data_dir
        self._door: Door | None = None
        self._visitors: set[Visitor] = set()

    @property
    def why_not(self) -> str:
        """One sentence on why this program may not work on the archive and what to do."""
        if self._is_foreign:
            return FOREIGN
        if self._lock.error() is QLockFile.LockError.LockFailedError:
            return (
                "it is already running on this archive but does not answer. Nothing was changed. End the "
                "other rcdesk, then start it again."
            )
        return f"the folder {self._data_dir} cannot be written. rcdesk keeps your faxes there."

    def listen(self) -> bool:
        """Let later starts hand over to this one. False when they could not: why is in the log."""
        if not self.is_first:
            return False
        if self._door is not None:
            return True
        from rcdesk.bridge.runtime.door import Door

        # The lock is ours, so a socket or the mark of a turn that lies there belongs to nobody any more.
        self._turn.unlink(missing_ok=True)
        try:
            self._door = Door(self._name, self)
        except OSError as exc:
            _log.warning("later starts cannot reach this one: %s", exc.strerror or exc)
            return False
        self._door.came.connect(self._came)
        return True

    def send(self, files: Sequence[Path]) -> bool:
        """Hand files, or only the wish to be seen, to the program that holds the lock; False: no answer."""
        return self._hand(json.dumps([str(path.absolute()) for path in files])) == [_HEARD]

    def send_fax(self, asked_fax: AskedFax) -> AskedOutcome | None:
        """Hand a fax to the program that holds the lock and wait for what becomes of it; None: no answer."""
        from rcdesk.core.orders.asked_fax import AskedOutcome, asked_fax_json

        heard = self._hand(asked_fax_json(asked_fax), lines=2)
        if heard[:1] != [_HEARD] or len(heard) < 2:
            return None
        return AskedOutcome.QUEUED if heard[1] == AskedOutcome.QUEUED.value else AskedOutcome.SHOWN

    def take(self) -> bool:
        """Try for the lock again; True when this program may work on the archive now."""
        if not self.is_first:
            self.is_first = self._lock.tryLock(0)
        return self.is_first

    def begin_turn(self) -> bool:
        """Take the lock for the short turn of a command; False when another program has it."""
        if self.take():
            self._turn.touch()
            return True
        return False

    def keep_turn(self) -> None:
        """This turn takes longer, for a large fax: those who wait for its end go on waiting."""
        if self.is_first:
            self._turn.touch()

    def end_turn(self) -> None:
        if self.is_first:
            self._turn.unlink(missing_ok=True)
            self.close()

    def ask(self, order: Order, patience: CancelToken | None = None) -> Generator[dict[str, Any], None, None]:
        """Give an order to the program that holds the lock, and hear its lines as they come.

        The last line has "status". Ends without any line when that program has gone and the lock is ours
        now. Raises NotSent when it does not answer, OutcomeUnknown when it goes away without the last line,
        Cancelled when patience was cancelled.
        """
        from rcdesk.core.orders.order import order_json

        patience = patience or CancelToken()
        other = self._knock(patience)
        if other is None:
            if not self.is_first:
                raise NotSent(FOREIGN if self._is_foreign else NO_ANSWER)
            return
        with other:
            _tell(other, order_json(order))
            for told in _objects(other, patience):
                yield told
                if "status" in told:
                    return
        raise OutcomeUnknown(WENT_AWAY)

    def _knock(self, patience: CancelToken) -> socket.socket | None:
        """Until the door opens, or the lock is ours, or it takes too long."""
        from rcdesk.bridge.runtime.door import is_ours, knock

        deadline, end_of_turn = QDeadlineTimer(ANSWER_MS), QDeadlineTimer(TURN_MS)
        touched = _touched(self._turn)
        while (other := knock(self._name, ANSWER_MS / 1000)) is None:
            if (now := _touched(self._turn)) != touched:
                touched, end_of_turn = now, QDeadlineTimer(TURN_MS)
            if touched and not end_of_turn.hasExpired():
                deadline = QDeadlineTimer(ANSWER_MS)
            if self.take() or deadline.hasExpired():
                return None
            patience.sleep(KNOCK_AGAIN_S)
        if not is_ours(other):
            _log.warning("another user answers in the place of rcdesk; nothing was handed over")
            self._is_foreign = True
            other.close()
            return None
        return other

    def _hand(self, line: str, lines: int = 1) -> list[str]:
        """Say one line and hear so many, fewer when no more come in time."""
        other = self._knock(CancelToken())
        if other is None:
            return []
        heard = b""
        with other:
            _tell(other, line)
            while heard.count(b"\n") < lines:
                found = _hear(other, DECIDE_MS if heard else ANSWER_MS)
                if not found:
                    break
                heard += found
        return heard.decode("ascii", "replace").split("\n")[:-1]

    def close(self) -> None:
        """Close the door and give the lock back: last of all, when nothing works on the archive any more."""
        if self._door is not None:
            self._door.close()
            self._door = None
        for visitor in tuple(self._visitors):
            visitor.hang_up()
        if self.is_first:
            self._lock.unlock()
            self.is_first = False

    @Slot(object)
    def _came(self, visitor: Visitor) -> None:
        self._visitors.add(visitor)
        visitor.said.connect(self._answer)
        visitor.gone.connect(self._visitors.discard)

    @Slot(object, bytes)
    def _answer(self, visitor: Visitor, line: bytes) -> None:
        from rcdesk.core.orders.asked_fax import read_asked_fax
        from rcdesk.core.orders.order import is_order, read_order

        try:
            found = json.loads(line)
            if is_order(found):
                order = read_order(found)
                visitor.say(_HEARD)
                self.ordered.emit(
                    OrderHeard(
                        order,
                        lambda told: self._say(visitor, json.dumps(told)),
                        lambda: visitor in self._visitors,
                    )
                )
                return
            asked = _files(found) if isinstance(found, list) else read_asked_fax(found)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            _log.warning("another start asked for something that makes no sense")
            visitor.hang_up()
            return
        visitor.say(_HEARD)
        if isinstance(asked, tuple):
            self.asked.emit(asked)
        else:
            self.fax_asked.emit(FaxOrder(asked, lambda outcome: self._told(visitor, outcome)))

    def _told(self, visitor: Visitor, outcome: AskedOutcome) -> None:
        self._say(visitor, outcome.value)

    def _say(self, visitor: Visitor, line: str) -> bool:
        """One line to another start; False when it went away meanwhile."""
        if visitor not in self._visitors:
            return False
        visitor.say(line)
        return True


def _tell(other: socket.socket, line: str) -> None:
    """Where that fails nothing is heard either."""
    other.settimeout(ANSWER_MS / 1000)
    with contextlib.suppress(OSError):
        other.sendall(line.encode("utf-8") + b"\n")


def _hear(other: socket.socket, patience_ms: int) -> bytes | None:
    """What comes next, b"" when the other program has gone, None while it says nothing."""
    other.settimeout(patience_ms / 1000)
    try:
        return other.recv(65536)
    except TimeoutError:
        return None
    except OSError:
        return b""


def _objects(other: socket.socket, patience: CancelToken) -> Generator[dict[str, Any], None, None]:
    """The lines of JSON that come after the first one, which only says that the order was heard."""
    waited = QDeadlineTimer(ANSWER_MS)
    heard, has_answered = b"", False
    while True:
        if patience.is_cancelled:
            raise Cancelled()
        found = _hear(other, LISTEN_MS)
        if found == b"":
            return
        if found is None:
            if not has_answered and waited.hasExpired():
                return
            continue
        heard += found
        *lines, heard = heard.split(b"\n")
        for line in lines:
            if not has_answered:
                has_answered = True
            elif (told := _object(line)) is not None:
                yield told
            else:
                return


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _files(found: list[Any]) -> tuple[Path, ...]:
    """Raises TypeError or ValueError for what is no list of paths."""
    for path in found:
        if "\0" in path:
            raise ValueError("no path")
        os.fsencode(path)
    return tuple(map(Path, found))


def _touched(file: Path) -> int:
    """When a file was touched last, 0 when it is not there."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
