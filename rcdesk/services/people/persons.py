"""From single numbers to people: who has which numbers, who a number is, who may be called.

Several sources know the same number and the same person; here they become one. Pure functions over what the
archive brought. Any thread. Read next: store/people/people.py, services/people/people.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import Caller, Favourite, Person, PersonNumber, PersonSource, Suggestion
from rcdesk.store.people.people import KnownNumber
from rcdesk.store.search_words import digits_of, fold


class _Draft(Struct):
    """A person while their numbers are being gathered."""

    key: str
    name: str
    company: str
    source: PersonSource
    numbers: dict[str, PersonNumber] = field(default_factory=dict)

    def take(self, one: KnownNumber) -> None:
        """One more number; one that is known already gets what is said of it here."""
        known = self.numbers.get(one.number, PersonNumber(number=one.number))
        self.numbers[one.number] = PersonNumber(
            number=one.number, label=known.label or one.label, is_fax=known.is_fax or one.is_fax
        )
        self.name = self.name or one.name
        self.company = self.company or one.company

    def person(self, favourites: Iterable[str]) -> Person:
        return Person(
            key=self.key,
            name=self.name,
            company=self.company,
            numbers=tuple(sorted(self.numbers.values(), key=lambda number: number.is_fax)),
            source=self.source,
            is_favourite=not self.numbers.keys().isdisjoint(favourites),
        )


def persons_of(
    known: Iterable[KnownNumber], favourites: Sequence[Favourite], text: str, limit: int
) -> tuple[Person, ...]:
    """The people behind these numbers, each once: favourites first in their order, then by name.

    Two sources mean one person when they give a number the same name; a number that was only faxed belongs
    to who has it. Favourites nobody knows are people too when the text finds them. Of each person's numbers
    the phones come before the faxes.
    """
    drafts: dict[str, _Draft] = {}
    by_number: dict[str, list[_Draft]] = {}
    for one in sorted(known, key=lambda k: _ORDER[k.source]):
        draft = drafts.get(_key(one)) or _same(one, by_number.get(one.number, ()))
        if draft is None:
            draft = _Draft(key=_key(one), name=one.name, company=one.company, source=one.source)
        drafts[_key(one)] = draft
        draft.take(one)
        if draft not in (owners := by_number.setdefault(one.number, [])):
            owners.append(draft)
    for favourite in favourites:
        if favourite.number not in by_number and is_found(text, favourite.name, favourite.number):
            draft = _Draft(
                key=f"number:{favourite.number}", name=favourite.name, company="", source=PersonSource.RECENT
            )
            draft.numbers[favourite.number] = PersonNumber(number=favourite.number, is_fax=favourite.is_fax)
            drafts.setdefault(draft.key, draft)
    places = {one.number: n for n, one in reversed(list(enumerate(favourites)))}
    once = {id(draft): draft.person(places) for draft in drafts.values()}
    people = sorted(once.values(), key=lambda p: (_place(p, places), fold(p.name) or "\uffff", p.key))
    return tuple(people[: max(0, limit)])


def callers_of(
    numbers: Iterable[str],
    known: Iterable[KnownNumber],
    favourites: Sequence[Favourite],
    last_calls: Mapping[str, PastCall],
) -> dict[str, Caller]:
    """Who each number is; known in the order in which their words count."""
    said: dict[str, list[KnownNumber]] = {}
    for one in known:
        said.setdefault(one.number, []).append(one)
    liked = {one.number: one for one in reversed(favourites)}
    found: dict[str, Caller] = {}
    for number in numbers:
        own = said.get(number, [])
        favourite, last = liked.get(number), last_calls.get(number)
        names = (
            *(one.name for one in own),
            favourite.name if favourite is not None else "",
            last.name if last is not None else "",
        )
        found[number] = Caller(
            number=number,
            name=next(filter(None, names), ""),
            label=next((one.label for one in own if one.label), ""),
            company=next((one.company for one in own if one.company), ""),
            is_favourite=favourite is not None,
            last_call=last,
        )
    return found


def calls_suggested(
    text: str,
    favourites: Sequence[Favourite],
    called: Sequence[PastCall],
    known: Sequence[KnownNumber],
    callers: Mapping[str, Caller],
    limit: int,
) -> tuple[Suggestion, ...]:
    """Who may be called for what was typed, each number once: favourites, called lately, others, faxes last.

    callers: who the numbers of favourites and calls are.
    """
    lines: dict[str, Suggestion] = {}
    for number, name, is_fax in (
        *((f.number, f.name, f.is_fax) for f in favourites if not f.is_fax),
        *((c.number, c.name, False) for c in called),
    ):
        caller = callers.get(number, Caller(number=number))
        if number not in lines and (
            is_found(text, f"{caller.name} {caller.company} {name}", number) or not text.strip()
        ):
            lines[number] = _line(number, caller.name or name, caller.label, PersonSource.RECENT, is_fax)
    typed = digits_of(text) if not any(c.isalpha() for c in text) else ""
    for one in sorted(known, key=lambda k: k.is_fax) if text.strip() else ():
        if one.number not in lines and typed in digits_of(one.number):
            lines[one.number] = _line(one.number, one.name, one.label, one.source, one.is_fax)
    return tuple(lines.values())[: max(0, limit)]


def is_found(text: str, name: str, number: str) -> bool:
    """True when every typed word begins a word of the name, or its digits are a part of the number."""
    words, digits = fold(name).split(), digits_of(number)
    typed = digits_of(text)
    if typed and not any(c.isalpha() for c in text):
        return typed in digits
    return all(
        any(word.startswith(wanted) for word in words) or (wanted.isdigit() and wanted in digits)
        for wanted in fold(text).split()
    )


_ORDER = {
    PersonSource.CONTACT: 0,
    PersonSource.IMPORT: 1,
    PersonSource.DIRECTORY: 2,
    PersonSource.RECENT: 3,
    PersonSource.GROUP: 4,
}


def _key(one: KnownNumber) -> str:
    return f"{one.source.value}:{one.source_id}" if one.source_id else f"number:{one.number}"


def _same(one: KnownNumber, owners: Sequence[_Draft]) -> _Draft | None:
    """Who of those with this number is the same person."""
    if one.source is PersonSource.RECENT and owners:
        return owners[0]
    return next((draft for draft in owners if fold(draft.name) == fold(one.name)), None)


def _place(person: Person, places: Mapping[str, int]) -> int:
    return min((places[n.number] for n in person.numbers if n.number in places), default=len(places))


def _line(number: str, name: str, label: str, source: PersonSource, is_fax: bool) -> Suggestion:
    return Suggestion(
        name=name,
        number=number,
        label=label,
        source=source,
        recipients=(Recipient(number=number, name=name),),
        is_fax=is_fax,
    )
