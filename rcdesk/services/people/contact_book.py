"""Making, changing and deleting people: contacts of RingCentral through its API, one's own in the archive.

Of a contact only the fields that were changed are sent, after a look whether somebody else changed them
meanwhile; what was deleted can be brought back with everything RingCentral had of it. Blocking: on the
downloads lane. Read next: api/rest/contacts.py, people.py, ui/phone/contact_dialog.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import ApiError, NetworkError, OutcomeUnknown, Rejected, UserError
from rcdesk.core.numbers.phone_number import parse
from rcdesk.core.people.people import BadField, DeletedPerson, PersonForm, PersonNumber, PersonSource
from rcdesk.services.people.imports import MOST_LABEL_CHARACTERS, MOST_NAME_CHARACTERS
from rcdesk.store.people.people import People, PersonRecord
from rcdesk.store.search_words import fold

if TYPE_CHECKING:
    from rcdesk.api.rest.contacts import Contact
    from rcdesk.services.account.connection import Connection

_GONE = "This contact is no longer in your RingCentral address book. Nothing was changed."
_CHANGED = (
    "This contact was changed somewhere else meanwhile. Nothing was saved. "
    "Close this, look at the contact and edit it again."
)
_UNKNOWN = "No answer came: it may be saved or not. Look at your contacts before you save again."


class ContactBook:
    """People who can be changed, of one archive and whoever is signed in."""

    def __init__(self, connection: Callable[[], Connection | None], people: People) -> None:
        self._connection = connection
        self._people = people

    def form(self, owner_id: str, key: str) -> PersonForm:
        """Somebody as they are written down here. Raises UserError when they are gone or fixed."""
        source, source_id = _place(key)
        known = self._people.records(owner_id, source, source_id)
        if not known:
            raise UserError("This person is not there any more.")
        return PersonForm(
            key=key,
            source=source,
            name=known[0].name,
            company=known[0].company,
            numbers=tuple(PersonNumber(number=k.number, label=k.label, is_fax=k.is_fax) for k in known),
        )

    def save(
        self, owner_id: str, form: PersonForm, before: PersonForm | None, region: str, token: CancelToken
    ) -> str:
        """Make or change somebody; the key they have now. before: as they were when editing began.

        Raises BadField where something cannot be kept, UserError when they were changed elsewhere meanwhile,
        and the errors of a request; nothing is changed then.
        """
        form = checked(form, region)
        if form.source is PersonSource.IMPORT:
            source_id = _place(form.key)[1] if form.key else f"own:{uuid.uuid4().hex}"
            self._people.put(owner_id, form.source, source_id, tuple(_records(form, source_id)))
            return f"{form.source.value}:{source_id}"
        if form.key:
            contact = self._change(owner_id, form, before or form, region, token)
        else:
            contact = self._create(form, token)
        self._keep(owner_id, contact, region)
        return f"{PersonSource.CONTACT.value}:{contact.id}"

    def delete(self, owner_id: str, key: str, token: CancelToken) -> DeletedPerson:
        """Delete somebody; what restore() needs. A contact that is gone already is forgotten here too.

        Their copies from imported lists go with them: they would stand there as if nothing had happened.
        """
        from rcdesk.api.rest import contacts

        form = self.form(owner_id, key)
        source, source_id = _place(key)
        fields: Mapping[str, object] = {}
        if source is PersonSource.CONTACT:
            session = self._session()
            try:
                fields = contacts.record(session, source_id, token)
                contacts.delete(session, source_id, token)
            except Rejected as exc:
                if not exc.is_gone:
                    raise
        copies = self._copies(owner_id, form)
        for one in (form, *copies):
            self._people.put(owner_id, *_place(one.key), ())
        return DeletedPerson(form=form, fields=fields, copies=copies)

    def _copies(self, owner_id: str, form: PersonForm) -> tuple[PersonForm, ...]:
        """Own people with the name and a number of somebody, who are shown as one with them."""
        known = self._people.known(owner_id, [number.number for number in form.numbers])
        keys = {
            f"{one.source.value}:{one.source_id}": None
            for one in known
            if one.source is PersonSource.IMPORT and one.source_id and fold(one.name) == fold(form.name)
        }
        return tuple(self.form(owner_id, key) for key in keys if key != form.key)

    def restore(self, owner_id: str, deleted: DeletedPerson, region: str, token: CancelToken) -> None:
        """Bring back who was deleted, with all that RingCentral had of them."""
        from rcdesk.api.rest import contacts

        form = deleted.form
        is_made = form.source is PersonSource.CONTACT and bool(deleted.fields)
        if is_made:
            self._keep(owner_id, contacts.create(self._session(), deleted.fields, token), region)
        for one in deleted.copies if is_made else (form, *deleted.copies):
            source, source_id = _place(one.key)
            self._people.put(owner_id, source, source_id, tuple(_records(one, source_id)))

    def _create(self, form: PersonForm, token: CancelToken) -> Contact:
        from rcdesk.api.rest import contacts

        numbers = ((number.label, number.number) for number in form.numbers)
        fields = contacts.fields_of(_own_name(form), form.company, numbers)
        session = self._session()
        try:
            return contacts.create(session, fields, token)
        except OutcomeUnknown as exc:
            # Its book says whether it was made: made again it would stand there twice.
            wanted = {number.number for number in form.numbers}
            try:
                for one in contacts.contacts(session, token):
                    if (one.name or one.company) == form.name and {n for _, n, _ in one.numbers} == wanted:
                        return one
            except (NetworkError, ApiError):
                pass
            raise OutcomeUnknown(_UNKNOWN) from exc

    def _change(
        self, owner_id: str, form: PersonForm, before: PersonForm, region: str, token: CancelToken
    ) -> Contact:
        """Send what is other than before, when RingCentral still has it as it was before."""
        from rcdesk.api.rest import contacts

        session, contact_id = self._session(), _place(form.key)[1]
        try:
            record = contacts.record(session, contact_id, token)
        except Rejected as exc:
            if exc.is_gone:
                raise UserError(_GONE) from exc
            raise
        now = contacts.contact_of(record)
        was, wanted = _values(before), _values(form)
        fields = {key: value for key, value in wanted.items() if value != was.get(key, "")}
        fields |= {key: "" for key, value in was.items() if value and key not in wanted}
        there = {key: _e164(str(record.get(key) or ""), region) for key in fields}
        there |= {"name": now.name or now.company, "company": now.company}
        if any(there[key] not in (was.get(key, ""), value) for key, value in fields.items()):
            self._keep(owner_id, now, region)
            raise UserError(_CHANGED)
        if fields.pop("name", None) is not None:
            parts = contacts.fields_of(_own_name(form), "", ())
            fields |= {key: parts[key] for key in ("firstName", "middleName", "lastName")}
        if not fields:
            return now
        try:
            return contacts.change(session, contact_id, fields, token)
        except OutcomeUnknown as exc:
            raise OutcomeUnknown(_UNKNOWN) from exc

    def _keep(self, owner_id: str, contact: Contact, region: str) -> None:
        from rcdesk.services.people.people import records_of

        records = tuple(records_of((contact,), region))
        self._people.put(owner_id, PersonSource.CONTACT, contact.id, records)

    def _session(self) -> Any:
        from rcdesk.services.account.connection import session_of

        return session_of(self._connection())


def checked(form: PersonForm, region: str) -> PersonForm:
    """The form with its numbers read. Raises BadField with the reason."""
    name, company = (" ".join(text.split()) for text in (form.name, form.company))
    if not (name or company):
        raise BadField("Type a name first.", "name")
    if max(len(name), len(company)) > MOST_NAME_CHARACTERS:
        raise BadField(f"{MOST_NAME_CHARACTERS} characters are the most for a name.", "name")
    numbers: list[PersonNumber] = []
    for place, one in enumerate(form.numbers):
        if not one.number.strip():
            continue
        number = _number(one.number, place, region, may_extend=form.source is PersonSource.IMPORT)
        label = " ".join(one.label.split())[:MOST_LABEL_CHARACTERS]
        if form.source is PersonSource.CONTACT and any(n.label == label for n in numbers):
            raise BadField(f"RingCentral keeps one number of this kind: {label}. Choose another kind.", place)
        if any(n.number == number for n in numbers):
            raise BadField("This number is there already.", place)
        numbers.append(replace(one, number=number, label=label))
    if not numbers:
        raise BadField("Type a number: without one they can be neither called nor faxed.", 0)
    return replace(form, name=name or company, company=company, numbers=tuple(numbers))


def _number(text: str, place: int, region: str, *, may_extend: bool) -> str:
    try:
        number = parse(text, region)
    except UserError as exc:
        raise BadField(str(exc), place) from exc
    if may_extend:
        return f"{number.e164};ext={number.extension}" if number.extension else number.e164
    if number.is_short or number.extension:
        raise BadField("RingCentral keeps no extensions in contacts. Type the whole number alone.", place)
    return number.e164


def _values(form: PersonForm) -> dict[str, str]:
    """What a form says, by the service's fields; the name as a whole."""
    from rcdesk.api.rest import contacts

    values = {"name": form.name, "company": form.company}
    return values | {contacts.field_of(number.label): number.number for number in form.numbers}


def _own_name(form: PersonForm) -> str:
    """The name without the company's, which stands in for a missing one."""
    return "" if form.name == form.company else form.name


def _e164(text: str, region: str) -> str:
    try:
        number = parse(text, region)
    except UserError:
        return text
    return f"{number.e164};ext={number.extension}" if number.extension else number.e164


def _records(form: PersonForm, source_id: str) -> Iterable[PersonRecord]:
    for number in form.numbers:
        yield PersonRecord(
            source_id=source_id,
            name=form.name,
            company=form.company,
            number=number.number,
            label=number.label,
            is_fax=number.is_fax,
        )


def _place(key: str) -> tuple[PersonSource, str]:
    """Where somebody is kept. Raises UserError when that is nowhere they could be changed."""
    source, _, source_id = key.partition(":")
    if source not in (PersonSource.CONTACT.value, PersonSource.IMPORT.value) or not source_id:
        raise UserError("This person cannot be changed here.")
    return PersonSource(source), source_id
