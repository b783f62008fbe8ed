"""Why a text did not go, in words people use: what happened, what to do, which button comes first.

Two vocabularies of the service: the codes of a text that failed on its way (SMS-RC- from RingCentral, SMS-UP-
from its gateway, SMS-CAR- from their carrier; what the number means hardly depends on who says it) and those
of a request that was refused at once (MSG-, CMN-). Codes nobody knows are shown as they are. Pure, any
thread. Read next: text.py; for faxes core/fax/causes.py.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class TextStep(Enum):
    """The step that fits best: which button is offered first."""

    RETRY = "send again"
    EDIT = "change the text"
    SHRINK = "send fewer or smaller files"
    CALL = "call instead"
    FAX = "fax it instead"
    OTHER_NUMBER = "text from another of your numbers"
    ADMIN = "ask the administrator"
    NONE = "nothing to do"


class TextCause(Struct, frozen=True, kw_only=True):
    """One failure explained, in whole sentences. can_repeat: the same text may go through another time.

    is_certain: False when it may have arrived all the same, so that it must not be sent again unasked.
    """

    code: str
    happened: str
    advice: str
    step: TextStep
    can_repeat: bool = False
    is_certain: bool = True

    @property
    def words(self) -> str:
        """What happened and what to do, as one line."""
        return f"{self.happened} {self.advice}".rstrip()


_RETRY, _EDIT, _SHRINK, _CALL = TextStep.RETRY, TextStep.EDIT, TextStep.SHRINK, TextStep.CALL
_OTHER, _ADMIN, _NONE = TextStep.OTHER_NUMBER, TextStep.ADMIN, TextStep.NONE
_FAX = TextStep.FAX
_ASK_ADMIN = "Ask your administrator."
_LANDLINE = ("This number cannot get texts; it may be a landline.", "Call, or send a fax.", _FAX)
_SPAM = ("It was taken for spam.", "Change the words, leave out links, and send it again.", _EDIT)
_LIMIT = ("The account has sent as many texts as it may today.", "Send it again tomorrow.", _RETRY)
_MAY_NOT = ("Your number is not set up to send texts.", "Use another of your numbers.", _OTHER)
_SERVICE = ("RingCentral had a fault of its own.", "Send it again in a few minutes.", _RETRY)
_SETUP = ("Texting is not set up right for your number at RingCentral.", _ASK_ADMIN, _ADMIN)
_TOO_LONG = ("The text is too long for their carrier.", "Make it shorter.", _EDIT)
_NO_TEXTS = ("They cannot get texts from RingCentral.", "Call, or send a fax.", _FAX)
_TOO_LARGE = ("The files are too large.", "Send fewer or smaller ones.", _SHRINK)

_BY_NUMBER: dict[str, tuple[str, str, TextStep]] = {
    "104": ("Their carrier has not said whether it arrived.", "Ask them before you send it again.", _CALL),
    "199": ("Their carrier does not know whether it arrived.", "Ask them before you send it again.", _CALL),
    "400": ("Their carrier does not take texts of this kind.", "Call, or send a fax.", _FAX),
    "403": _LIMIT,
    "410": _LANDLINE,
    "411": _LANDLINE,
    "412": ("Their phone could not be reached.", "Send it again later, or call.", _RETRY),
    "413": ("They asked for no more texts.", "They must text START to your number first.", _CALL),
    "414": _MAY_NOT,
    "430": _SPAM,
    "431": _SPAM,
    "432": _TOO_LONG,
    "433": ("Their carrier could not read the text.", "Change the words and send it again.", _EDIT),
    "434": _TOO_LARGE,
    "435": ("It was blocked for a shortened link.", "Write the whole link and send it again.", _EDIT),
    "450": _LIMIT,
    "451": _LIMIT,
    "452": _LIMIT,
    "460": ("Their carrier does not take texts from short numbers.", "Use another of your numbers.", _OTHER),
    "461": ("Your toll-free number is not verified for texts.", _ASK_ADMIN, _ADMIN),
    "500": _SERVICE,
    "501": _SERVICE,
    "503": _SETUP,
    "504": _SETUP,
}
"""What the number of an SMS- code means, whoever says it."""

_BY_CODE: dict[str, tuple[str, str, TextStep]] = {
    "SMS-UP-431": (
        "Your number is blocked for spam.",
        "Use another of your numbers, and ask your administrator.",
        _OTHER,
    ),
    "SMS-CAR-410": ("It ran out of time before it reached their carrier.", "Send it again.", _RETRY),
    "SMS-CAR-431": (
        "Their carrier refused it without a reason.",
        "Send it again later, or change the words.",
        _RETRY,
    ),
    "SMS-CAR-500": ("Their carrier had a fault.", "Send it again in a while.", _RETRY),
    "MSG-240": ("Your number can text numbers of the US and Canada only.", "Call, or send a fax.", _FAX),
    "MSG-241": _MAY_NOT,
    "MSG-242": ("Your number cannot send pictures.", "Send the words only, or use another number.", _OTHER),
    "MSG-243": ("Texts from your number are blocked.", _ASK_ADMIN, _ADMIN),
    "MSG-245": ("The number you text from is none of yours.", "Use another of your numbers.", _OTHER),
    "MSG-246": ("Texts go to whole numbers, not to extensions.", "Use their whole number.", _EDIT),
    "MSG-290": ("RingCentral takes no texts at the moment.", "Send it again in a few minutes.", _RETRY),
    "MSG-304": ("The number you text from is not yours to use.", "Use another of your numbers.", _OTHER),
    "MSG-305": ("Too many texts in a short time.", "Send it again in a minute.", _RETRY),
    "MSG-309": _NO_TEXTS,
    "MSG-310": _NO_TEXTS,
    "MSG-314": _NO_TEXTS,
    "MSG-324": _NO_TEXTS,
    "MSG-337": _TOO_LARGE,
    "MSG-338": _TOO_LARGE,
    "MSG-348": ("RingCentral does not send files of this kind.", "Take the file out.", _SHRINK),
    "CMN-101": ("RingCentral refused the text.", "Check the number and the words.", _EDIT),
    "CMN-401": ("This app lacks a permission at RingCentral.", _ASK_ADMIN, _ADMIN),
    "CMN-408": ("Your RingCentral user may not send texts.", _ASK_ADMIN, _ADMIN),
}
_CAN_REPEAT = (_RETRY,)
_UNCERTAIN = ("104", "199")

NOT_REGISTERED = TextCause(
    code="not registered",
    happened="Your number is not registered for texting in the US.",
    advice="Ask your administrator to register the company and a campaign.",
    step=_ADMIN,
)
"""What the service's answer about a number's campaign means (api/rest/account.py, sms_registration)."""


def text_cause(code: str) -> TextCause:
    """The cause behind a deliveryErrorCode or the code of a refusal; "" says that no reason was given."""
    code = code.strip().upper()
    family, _, number = code.rpartition("-")
    row = _BY_CODE.get(code) or (_BY_NUMBER.get(number) if family.startswith("SMS") else None)
    if row is None:
        happened = f"RingCentral says: {code}." if code else "RingCentral gave no reason."
        return TextCause(code=code, happened=happened, advice="Send it again, or call.", step=_CALL)
    happened, advice, step = row
    is_certain = not (family.startswith("SMS") and number in _UNCERTAIN)
    return TextCause(
        code=code,
        happened=happened,
        advice=advice,
        step=step,
        can_repeat=step in _CAN_REPEAT,
        is_certain=is_certain,
    )


REFUSAL_CODES = tuple(
    f"MSG-{number}" for number in (240, 241, 242, 243, 245, 246, 304, 305, 309, 310, 314, 324)
)
"""What a request to send a text is refused with at once; faxes know none of them."""

KNOWN_CODES = frozenset(_BY_CODE) | {f"SMS-RC-{number}" for number in _BY_NUMBER}
"""Codes with words of their own; the numbers hold for SMS-UP- and SMS-CAR- too."""
