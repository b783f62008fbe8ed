"""Valid numbers of every region among words, labels, brackets, extensions and second numbers.

What is read must be the number that was written, or refused with the reason: never another number. Of a
telephone and a fax the fax goes to the fax. All of it is `python -m tests.endurance.written_numbers --numbers
200000`; a short form is in tests/unit/core/numbers/test_written_numbers.py. Seeded: the same texts in every
run. The words are the test's own; those of the reader are not looked at.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import phonenumbers
from phonenumbers import PhoneNumber as ParsedNumber
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from rcdesk.core.errors import UserError
from rcdesk.core.numbers.phone_number import PhoneNumber, parse, parse_for_fax


def split(words: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(words.split())


WORDS = split(
    "Praxis Lena Müller Kanzlei Büro Empfang reception Valley Imaging clinic Dr Smith & "
    "Sons Société Générale accueil cabinet secrétariat avocats Hauptstraße Straße Montag "
    "rue de la Paix avenida calle ventas oficina recepción Łódź gabinet przychodnia "
    "sekretariat ordinace lékárna lekáreň ügyvéd rendelő orvos klinika lääkäri toimisto "
    "klinikk kontor lege tannlege skola vård läkare mottagning huisarts praktijk kantoor "
    "ufficio studio medico avvocato segreteria consultório clínica secretaria escritório "
    "клиника приёмная офис врач адвокат лікарня канцелярія γραφείο ιατρείο δικηγόρος ofis "
    "klinik hastane avukat מרפאה משרד رסמי مكتب عيادة محامي کلینیک دفتر कार्यालय क्लिनिक "
    "অফিস คลินิก สำนักงาน phòng khám văn phòng kantor dokter 诊所 办公室 律师 クリニック 事務所 病院 병원 "
    "사무실 변호사 urgent please ring now Halifax Fairfax URGENT NOTE BILLING SALES FLOWERS "
    "HELP LEGAL MUELLER KLINIK new old a the and then us me am Apotheke zentral Notdienst"
)
FAX_LABELS = split(
    "Fax FAX fax: Fax: Fax. Telefax Telefax: Faxnummer: Faks Faks: Fakss Faksi Télécopie Téléc. Télécopieur: "
    "Facsimile FX Факс факс: Телефакс Φαξ: פקס: فاكس: فکس 传真 传真："
    " 傳真: ファックス ＦＡＸ 팩스: โทรสาร แฟกซ์: "
    "Faxnr. Fax-Nr. telefaks Faxul फैक्स Belgegeçer:"
)
VOICE_LABELS = split(
    "Tel Tel. Tel: TEL: Phone Phone: phone Telephone: Telefon Telefon: Fon Fon: Tél. Tél: Téléphone Teléfono "
    "Telefone: Telefono Tlf. Tlf: Puh. Puhelin: Тел. тел.: Телефон Τηλ. טל' هاتف: تلفن 电话 电话："
    " 電話: 전화: "
    "โทร. Mobil Mobile: Handy Cell: Móvil: PH Ph. Telefoon: Komórka Điệnthoại: फ़ोन Telp. Cep:"
)
EXTENSIONS = split(
    "ext. ext x # poste int. Durchwahl DW Dw. anexo ramal wewn. tlačítko kl. доб. вн. 内線 "
    "分机 分機 내선 interno toestel anknytning lokal alanumero melléklet mellék dahili "
    "Nebenstelle Apparat klapka linka extensión extensão interne вътр. внутр. дод. εσωτ. "
    "שלוחה داخلی تحويلة ต่อ toest. ankn. alanro dah. samb. w. Klappe ;ext="
)
BETWEEN = (
    " / ",
    ", ",
    "; ",
    " or ",
    " oder ",
    " & ",
    " | ",
    " ",
    " - ",
    " und ",
    "  ",
    " • ",
    "/",
    " ou ",
    " и ",
)
NOISE = (
    "Room 12",
    "2. OG",
    "Zimmer 7",
    "94025",
    "2026",
    "9:00-17:00",
    "8-17 Uhr",
    "No. 5",
    "24/7",
    "1st floor",
    "§ 3",
    "Office2U",
)
ROWS = (0xFF10, 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50)
PER_REGION = 60
MOST_REFUSED_PLAIN = 0.01
"""Of the numbers with nothing but words and labels around them."""

Read = Callable[[str, str], PhoneNumber]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How many were read as written and refused, for each kind of text; what was read wrong."""

    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    refused_plain: list[str] = field(default_factory=list)

    @property
    def share_refused_plain(self) -> float:
        """Refused of those that are plainly one number."""
        refused = sum(self.refused[kind] for kind in PLAIN)
        return refused / max(1, refused + sum(self.read[kind] for kind in PLAIN))

    def table(self) -> str:
        """All of it, for a person."""
        lines = [f"{'kind':<22}{'read':>9}{'refused':>9}"]
        for kind in sorted({*self.read, *self.refused}):
            lines.append(f"{kind:<22}{self.read[kind]:>9,}{self.refused[kind]:>9,}")
        lines.append(f"{'all':<22}{self.read.total():>9,}{self.refused.total():>9,}")
        lines.append(f"read as another number: {len(self.wrong)}")
        lines.append(f"refused of plainly written ones: {self.share_refused_plain:.2%}")
        lines += [f"  {count:>7,}  {reason}" for reason, count in self.reasons.most_common(12)]
        return "\n".join([*lines, *self.wrong[:40]])


