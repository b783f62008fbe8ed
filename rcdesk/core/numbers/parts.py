"""A text taken apart into the numbers written in it, with what the words around say of each.

A number is digits with the marks people put between them; letters are never digits here. What cannot be
told apart, a second number, digits nobody can place, a letter among digits, is a refusal with the reason: a
call or a fax may not go to digits nobody wrote. Pure; any thread. Read
next: text.py, phone_number.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rcdesk.core.errors import UserError
from rcdesk.core.numbers.labels import WORD, Label, labels_in, labels_of

TWO_NUMBERS = "There are two numbers here. Keep the one you mean."
MORE_DIGITS = "There is more than one number's digits here. Keep only the number."
ODD_LETTER = "There is a letter among the digits. Check the number."
ODD_DIGIT = "One of the digits is written in a way that cannot be read. Type the number."

FEWEST_OF_A_NUMBER = 7
"""Fewer digits beside a number are an extension, a room or a date."""
_MOST_OF_AN_EXTENSION = 7
_FEWEST_OF_A_YEAR = 4
_MOST_OF_AN_ORDINAL = 2
_MOST_DIALLED_BEHIND = 9
_DIGITS = re.compile(r"[+(][+(\s]*\d(?:[\s().\-/]*\d)*|\d(?:[\s().\-/]*\d)*")
_DIALLED_BEHIND = re.compile(r"\s*[,;]+|\s*[,;]*\s*#\s*")
_EXTENSION_DIGITS = re.compile(r"\d+(?: \d+)*")
_FIRST_GROUP = re.compile(r"\(?[1-9]\d{0,4}\)?[\s.]+(?=[+(\d])")
_LAST_GROUP = re.compile(r"\s\d{1,5}$")
_ORDINAL = re.compile(r"\.\s*[^\W\d_]|[^\W\d_]{2}\b")
_LIST_NUMBER = re.compile(r"\(?(\d{1,2})(?:\.\s+|\)\s*)(?=[+(\d])")
_LISTED = re.compile(r"\s*[.:)\]]\s*[^\d]*")
_SEPARATOR = re.compile(
    r"[,;|&\u2022]|\s/\s|\b(?:or|and|oder|und|ou|et|o|y|e|i|и|или|och|eller|en|of)\b", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_TIME = re.compile(r"\d:\d|(?:^|\s)24/7(?:\s|$)")
_HOURS = re.compile(r"\s(?:\d{1,2}|\d{1,2}\s*-\s*\d{1,2})$")
_AFTER_HOURS = re.compile(r"\s*(?:uhr|[ap]\.?m\.?|h|hrs|heures|o'clock|час|[€$£%])(?!\w)", re.IGNORECASE)
_VOICE_LETTERS = frozenset("tpmchdw")
_LETTERS = _VOICE_LETTERS | {"f"}
_LIKE_DIGITS = re.compile(r"[OoQIlZzSsBG]+")
_LONGEST_GLUED = 2

Whole = Callable[[str], str]
Groups = Callable[[str], frozenset[str]]


class Written(Struct, frozen=True, kw_only=True):
    """One number as it was written: its digits and marks, the extension behind it, what it is said to be."""

    text: str
    start: int
    end: int
    extension: str = ""
    labels: frozenset[Label] = frozenset()

    @property
    def count(self) -> int:
        return _count(self.text)


class _Run(Struct, frozen=True):
    """Digits with nothing but marks between them."""

    text: str
    start: int
    end: int

    @property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.text)


def numbers_in(text: str, whole: Whole, groups: Groups) -> tuple[Written, ...]:
    """The numbers in a cleaned text, in order, with their extensions and labels.

    whole(digits and marks) is the E.164 of a number somebody may have, "" when they are none.
    groups(digits and marks): how the digits of that number are grouped as a rule. Raises UserError for what
    cannot be told apart.
    """
    runs = _runs(text, whole)
    numbers: list[Written] = []
    loose: list[_Run] = []
    for index, run in enumerate(runs):
        gap = text[runs[index - 1].end : run.start] if index else ""
        is_behind = bool(numbers) and not loose and not numbers[-1].extension
        if is_behind and _is_extension(gap, run, text[run.end :]):
            numbers[-1] = replace(numbers[-1], end=run.end, extension=run.digits)
        elif len(run.digits) >= FEWEST_OF_A_NUMBER or (len(runs) == 1) or whole(run.text):
            numbers.append(Written(text=run.text, start=run.start, end=run.end))
        else:
            loose.append(run)
    _refuse_loose(text, numbers, loose)
    _refuse_odd_marks(text, runs)
    for number in numbers:
        _refuse_added_digits(text, number, whole, groups)
    return _labelled(text, numbers)


def chosen(numbers: Sequence[Written], *, for_fax: bool) -> Written:
    """The one to fax, or to call, of several. Raises UserError when that is not plain."""
    if len(numbers) == 1:
        return numbers[0]
    faxes = [n for n in numbers if Label.FAX in n.labels]
    if for_fax:
        found = [n for n in faxes if Label.VOICE not in n.labels] or faxes
    else:
        found = [n for n in numbers if Label.FAX not in n.labels] if faxes else []
        found = found or [n for n in faxes if Label.VOICE in n.labels]
    if len({re.sub(r"[^+\d]", "", n.text) + "x" + n.extension for n in found}) != 1:
        raise UserError(TWO_NUMBERS)
    return found[0]


def _runs(text: str, whole: Whole) -> list[_Run]:
    runs: list[_Run] = []
    for match in _DIGITS.finditer(text):
        for start, end in _split(match[0], whole):
            part = match[0][start:end]
            runs.append(_Run(part, match.start() + start, match.start() + end))
    return runs


def _split(run: str, whole: Whole) -> list[tuple[int, int]]:
    """Where digits beside each other are more than one number: "1) 650…", "030 12345 030 67890"."""
    listed = _list_number(run, whole)
    if listed is not None:
        return [(listed.start(1), listed.end(1)), (listed.end(), len(run))]
    bracket = re.search(r"\s\(", run)
    if bracket is not None and _count(run[: bracket.start()]) >= FEWEST_OF_A_NUMBER:
        return [(0, bracket.start()), (bracket.start() + 1, len(run))]
    for gap in re.finditer(r"(?<=[\d)])[\s\-/.]+(?=\(?(?:0|1|\d{3}))", run):
        left, right = run[: gap.start()], run[gap.end() :]
        is_long = min(_count(left), _count(right)) >= FEWEST_OF_A_NUMBER or "/" in gap[0] or " - " in gap[0]
        if not (is_long and whole(left) and whole(right)):
            continue
        if right.lstrip("(").startswith("0") or not whole(run):
            raise UserError(TWO_NUMBERS)
    slash = run.rpartition("/")
    is_end_alone = 1 <= _count(slash[2]) <= 3 or (_count(slash[2]) == 4 and not whole(run))
    if slash[1] and is_end_alone and "/" not in slash[0] and whole(slash[0]):
        raise UserError(TWO_NUMBERS)
    return [(0, len(run))]


def _list_number(run: str, whole: Whole) -> re.Match[str] | None:
    """The "1)" or "2." of a list before a number, when it is no part of it. Raises UserError when it may be.

    Digits between two brackets are an area code as a rule.
    """
    first = _LIST_NUMBER.match(run)
    rest = run[first.end() :] if first is not None else ""
    if first is None or (first[0].endswith(". ") and ". " in rest) or not whole(rest):
        return None
    if not whole(run) or rest.startswith("+"):
        return first
    is_area_code = first[0].startswith("(") and len(first[1]) > 1
    if is_area_code or whole(run) == whole(rest):
        return None
    raise UserError(MORE_DIGITS)


def _count(text: str) -> int:
    return sum(map(str.isdigit, text))


def _is_extension(gap: str, run: _Run, behind: str) -> bool:
    """True for digits a telephone dials after the number before them."""
    if not _EXTENSION_DIGITS.fullmatch(run.text) or len(run.digits) > _MOST_DIALLED_BEHIND:
        return False
    if _DIALLED_BEHIND.fullmatch(gap):
        is_short = len(run.digits) < FEWEST_OF_A_NUMBER and not behind.strip("# ")
        return is_short or ",," in gap or "#" in gap
    words = WORD.findall(gap)
    if not words or len(run.digits) > _MOST_OF_AN_EXTENSION:
        return False
    is_fax = any(Label.FAX in labels_of(word) or word.casefold() == "f" for word in words[:-1])
    if is_fax and re.search(r"[:,;/|]", gap):
        return False  # "Tel 650… Fax: ext. 99": the extension is the fax's
    return Label.EXTENSION in labels_of(words[-1]) or Label.EXTENSION in labels_in("".join(words))


def _refuse_loose(text: str, numbers: Sequence[Written], loose: Sequence[_Run]) -> None:
    """Digits that belong to no number may be a part of it, an extension, a second number: nobody can know.

    A number in a list, "Fax 2: 650…", is none of these.
    """
    for run in loose:
        following = next((n for n in numbers if n.start >= run.end), None)
        is_first = not any(n.start < run.start for n in numbers)
        if following is None or not is_first or len(run.digits) > 2 or run.digits.startswith("0"):
            raise UserError(MORE_DIGITS)
        if "+" in run.text or not _LISTED.fullmatch(text[run.end : following.start]):
            raise UserError(MORE_DIGITS)


def _refuse_odd_marks(text: str, runs: Sequence[_Run]) -> None:
    """Letters and signs glued to the digits that may stand for a digit, and times of the day."""
    if _TIME.search(text):
        raise UserError(MORE_DIGITS)
    for run in runs:
        if _HOURS.search(run.text) and _AFTER_HOURS.match(text[run.end :]):
            raise UserError(MORE_DIGITS)
        before, after = text[: run.start].rstrip("-.("), text[run.end :].lstrip("-.)")
        if before[-1:].isnumeric() or after[:1].isnumeric():
            raise UserError(ODD_DIGIT)
        words = (
            re.search(r"([A-Za-z\u0370-\u04ff]+)-?$", text[: run.start]),
            re.match(r"-?([A-Za-z\u0370-\u04ff]+)", text[run.end :]),
        )
        for word in (match[1] for match in words if match is not None):
            is_odd = len(word) <= _LONGEST_GLUED or _LIKE_DIGITS.fullmatch(word) is not None
            if is_odd and not labels_of(word) and word.casefold() not in _LETTERS:
                raise UserError(ODD_LETTER)


def _refuse_added_digits(text: str, number: Written, whole: Whole, groups: Groups) -> None:
    """ "Room 5 030 123456", "030 123456 2. OG": digits that may belong to the words and not to the number."""
    read, usual = whole(number.text), groups(number.text)

    def may_be_meant(rest: str) -> bool:
        """True when this is another valid number, written as such are."""
        other, written = whole(rest), re.findall(r"\d+", rest)
        return bool(other) and other != read and (len(written) == 1 or groups(rest).issuperset(written))

    first, last = _FIRST_GROUP.match(number.text), _LAST_GROUP.search(number.text)
    if first is not None and may_be_meant(number.text[first.end() :]):
        is_area_code = ")" in first[0] or re.sub(r"\D", "", first[0]) in usual
        before = text[: number.start].strip()
        is_numbered = _count(first[0]) == 1 and before != "" and not labels_of(_last_word(before))
        if not (read and is_area_code) or is_numbered:
            raise UserError(MORE_DIGITS)
    if last is not None and may_be_meant(number.text[: last.start()]):
        is_odd = _count(last[0]) >= _FEWEST_OF_A_YEAR and last[0].strip() not in usual
        is_ordinal = _count(last[0]) <= _MOST_OF_AN_ORDINAL and _ORDINAL.match(text[number.end :])
        if not read or is_odd or is_ordinal:
            raise UserError(MORE_DIGITS)


def _last_word(text: str) -> str:
    words = WORD.findall(text)
    return words[-1] if words else ""


def _labelled(text: str, numbers: Sequence[Written]) -> tuple[Written, ...]:
    """Each with the labels that belong to it; a label that may belong to two of them belongs to none."""
    if not numbers:
        return ()
    ends = [0, *(n.end for n in numbers)]
    starts = [*(n.start for n in numbers), len(text)]
    gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    has_voice = any(Label.VOICE in labels_in(gap) or re.search(r"(?i)\b[tp]\b", gap) for gap in gaps)
    kinds = [_labels(gap, has_voice) for gap in gaps]
    is_before, is_behind = bool(kinds[0]), bool(kinds[-1])
    found: list[frozenset[Label]] = [frozenset()] * len(numbers)
    for index in range(len(gaps)):
        left, right = _sides(gaps[index], index == 0, index == len(gaps) - 1, can_follow=not is_before)
        if left is None or right is None:
            # Nothing but the words themselves: as the others are written.
            left, right = ("", gaps[index]) if is_before else (gaps[index], "") if is_behind else ("", "")
        if index:
            found[index - 1] |= (
                _labels(left, has_voice) if not (is_before and found[index - 1]) else frozenset()
            )
        if index < len(numbers):
            found[index] |= _labels(right, has_voice)
    if is_before and not all(found):
        # "Fax 650… or 650…": both of them, or the first alone.
        found = [frozenset()] * len(numbers)
    return tuple(replace(n, labels=labels) for n, labels in zip(numbers, found, strict=True))


def _sides(gap: str, is_first: bool, is_last: bool, *, can_follow: bool) -> tuple[str | None, str | None]:
    """The words that belong to the number before, and those of the number after; None: that is not plain."""
    if is_first:
        return "", gap
    if is_last:
        return gap, ""
    bracketed = _IN_BRACKETS.match(gap)
    if bracketed is not None and can_follow:
        return bracketed[1], gap[bracketed.end() :]
    separator = _SEPARATOR.search(gap)
    if separator is not None:
        return gap[: separator.start()], gap[separator.end() :]
    if re.search(r"[:=]\s*$", gap):
        return "", gap
    return None, None


def _labels(gap: str, has_voice: bool) -> frozenset[Label]:
    """Fax and voice; single letters count where they are all that is written: T and F beside each other."""
    found = set(labels_in(gap)) - {Label.EXTENSION}
    for word in WORD.findall(gap):
        letter = word.casefold()
        if letter in _VOICE_LETTERS:
            found.add(Label.VOICE)
        elif letter == "f" and has_voice:
            found.add(Label.FAX)
    return frozenset(found)
