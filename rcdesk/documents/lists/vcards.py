"""vCards 2.1, 3.0 and 4.0 as phones and mail programs write them: who it is, and all their numbers.

Read line by line and in one go, whatever stands there: a property that cannot be read costs that property, a
card whose end is missing ends where the next begins, lines that mean nothing are passed over. Only what is
wanted is kept, and of that no more than a card can hold. In the renderer. Read next: charsets.py,
numbers/text.py, address_list.py.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct, field
from msgspec.structs import replace

from rcdesk.core.cancel import CancelToken
from rcdesk.core.people.people import ListedNumber, ListedPerson
from rcdesk.documents.lists import charsets
from rcdesk.documents.lists.number_labels import is_fax, label_of_types, tidy_label

MOST_PROPERTY_BYTES = 16_000
MOST_PROPERTIES = 400
"""Of one card; what is longer or more is left out."""

_LINES_BETWEEN_LOOKS = 2000
_LINE = re.compile(rb"[^\r\n]+")
_BEGIN = re.compile(rb"\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE)
_END = re.compile(rb"\s*END\s*:\s*VCARD\s*$", re.IGNORECASE)
_NAME = re.compile(rb"(?:([\w-]+)\.)?([A-Za-z][\w-]*)\s*(?=[;:])")
_NEVER_IN_TEXT = re.compile(
    rb"(?:[\w-]+\.)?(?:TEL|FN|N|ORG|EMAIL|VERSION|ADR|TITLE|URL|REV|UID|PHOTO|X-[\w-]+)[;:]"
    rb"|\s*(?:BEGIN|END)\s*:\s*VCARD",
    re.IGNORECASE,
)
"""What begins a property even where a soft line break before it promised more text."""
_BRACKETS = re.compile(rb"\([^()]*\)")
_MOST_HEAD_BYTES = 2000
_CUSTOM = re.compile(r"X-CUSTOM\((.*)\)", re.IGNORECASE | re.DOTALL)
_UNPREFERRED = 1000
_TEXTS = frozenset({"FN", "N", "ORG", "NICKNAME", "EMAIL", "X-ABLABEL", "X-ABLABELS"})
_WORDS_OF_TYPES = frozenset(
    {
        "VOICE",
        "MSG",
        "PREF",
        "WORK",
        "HOME",
        "CELL",
        "FAX",
        "PAGER",
        "VIDEO",
        "BBS",
        "MODEM",
        "CAR",
        "ISDN",
        "PCS",
        "TEXT",
        "TEXTPHONE",
        "MAIN",
        "OTHER",
        "INTERNET",
        "IPHONE",
        "MOBILE",
        "ASSISTANT",
        "CALLBACK",
        "COMPANY",
        "QUOTED-PRINTABLE",
        "BASE64",
        "8BIT",
        "7BIT",
    }
)


class _Property(Struct):
    """One property while its lines come in, without the bytes nobody wants."""

    group: str
    name: str
    head: bytes
    is_quoted: bool
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, piece: bytes) -> None:
        room = MOST_PROPERTY_BYTES - self.size
        if room > 0:
            self.pieces.append(piece[:room])
            self.size += len(piece)


class _Card(Struct):
    """A card while its lines come in."""

    version: str = "3.0"
    properties: list[_Property] = field(default_factory=list)


def is_vcard(data: bytes) -> bool:
    """True when a file begins as vCards do."""
    start = data[:4000].lstrip(b"\xef\xbb\xbf\xff\xfe\x00").replace(b"\0", b"")
    return re.match(rb"\s*BEGIN\s*:\s*VCARD", start, re.IGNORECASE) is not None


def read_vcards(data: bytes, token: CancelToken, most: int) -> Iterator[ListedPerson]:
    """The people of the first cards, at most so many; line is the card's place, counted from 1.

    Raises Cancelled between lines.
    """
    if wide := charsets.wide_of(data):
        data = data.decode(wide, errors="replace").removeprefix("\ufeff").encode("utf-8", "replace")
    cards = list(islice(_cards(data.removeprefix(codecs.BOM_UTF8), token), most))
    charset = _charset_of(cards)
    for place, card in enumerate(cards, start=1):
        token.check()
        yield _person(place, card, charset)


def _cards(data: bytes, token: CancelToken) -> Iterator[_Card]:
    """Each outermost card; one within another (AGENT) is passed over."""
    card: _Card | None = None
    last: _Property | None = None
    inner = 0
    for number, match in enumerate(_LINE.finditer(data)):
        if number % _LINES_BETWEEN_LOOKS == 0:
            token.check()
        line = match[0]
        if card is None:
            if _BEGIN.match(line):
                card, last = _Card(), None
            continue
        if last is not None and _goes_on(last, line):
            last.add(_unfolded(line, last, card.version))
        elif _BEGIN.match(line):
            if last is not None and last.name == "AGENT":
                inner += 1
            elif not inner:
                yield card
                card = _Card()
            last = None
        elif _END.match(line):
            if inner:
                inner -= 1
            else:
                yield card
                card = None
            last = None
        else:
            # A card that is full is only waited out: what it may still hold is not even read.
            last = _begun(line) if len(card.properties) < MOST_PROPERTIES else None
            if not inner and last is not None and _is_wanted(last):
                card.properties.append(last)
                if last.name == "VERSION":
                    card.version = b"".join(last.pieces).decode("ascii", "ignore").strip()
    if card is not None:
        yield card


def _goes_on(last: _Property, line: bytes) -> bool:
    """True when a line belongs to the property before it: folded, or after a soft line break."""
    if last.is_quoted and last.pieces and last.pieces[-1].endswith(b"="):
        return not _NEVER_IN_TEXT.match(line)
    return line[:1] in (b" ", b"\t")


def _unfolded(line: bytes, last: _Property, version: str) -> bytes:
    if last.is_quoted and last.pieces and last.pieces[-1].endswith(b"="):
        last.pieces[-1] = last.pieces[-1][:-1]
        return line
    # In 2.1 a line is folded before a space that belongs to the text, later the space was put in.
    return line if version == "2.1" else line[1:]


def _begun(line: bytes) -> _Property | None:
    name = _NAME.match(line)
    if name is None:
        return None
    parts = _split(line[name.end() : _MOST_HEAD_BYTES].decode("latin-1"), ":")
    if len(parts) == 1:
        return None
    head = parts[0].encode("latin-1")
    value = line[name.end() + len(head) + 1 :]
    is_quoted = b"QUOTED-PRINTABLE" in _BRACKETS.sub(b"", head).upper()
    begun = _Property(
        group=(name[1] or b"").decode("ascii", "ignore").upper(),
        name=name[2].decode("ascii", "ignore").upper(),
        head=head,
        is_quoted=is_quoted,
    )
    begun.add(value.rstrip(b" \t") if is_quoted else value)
    return begun


def _split(text: str, mark: str) -> list[str]:
    """The text at each mark that stands outside quotes and brackets; one that never closes is none."""
    if '"' not in text and "(" not in text:
        return text.split(mark)
    parts, start, closing = [], 0, ""
    for place, char in enumerate(text):
        if closing:
            closing = "" if char == closing else closing
        elif char in '"(':
            other = ")" if char == "(" else char
            closing = other if text.find(other, place + 1) >= 0 else ""
        elif char == mark:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _is_wanted(one: _Property) -> bool:
    return one.name in _TEXTS or one.name == "VERSION" or _is_number(one.name)


def _is_number(name: str) -> bool:
    """TEL, what vendors put beside it (X-MS-TEL), and numbers that are a property of their own (X-FAX)."""
    return name in ("TEL", "FAX", "PHONE") or (
        name.startswith("X-") and name.endswith(("-TEL", "FAX", "-FAX"))
    )


def _charset_of(cards: list[_Card]) -> str:
    """How text is read whose charset nobody named and which is no UTF-8."""
    wrong = []
    for card in cards:
        for one in card.properties:
            value = b"".join(one.pieces)
            if one.is_quoted:
                value = quopri.decodestring(value)
            if not value.isascii() and not _declared(one):
                try:
                    value.decode()
                except UnicodeDecodeError:
                    wrong.append(value)
    return charsets.guessed(wrong) if wrong else "cp1252"


def _declared(one: _Property) -> str:
    found = re.search(rb"CHARSET=\"?([\w.:-]+)", _BRACKETS.sub(b"", one.head), re.IGNORECASE)
    return charsets.known(found[1].decode("ascii")) if found else ""


def _text(one: _Property, charset: str) -> str:
    """The value as it was meant; what cannot be read of it is left out."""
    value = b"".join(one.pieces)
    head = one.head.upper()
    if one.is_quoted:
        value = quopri.decodestring(value)
    elif re.search(rb";(?:ENCODING=)?(?:B|BASE64)(?:;|$)", head):
        try:
            value = base64.b64decode(value + b"==")
        except (binascii.Error, ValueError):
            return ""
    return _decoded(value, _declared(one), charset)


def _decoded(value: bytes, declared: str, charset: str) -> str:
    for name in filter(None, (declared, "utf-8")):
        try:
            # A character that was cut off in the end is let go.
            return codecs.getincrementaldecoder(name)("strict").decode(value)
        except UnicodeDecodeError:
            continue
    return value.decode(charset, errors="replace")


def _person(place: int, card: _Card, charset: str) -> ListedPerson:
    texts: dict[str, str] = {}
    labels: dict[str, str] = {}
    for one in card.properties:
        if one.name.startswith("X-ABLABEL"):
            labels[one.group] = _one_line(_unescaped(_text(one, charset)))
        elif one.name in _TEXTS and one.name not in texts and (text := _text(one, charset).strip()):
            texts[one.name] = text
    company = ", ".join(filter(None, (_one_line(part) for part in _parts(texts.get("ORG", "")))))
    name = _one_line(_unescaped(texts.get("FN", ""))) or _name(texts.get("N", ""))
    name = (
        name
        or _one_line(_unescaped(texts.get("NICKNAME", "")))
        or company
        or _one_line(texts.get("EMAIL", ""))
    )
    return ListedPerson(line=place, name=name, company=company, numbers=_numbers(card, labels, charset))


def _numbers(card: _Card, labels: dict[str, str], charset: str) -> tuple[ListedNumber, ...]:
    found: list[tuple[int, ListedNumber]] = []
    for one in card.properties:
        if not _is_number(one.name):
            continue
        text = _one_line(_unescaped(_text(one, charset)))
        scheme = re.match(r"(?:tel|fax):", text, flags=re.IGNORECASE)
        text = text[scheme.end() :] if scheme is not None else text
        if text:
            own = labels.get(one.group, "") if one.group else ""
            rank, label, is_a_fax = _kind(one, own, is_a_fax=scheme is not None and is_fax(scheme[0]))
            found.append((rank, ListedNumber(text=text, label=label, is_fax=is_a_fax)))
    found.sort(key=lambda ranked: ranked[0])
    first = min((rank for rank, number in found if number.is_fax), default=_UNPREFERRED)
    once: dict[str, ListedNumber] = {}
    for rank, number in found:
        if rank == first < _UNPREFERRED:
            number = replace(number, is_preferred=number.is_fax)
        known = once.get(number.text, number)
        once[number.text] = ListedNumber(
            text=number.text,
            label=known.label or number.label,
            is_fax=known.is_fax or number.is_fax,
            is_preferred=known.is_preferred or number.is_preferred,
        )
    return tuple(once.values())


def _kind(one: _Property, label: str, *, is_a_fax: bool) -> tuple[int, str, bool]:
    """How much a number is preferred (low is more), its label, and whether it is a fax."""
    types: set[str] = set()
    rank = _UNPREFERRED
    head = one.head.decode("utf-8", "replace")
    for parameter in _split(head, ";")[1:]:
        key, equals, value = parameter.partition("=")
        if custom := _CUSTOM.fullmatch(parameter.strip()):
            label = label or _custom(custom[1])
        elif not equals:
            types |= {kind.strip().upper() for kind in key.split(",")}
        elif key.strip().upper() == "PREF":
            rank = int(value) if value.strip().isascii() and value.strip().isdigit() else 1
        elif key.strip().upper() in ("TYPE", "X-TYPE", "LABEL") or key.strip().upper().startswith("X-CUSTOM"):
            types |= {kind.strip(' "').upper() for kind in value.strip(' "').split(",")}
    if "PREF" in types:
        rank = min(rank, 1)
    if one.name not in ("TEL", "PHONE"):
        types.add(one.name)
    own_types = sorted(kind for kind in types - _WORDS_OF_TYPES if kind and not kind.startswith("X-MS-TEL"))
    is_a_fax = is_a_fax or is_fax(label) or any(map(is_fax, types))
    shown = tidy_label(label or next((word.title() for word in own_types), ""))
    return rank, shown or label_of_types(types, is_a_fax=is_a_fax), is_a_fax


def _custom(inside: str) -> str:
    """The label in Android's X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=46=61=78)."""
    parts = [p for p in inside.split(",") if not re.match(r"\s*(?:CHARSET|ENCODING)=", p, re.IGNORECASE)]
    declared = re.search(r"CHARSET=([\w-]+)", inside, re.IGNORECASE)
    value = ",".join(parts).encode("utf-8", "replace")
    if "QUOTED-PRINTABLE" in inside.upper():
        value = quopri.decodestring(value)
    return _one_line(_decoded(value, charsets.known(declared[1]) if declared else "", "cp1252"))


def _name(text: str) -> str:
    """Family;Given;Middle as people say it; names of the East without a space, the family first."""
    family, given, middle, *_ = (*map(_one_line, _parts(text)), "", "", "")
    if family and given and all(ord(char) > 0x2E7F for char in family + given):
        return family + given
    return " ".join(filter(None, (given, middle, family)))


def _parts(text: str) -> list[str]:
    return [_unescaped(part) for part in re.split(r"(?<!\\);", text)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: " " if m[1] in "nN" else m[1], text, flags=re.DOTALL)


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())
