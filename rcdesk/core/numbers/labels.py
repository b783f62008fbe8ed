"""The words people write beside a number, in many languages: which is a telephone, a fax, an extension.

Words are compared as fold() leaves them: without case and accents. What is in no list here is a name or
a place, never a digit and never a label. Pure; any thread. Read next: parts.py.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache


class Label(Enum):
    """What a word says of the number beside it."""

    FAX = "fax"
    VOICE = "voice"
    EXTENSION = "extension"


def fold(text: str) -> str:
    """The same text without accents, case and width: "Téléc" as "telec"."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.category(c).startswith("M")).casefold()


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


_FAX = _folded(
    "fax fx faxe faxes efax facsimile facsimil fac faxline faxnr faxnum faxno faxnumber "
    "faxnummer faxanschluss faxzahl telefax telefaxe telefaxnr telefaxnummer telfax ftel "
    "dienstfax privatfax bürofax workfax homefax faxnummeret faxen télécopie télécopieur "
    "téléc telecopie telecopia telecopiadora telecopiatrice tcopie telefaks telefakss faks "
    "faksnr faksu faksi faksas fakss faksnummer faksiny telefaxszám faxszám facsímil "
    "facsimilar telefacsimile facsim faxul faxu faxem faxový belgegeçer belgegecer belgeç "
    "bréfasími bréfsími myndsendir faksimil faksimile fakso telekopi факс факса факсу "
    "факсимиле телефакс телефакса факсы факстың телефаксу τηλεομοιότυπο φαξ φάξ τηλεφάξ פקס "
    "פקסימיליה فاكس فکس فاکس نمابر دورنگار الفاكس ֆաքս ֆաքսիմիլ ფაქსი টেলিফ্যাক্স ফ্যাক্স "
    "फैक्स फ़ैक्स ఫ్యాక్స్ ஃபேக்ஸ் ഫാക്സ് ፋክስ"
)
_VOICE = _folded(
    "tel tél tele telef telf telno telnr tlf tlph tfn tfno tf tln telefono teléfono telefone "
    "telefon telefonnr telefonnummer telefoni telefonas tālrunis tālr telephone téléphone "
    "telephones telefons telefonisch telefoon telefoonnummer telefonski telefonu telefonszám "
    "telefonum puhelin puh puhelinnumero puhelimitse phone phones ph phon phonenumber fon "
    "fono fone festnetz festnetznummer rufnummer fixe standard vast mobile mobil mobiel "
    "mobilnr mobilnummer mobiltelefon mobiltelefoon mob móvil movil móbil cellulare cell "
    "cellphone cel celular cellulaire celulares portable handy handynummer gsm natel komórka "
    "kom komórkowy tlefon matkapuhelin gemi sími síma símanúmer farsími mobitel mobilní "
    "mobilný mobilus cep ceptel whatsapp sms voice direct office büro buero home privat "
    "private work business main landline switchboard zentrale centralino centralita "
    "sekretariat direkt hotline helpline pager callback car assistant company mobilais "
    "telefonok telp telpon telepon hp ponsel điệnthoại thoại số đt sđt dđ didđộng тел телефон "
    "телефона телефону телефоны тлф моб мобильный мобилен мобільний сотовый сот дом домашний "
    "рабочий раб городской τηλ τηλέφωνο τηλεφ κιν κινητό טל טלפון טל' נייד סלולרי هاتف تلفون "
    "جوال موبايل تلفن موبایل همراه الهاتف ت ֆոն հեռախոս հեռ ტელ ტელეფონი მობ फोन फ़ोन मोबाइल "
    "दूरभाष ফোন মোবাইল தொலைபேசி ఫోన్ ഫോൺ ስልክ โทรศัพท์ โทร มือถือ"
)
_EXTENSION = _folded(
    "ext extn exten extension extensión extensao extensão extensio extensió extensie extensia "
    "xt xtn x eks ekst ekstension ekstensi poste postes pst pte int interno interna interne "
    "intern interni interior internal interní internnr internnummer internal durchwahl durchw "
    "dw dwl nebenstelle nst nebenst klappe kl apparat app anexo anx anex ramal rml wewn wew "
    "wewnętrzny wewnetrzny w tlačítko tlac tlacitko klapka linka klp kl доб добавочный "
    "добавочного дополнительный доп вн внутр внутренний внутрішній дод додатковий вътр "
    "вътрешен екст лок локал локални toestel tst toest anknytning ankn anknyt anknr lokal lok "
    "lokalnr lokalnummer lokaltlf local loc lokale alanumero alanro alanum alaliittymä alal "
    "mellék mell melléklet mellékállomás dahili dah dahilî içhat içhattı εσωτ εσωτερικό "
    "εσωτερικο εσ שלוחה שלוח تحويلة داخلی تحویله داخلي σύνδεση ต่อ máylẻ nhánh sambungan samb "
    "smb pes pesawat innanhúss innanhúsnr innval sisenumber sise sisenr iekš iekšējais "
    "vidinis vid vidaus luzapena derivation dérivation deriv supl supletory pbx dodatkowy dod "
    "вътрешна қосымша ішкі дадат унутр ներքին ներք შიდა एक्सटेंशन এক্সটেনশন"
)
_PARTS = tuple(
    (fold(word), kind)
    for kind, words in (
        (
            Label.EXTENSION,
            "分机 分機 内線 內線 内线 内选 轉 转 内線番号 내선 구내 エクステンション ต่อ เบอร์ต่อ",
        ),
        (
            Label.FAX,
            "传真 傳真 図文伝真 ファックス ファクス ファクシミリ ファツクス 팩스 팩시밀리 전송 "
            "โทรสาร แฟกซ์ แฟ็กซ์ ทรสาร ទូរសារ ແຟັກ",
        ),
        (
            Label.VOICE,
            "电话 電話 手机 手機 携帯 座机 固话 总机 移动 전화 휴대폰 핸드폰 휴대전화 "
            "โทร มือถือ ទូរស័ព្ទ ໂທລະສັບ 代表 モバイル",
        ),
    )
    for word in words.split()
)
"""Of scripts that write no spaces between words."""

