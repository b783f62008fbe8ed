"""What a number is, by the word beside it: is it a fax number, and what do people call it.

Words of vCards (types, labels of phones and computers) and headings of lists, in the languages in which
phones, Outlook and Google write them. Pure. Read next: vcards.py, address_list.py.
"""

from __future__ import annotations

import re
import unicodedata

_PLACES = re.compile(r"(?:hali|fair|col|car)fax", re.IGNORECASE)
"""Towns that are no fax."""


_SAYS_NOTHING = frozenset({"phone", "telephone", "tel", "telefon", "number", "nummer", "phonenumber"})
"""Labels that do not say which of somebody's numbers it is."""


def plain(text: str) -> str:
    """Without accents, capitals and all but letters and digits: how words are compared."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in split if char.isalnum() and not unicodedata.combining(char))


def _plain_words(text: str) -> tuple[str, ...]:
    return tuple(map(plain, text.split()))


_FAX = _plain_words(
    "fax faks faxi facsimil telecop télécop téléfax telefaks φαξ τηλεομοιο "
    "факс телефакс פקס فاكس فکس نمابر دورنگار ファックス ファクス ファクシミリ "
    "传真 傳真 팩스 โทรสาร แฟกซ์ แฟ็กซ์ फैक्स फ़ैक्स ফ্যাক্স ფაქს ֆաքս bréfasím myndsend"
)
_PHONE = _plain_words(
    "phone telefon téléphone teléfono telèfon telefone telefoon telefón telefono puhelin "
    "sími telefonas talrunis τηλέφων телефон טלפון هاتف تلفن 電話 电话 전화 "
    "โทรศัพท์ फ़ोन फोन điệnthoại mobile mobil móvil movil telemóvel celular cellulare "
    "cellphone mobiel handy portable komórk matkapuh gsm κινητ мобильн "
    "мобіль сотов 携帯 手机 手機 移动 行動 휴대 핸드폰 נייד جوال موبايل มือถือ "
    "rufnummer pager"
)
_CALLBACK = _plain_words(
    "callback rückmeldung rückruf rappel devolución-de-llamada richiamata terugbel zwrotn återuppringning "
    "tilbagekald tilbakering обратный-вызов コールバック 回电 回電 isdn"
)
"""What Outlook calls the number at which somebody wants to be called back."""

_PHONE_TOKENS = frozenset(_plain_words("tel tél tlf tlfn cell cel тел моб тлф mob gsm"))
_NOT_PHONE = _plain_words("phonetic yomi telex hotel телекс")
_LABELS = (
    ("CELL", "Mobile"),
    ("IPHONE", "Mobile"),
    ("MOBILE", "Mobile"),
    ("PAGER", "Pager"),
    ("MAIN", "Main"),
    ("CAR", "Car"),
    ("ASSISTANT", "Assistant"),
    ("CALLBACK", "Callback"),
    ("COMPANY", "Company"),
    ("WORK", "Business"),
    ("HOME", "Home"),
    ("OTHER", "Other"),
)
"""What people call a number of a type of vCards, the telling ones first."""


def is_fax(words: str) -> bool:
    """True when these words call something a fax, in any language we know of."""
    bare = plain(_PLACES.sub(" ", words))
    return any(fax in bare for fax in _FAX)


def is_phone(words: str) -> bool:
    """True when these words call something a telephone."""
    bare = plain(words)
    if any(other in bare for other in _NOT_PHONE):
        return False
    tokens = (plain(token) for token in re.split(r"[\W_\d]+", words))
    return any(phone in bare for phone in (*_PHONE, *_CALLBACK)) or not _PHONE_TOKENS.isdisjoint(tokens)


def label_of_types(types: set[str], *, is_a_fax: bool) -> str:
    """What people call a number of these types of a vCard, "" when none of them says it."""
    if is_a_fax:
        joined = " ".join(types)
        return "Home fax" if "HOME" in joined else "Business fax" if "WORK" in joined else "Fax"
    return next((label for kind, label in _LABELS if kind in types), "")


def tidy_label(words: str) -> str:
    """A label or heading as it is shown: without Apple's marks, stars, and "Phone" behind another word."""
    apple = re.fullmatch(r"_\$!<(.*)>!\$_", words.strip())
    words = " ".join((apple[1] if apple else words).lstrip("* ").split())
    known = {"workfax": "Business fax", "homefax": "Home fax", "otherfax": "Other fax"}
    if plain(words) in known:
        return known[plain(words)]
    words = re.sub(r"^(?:x-|custom-)+", "", words, flags=re.IGNORECASE)
    words = re.sub(r"(?<=\w)[\s-]+(?:phone|telephone|number|nr\.?|no\.?)$", "", words, flags=re.IGNORECASE)
    return "" if plain(words) in _SAYS_NOTHING else words[:1].upper() + words[1:]