def numbers_of(region: str, source: Random) -> list[ParsedNumber]:
    """Valid numbers of a region, of every kind it has."""
    kinds = [
        n
        for n in PhoneNumberType.values()
        if n not in (PhoneNumberType.UNKNOWN, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    ]
    examples = [n for kind in kinds if (n := phonenumbers.example_number_for_type(region, kind)) is not None]
    found = {phonenumbers.format_number(n, PhoneNumberFormat.E164): n for n in examples}
    for _ in range(PER_REGION * 6):
        if len(found) >= PER_REGION:
            break
        example = source.choice(examples)
        national = phonenumbers.national_significant_number(example)
        kept = source.randint(1, max(1, len(national) - 2))
        digits = national[:kept] + "".join(source.choices("0123456789", k=len(national) - kept))
        number = phonenumbers.parse(f"+{example.country_code}{digits}")
        if phonenumbers.is_valid_number_for_region(number, region):
            found[phonenumbers.format_number(number, PhoneNumberFormat.E164)] = number
    return list(found.values())


class Writer:
    """Texts with numbers of one region in them, as somebody of that region would write them."""

    def __init__(self, region: str, source: Random) -> None:
        self._region, self._source = region, source
        self._numbers = numbers_of(region, source)

    def number(self) -> tuple[str, str]:
        """(E.164, as written) of a number that phonenumbers itself reads back from this writing."""
        choice = self._source.choice
        while True:
            number = choice(self._numbers)
            e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            style = choice(
                (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
            )
            written = phonenumbers.format_number(number, style)
            if self._source.random() < 0.15:
                written = written.replace("-", choice((" ", ".", "-", "\u2011"))).replace(
                    " ", choice((" ", ".", "\u00a0"))
                )
            if self._reads(written) == e164:
                return e164, written

    def _reads(self, written: str) -> str:
        try:
            number = phonenumbers.parse(written, self._region)
        except phonenumbers.NumberParseException:
            return ""
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)

    def words(self) -> str:
        """One to three words."""
        chosen = self._source.choices(WORDS, k=self._source.randint(1, 3))
        return " ".join(word.upper() if self._source.random() < 0.15 else word for word in chosen)

    def label(self) -> str:
        """A label of a telephone or a fax."""
        return self._source.choice((*FAX_LABELS, *VOICE_LABELS))

    def among(self, written: str) -> str:
        """Words before it, behind it or both."""
        before = self.words() + self._source.choice((" ", ": ", ", ", " - ", "; ", " (", "\n"))
        behind = self._source.choice((" ", ", ", " (", " - ", "; ", ". ", "! ", " [")) + self.words()
        behind += self._source.choice(("", ".", ")", "!", "]", "?"))
        which = self._source.randrange(3)
        return (before if which != 1 else "") + written + (behind if which != 0 else "")


def word_text(writer: Writer, source: Random, written: str) -> str:
    """Words around it."""
    return writer.among(written)


def labelled_text(writer: Writer, source: Random, written: str) -> str:
    """A label before or behind it, sometimes a name as well."""
    text = f"{writer.label()} {written}" if source.random() < 0.6 else f"{written} {writer.label()}"
    text = f"{written} ({writer.label()})" if source.random() < 0.25 else text
    return f"{writer.words()}, {text}" if source.random() < 0.3 else text


def bracketed_text(writer: Writer, source: Random, written: str) -> str:
    """In brackets and quotes of all kinds."""
    opening, closing = source.choice(("()", "[]", "<>", "{}", '""', "''", "«»", "【】", "（）", "「」"))
    return source.choice(("", writer.words() + " ")) + opening + written + closing


def digits_text(writer: Writer, source: Random, written: str) -> str:
    """Digits of another script, with a word."""
    row = source.choice(ROWS)
    shown = "".join(chr(row + int(c)) if c in "0123456789" else c for c in written)
    return f"{source.choice((writer.label(), writer.words()))} {shown}"


def glued_text(writer: Writer, source: Random, written: str) -> str:
    """A word without a space."""
    word = source.choice((*WORDS, *FAX_LABELS, *VOICE_LABELS))
    return source.choice((f"{word}{written}", f"{written}{word}", f"{written}-{word}"))


def listed_text(writer: Writer, source: Random, written: str) -> str:
    """In a list."""
    mark = source.choice(
        ("1) ", "2. ", "(3) ", "12. ", "- ", "* ", "• ", "a) ", "1: ", "Fax 2: ", "No. 1: ", "#1 ")
    )
    return mark + written


def noisy_text(writer: Writer, source: Random, written: str) -> str:
    """Other digits beside it."""
    noise = source.choice(NOISE)
    return source.choice(
        (f"{noise} {written}", f"{written} {noise}", f"{noise}, {written}", f"{written}, {noise}")
    )


KINDS = {
    "words": word_text,
    "label": labelled_text,
    "brackets": bracketed_text,
    "other digits": digits_text,
    "glued": glued_text,
    "list": listed_text,
    "other numbers": noisy_text,
}
PLAIN = ("words", "label", "brackets", "other digits")


def run(count: int, seed: int, regions: Sequence[str] | None = None) -> Outcome:
    """Write and read this many texts. Every region has its turn."""
    source, outcome = Random(seed), Outcome()
    names = sorted(regions or phonenumbers.SUPPORTED_REGIONS)
    source.shuffle(names)
    share = -(-count // len(names))
    for region in names[: -(-count // share)]:
        writer = Writer(region, source)
        for _ in range(share):
            _try(writer, region, source, outcome)
    return outcome


def _try(writer: Writer, region: str, source: Random, outcome: Outcome) -> None:
    """One text of a random kind."""
    read = source.choice((parse, parse_for_fax))
    which = source.random()
    e164, written = writer.number()
    if which < 0.6:
        kind = source.choice((*KINDS, "words", "label"))
        _judge(outcome, kind, KINDS[kind](writer, source, written), region, read, e164)
    elif which < 0.75:
        digits = str(source.randint(1, 99_999))
        text = f"{written} {source.choice(EXTENSIONS)} {digits}"
        if source.random() < 0.3:
            text = f"{writer.label()} {text} {source.choice(WORDS)}"
        _judge(outcome, "extension", text, region, read, e164, extension=digits)
    else:
        other, other_written = writer.number()
        between = source.choice(BETWEEN)
        if which < 0.85:
            text = (
                source.choice(("", writer.words() + " ", writer.label() + " "))
                + written
                + between
                + other_written
            )
            _judge(outcome, "two numbers", text, region, read, e164 if e164 == other else "")
            return
        voice, fax = source.choice(VOICE_LABELS), source.choice(FAX_LABELS)
        text = _pair(source, (voice, written), (fax, other_written), between)
        _judge(outcome, "telephone and fax", text, region, read, other if read is parse_for_fax else e164)


def _pair(source: Random, voice: tuple[str, str], fax: tuple[str, str], between: str) -> str:
    """A telephone and a fax in either order, the labels before or behind."""
    first, second = source.choice(((voice, fax), (fax, voice)))
    if source.random() < 0.7:
        return f"{first[0]} {first[1]}{between}{second[0]} {second[1]}"
    return f"{first[1]} ({first[0]}){between}{second[1]} ({second[0]})"


def _judge(
    outcome: Outcome, kind: str, text: str, region: str, read: Read, e164: str, *, extension: str = ""
) -> None:
    """e164: what may be read, "" when nothing may."""
    try:
        found = read(text, region)
    except UserError as refusal:
        assert str(refusal).endswith("."), text
        outcome.refused[kind] += 1
        if kind in PLAIN or kind == "telephone and fax" or (kind == "extension" and read is parse):
            outcome.refused_plain.append(f"{region} {text!r}: {refusal}")
        outcome.reasons[re.sub(r"such as \S+", "such as …", str(refusal))] += 1
        return
    is_right = found.e164 == e164 and found.extension == extension
    if kind == "other numbers" and found.national == text:
        # Beside the other digits it is a valid number too, and written as that one is.
        is_right = True
    if found.is_short:
        # A number of up to six digits is one of the company's extensions where it stands alone.
        is_right = len(e164) <= 11 and e164.endswith(found.e164) and not extension
    if is_right:
        outcome.read[kind] += 1
    else:
        outcome.wrong.append(
            f"{kind}, {region} {text!r}: {found.e164} x{found.extension} for {e164} x{extension}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print the figures; 1 when a number was read as another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--refused", type=int, default=0, help="print so many refusals of plainly written ones"
    )
    asked = parser.parse_args(arguments)
    outcome = run(asked.numbers, asked.seed)
    print(outcome.table())
    print("\n".join(outcome.refused_plain[: asked.refused]))
    return 1 if outcome.wrong or outcome.share_refused_plain > MOST_REFUSED_PLAIN else 0


if __name__ == "__main__":
    sys.exit(main())