_FAX_PART = re.compile(
    r"(?:^|[-_])(?:tele)?(?:fax|faks)|(?:fax|faks|факс)(?:nummer|numero|nr|no|num|number)?$|^факс"
)
_NO_FAX = _folded("halifax fairfax colfax carfax wardfax lofax filofax equifax")
_VOICE_PART = re.compile(
    r"(?:telefon|telephon|telefoon|handy|mobil)(?:nummer|nr|no|number|s|isch|szam)?$|^telefon"
)
_TELEPHONE = re.compile(
    r"tel|phon|^ph$|fon|mob|cel|handy|puh|tlf|тел|тлф|моб|τηλ|هاتف|تلفن|טל|电话|電話|전화"
)
_RANKS: tuple[frozenset[str], ...] = (
    _folded(
        "work business office geschaft dienst arbeit firma buro bureau travail profess trabajo "
        "lavoro uff commerc comercial trabalho werk kantoor sluzb prac zamest arbet arbeid "
        "arb jobb tyo hivatal munka рабоч служеб робоч 会社 勤務 職場 商务 商務 公司 单位 근무 회사 직장 "
        "company main praxis practice clinic עבודה العمل εργασ"
    ),
    frozenset(),
    _folded(
        "other andere sonst autre otro altro outro overig inny annan andet annet muu egyeb jiny "
        "друг прочий その他 其他 기타 diger"
    ),
    _folded(
        "home privat domicile personnel particular personal casa abit residen thuis domow domac "
        "domů byt домаш hem hjem koti otthon lakas 自宅 住宅 家庭 자택 집 בית المنزل"
    ),
)
_SHORT_RANKS = {"is": 0, "ev": 3, "ab": 3, "dom": 3}
WORD = re.compile(r"[^\W\d_]+(?:'(?=\s|$))?")


@lru_cache(maxsize=2048)
def labels_of(word: str) -> frozenset[Label]:
    """What one written word means beside a number: nothing when it is a name or any other word."""
    folded = fold(word)
    for kind, words in ((Label.FAX, _FAX), (Label.EXTENSION, _EXTENSION), (Label.VOICE, _VOICE)):
        if folded in words:
            return frozenset({kind})
    if folded in _NO_FAX:
        return frozenset()
    if _FAX_PART.search(folded):
        return frozenset({Label.FAX})
    if _VOICE_PART.search(folded):
        return frozenset({Label.VOICE})
    return frozenset(kind for part, kind in _PARTS if part in folded)


def labels_in(text: str) -> frozenset[Label]:
    """All that the words of a text say of the number beside them."""
    return frozenset().union(*(labels_of(word) for word in WORD.findall(fold(text))))


def is_telephone(word: str) -> bool:
    """True for "Tel", "Phone", "Mobil": words that are no part of a name as "Home" and "Office" may be."""
    return Label.VOICE in labels_of(word) and _TELEPHONE.search(fold(word)) is not None


def is_voice_label(label: str) -> bool:
    """True when an address book calls a number by this label, which is a telephone's and not a fax's."""
    found = labels_in(label)
    return Label.VOICE in found and Label.FAX not in found


def fax_rank(label: str) -> int:
    """Which of somebody's faxes is meant first: 0 at work, 1 one that does not say, 2 another, 3 at home."""
    folded = fold(label)
    words = WORD.findall(folded)
    for rank in (3, 2, 0):
        if any(part in folded for part in _RANKS[rank]):
            return rank
    return next((_SHORT_RANKS[word] for word in words if word in _SHORT_RANKS), 1)
