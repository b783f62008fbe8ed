"""In which charset an address list is written, when nobody says so.

UTF-8 proves itself. For the rest charset-normalizer names what is possible and in which order, and because
lists of names are short and hold no prose, each reading is judged as names too: words of one script, capitals
in front, letters of one language, characters in daily use. Pure. Read next: vcards.py, address_list.py.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SAMPLE_BYTES = 8_000
_MANY_LINES = 400
_CANDIDATES = (
    *("cp1252", "cp1250", "iso8859_2", "cp1251", "cp1255", "koi8_r", "cp1253", "cp1254", "cp1256"),
    *("cp1257", "cp874", "cp949", "cp932", "big5", "gb18030", "euc_jp", "mac_roman", "cp850", "cp852"),
    *("cp866",),
)
"""In the order in which they are preferred where two readings are as good."""

_ALPHABETS = {
    "cp1252": (
        *("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõú", "àèéìíòóù", "ëïéèöü", "åäöé", "æøåéö"),
        *("áéíóúýðþæö",),
    ),
    "cp1250": ("áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß"),
    "cp1254": ("çğıiöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}
_ALPHABETS |= {"mac_roman": _ALPHABETS["cp1252"], "cp850": _ALPHABETS["cp1252"]}
_ALPHABETS |= {"cp852": _ALPHABETS["cp1250"], "iso8859_2": _ALPHABETS["cp1250"]}
_EVERYDAY = {
    "cp932": ((0x81, 0x97),),
    "cp949": ((0xB0, 0xC8),),
    "big5": ((0xA1, 0xC6),),
    "gb18030": ((0xA1, 0xA1), (0xA3, 0xA3), (0xB0, 0xD7)),
    "euc_jp": ((0xA1, 0xA5), (0xB0, 0xCF)),
}
"""First bytes of the characters of daily use (the first level of each standard)."""

_VOWELS = {"LATIN": "aeiouyæœøð", "CYRILLIC": "аеиоуыэюяіє", "GREEK": "αεηιουω"}
"""Words of three letters and more have one of these, Latin ones of four (Krč, Vlk)."""
_EAST = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"})
_MARKS = frozenset("’‘“”«»–—·°ºª№ʼ…€")


def known(name: str) -> str:
    """Python's name of a charset that a file names, "" when there is none of that name."""
    try:
        found = codecs.lookup(name.strip().strip('"'))
    except (LookupError, ValueError):
        return ""
    return found.name if getattr(found, "_is_text_encoding", True) else ""


def decoded(data: bytes) -> str:
    """The text of a whole file: as its mark says, UTF-8, UTF-16 without a mark, else as guessed.

    A file that is UTF-8 but for a few lines is read as UTF-8, those lines as guessed.
    """
    if wide := wide_of(data):
        return data.decode(wide, errors="replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    lines = data.removeprefix(codecs.BOM_UTF8).split(b"\n")
    wrong = [line for line in lines if not _is_utf8(line)]
    right = sum(1 for line in lines if not line.isascii()) - len(wrong)
    charset = guessed(wrong)
    if right <= len(wrong):
        return b"\n".join(lines).decode(charset, errors="replace")
    return "\n".join(line.decode("utf-8" if _is_utf8(line) else charset, errors="replace") for line in lines)


def wide_of(data: bytes) -> str:
    """The UTF-16 or UTF-32 in which a file is written, by its mark or by its zeros; "" when it is neither."""
    for mark, charset in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return charset
    sample = data[:4000]
    for charset, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(zeros) > 4 and zeros.count(0) > len(zeros) // 2:
            return charset
    return ""


def guessed(pieces: Iterable[bytes]) -> str:
    """The charset in which these lines, which are not UTF-8, are best read."""
    sample = bytearray()
    for number, piece in enumerate(pieces):
        if number > _MANY_LINES or len(sample) > _SAMPLE_BYTES:
            break
        sample += piece[:_SAMPLE_BYTES] + b"\n"
    return _best(bytes(sample[: 2 * _SAMPLE_BYTES]))


@lru_cache(maxsize=16)
def _best(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    likely = [match.encoding for match in from_bytes(sample, cp_isolation=list(_CANDIDATES))]
    places = {charset: place for place, charset in enumerate(likely)}
    costs: list[tuple[float, bool, int, str]] = []
    for place, charset in enumerate(_CANDIDATES):
        try:
            text = sample.decode(charset)
        except UnicodeDecodeError:
            continue
        is_east = charset in _EVERYDAY
        # Hangul of daily use in every character is no accident; the others of the East are told apart by
        # what their texts say, which charset-normalizer knows.
        rank = -1 if charset == "cp949" else places.get(charset, len(_CANDIDATES)) if is_east else place
        costs.append((_cost(text, charset), not is_east, rank, charset))
    return min(costs)[3] if costs else (likely or ["cp1252"])[0]


def _cost(text: str, charset: str) -> float:
    """How little this reading looks like names: the share of what stands out among the foreign characters."""
    foreign = sum(not char.isascii() for char in text)
    words = re.findall(r"[^\s\d!-/:-@\[-`{-~]+", text)
    return sum(_oddness(word, charset) for word in words if not word.isascii()) / max(1, foreign)


def _oddness(word: str, charset: str) -> float:
    letters = [char for char in word if char.isalpha()]
    odd = sum(1 for char in word if not (char.isascii() or _is_of_words(char)))
    scripts = {_script(char) for char in letters}
    if len(scripts) > 1:
        odd += len(letters)
    elif scripts == {"LATIN"}:
        own = {char for char in word.lower() if not char.isascii() and char.isalpha()}
        odd += min((len(own - set(alphabet)) for alphabet in _ALPHABETS.get(charset, ())), default=len(own))
        odd += word[-1] in "þÞ"  # no word of Iceland ends so, but many of Turkey do in its charset
    if charset in _EVERYDAY:
        odd += sum(1 for char in word if not char.isascii() and not _is_everyday(char, charset))
    least = 4 if "LATIN" in scripts else 3
    if len(letters) >= least and len(scripts) == 1 and scripts <= _VOWELS.keys() and not word.isupper():
        bare = unicodedata.normalize("NFKD", word.lower())
        odd += 0 if any(vowel in bare for vowel in _VOWELS[next(iter(scripts))]) else len(letters)
    if not word.isupper():
        odd += sum(char.isupper() for char in word[1:])
    return odd


def _is_of_words(char: str) -> bool:
    if char in _MARKS:
        return True
    name = unicodedata.name(char, "")
    return unicodedata.category(char)[0] in "LM" and not name.startswith(("HALFWIDTH", "HEBREW POINT"))


def _script(char: str) -> str:
    script = unicodedata.name(char, "?").split()[0]
    return "EAST" if script in _EAST else script


def _is_everyday(char: str, charset: str) -> bool:
    written = char.encode(charset, errors="replace")
    return len(written) == 2 and any(low <= written[0] <= high for low, high in _EVERYDAY[charset])


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
