"""What the user wants at hand: favourites in their own order, and how each number is called.

Both are the desk's own and are never sent to the service. Any thread; it shares the connections of
people.py. Read next: core/people/people.py, services/people/people.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from rcdesk.core.people.people import DialChoice, Favourite
from rcdesk.store.database import ThreadConnections, transaction
from rcdesk.store.rows import value_of


class Favourites:
    """The favourites and dial choices of everybody who used this archive; callers ask by owner_id.

    Every method raises StoreUnavailable when the file cannot be used; then nothing has changed.
    """

    def __init__(self, connections: ThreadConnections) -> None:
        self._db = connections

    def list(self, owner_id: str) -> tuple[Favourite, ...]:
        """The favourites in the user's order."""
        rows = self._db.rows(
            "SELECT number, name, is_fax FROM favourite WHERE owner_id = ? ORDER BY position", owner_id
        )
        return tuple(value_of(Favourite, row) for row in rows)

    def replace(self, owner_id: str, favourites: Sequence[Favourite]) -> None:
        """These are the favourites, in this order; a number is kept once as a phone and once as a fax."""
        each = {(one.number, one.is_fax): one for one in reversed(favourites) if one.number}
        wanted = [one for one in favourites if each.get((one.number, one.is_fax)) is one]
        with transaction(self._db.get()) as connection:
            connection.execute("DELETE FROM favourite WHERE owner_id = ?", (owner_id,))
            connection.executemany(
                "INSERT INTO favourite VALUES (?, ?, ?, ?, ?)",
                [(owner_id, n, one.number, one.name, one.is_fax) for n, one in enumerate(wanted)],
            )

    def choices(self, owner_id: str) -> dict[str, DialChoice]:
        """How each number is called, of those for which something was chosen."""
        rows = self._db.rows("SELECT * FROM dial_choice WHERE owner_id = ?", owner_id)
        return {row["number"]: value_of(DialChoice, row, ask_to_press_1=row["press_1"]) for row in rows}

    def set_choice(self, owner_id: str, number: str, choice: DialChoice) -> None:
        """Remember how a number is called; a choice that says nothing is forgotten."""
        if choice == DialChoice():
            self._db.change("DELETE FROM dial_choice WHERE owner_id = ? AND number = ?", owner_id, number)
            return
        sql = "INSERT OR REPLACE INTO dial_choice VALUES (?, ?, ?, ?, ?)"
        self._db.change(sql, owner_id, number, choice.ring_me_on, choice.show_as, choice.ask_to_press_1)
