"""Why a fax failed, in words people use: one sentence for each of the service's codes.

The codes are the spec's FaxErrorCodeEnum; unknown ones are shown as they are. Pure. Read next: faxes.py.
"""

from __future__ import annotations

_CAUSES = {
    "AllLinesInUse": "All of RingCentral's lines were busy. Try again in a few minutes.",
    "Undefined": "RingCentral gave no reason. Try again, or call them.",
    "NoFaxSendPermission": "This account may not send faxes. Ask your administrator.",
    "NoInternationalPermission": "This account may not fax abroad. Ask your administrator.",
    "NoFaxMachine": "No fax machine answered; this may be a voice number. Check the number.",
    "NoAnswer": "Nobody answered. Try again later.",
    "LineBusy": "Their line was busy. Try again in a few minutes.",
    "CallerHungUp": "The connection ended before the fax was through. Try again.",
    "NotEnoughCredits": "The account has not enough credit. Ask your administrator.",
    "SentPartially": "Only a part of the pages got through. Ask them which, and send the rest.",
    "InternationalCallingDisabled": "International calls are switched off for this account.",
    "DestinationCountryDisabled": "Faxing to this country is switched off for this account.",
    "UnknownCountryCode": "There is no such country code. Check the number.",
    "NotAccepted": "Their machine did not accept the fax. Call them.",
    "InvalidNumber": "The number is not valid. Check it.",
    "CallDeclined": "Their side declined the call. Call them.",
    "TooManyCallsPerLine": "Too many calls were on the line. Try again in a few minutes.",
    "CallFailed": "The call failed on the way. Try again.",
    "RenderingFailed": "RingCentral could not draw the pages. Save the file as PDF and try again.",
    "TooManyPages": "The fax has too many pages. Send it in several parts.",
    "ReturnToDBQueue": "RingCentral put the fax back into its own queue and then gave up. Try again.",
    "NoCallTime": "The account has no calling time left. Ask your administrator.",
    "WrongNumber": "This is a wrong number. Check it.",
    "ProhibitedNumber": "Faxing to this number is not allowed.",
    "InternalError": "RingCentral had a fault of its own. Try again.",
    "FaxSendingProhibited": "Sending faxes is not allowed for this account. Ask your administrator.",
    "ThePhoneIsBlacklisted": "This number is on a block list.",
    "UserNotFound": "Nobody has this number. Check it.",
    "ConvertError": "RingCentral could not convert a file. Save it as PDF and try again.",
    "DBGeneralError": "RingCentral had a fault of its own. Try again.",
    "SkypeBillingFailed": "Billing the fax failed. Ask your administrator.",
    "AccountSuspended": "The account is suspended. Ask your administrator.",
    "ProhibitedDestination": "Faxing to this destination is not allowed.",
    "InternationalDisabled": "Faxing abroad is switched off for this account.",
}


def fax_cause(error_code: str) -> str:
    """What this faxErrorCode means and what to do; "" (no code given) says that there is no reason."""
    if not error_code:
        return "RingCentral gave no reason. Try again, or call them."
    return _CAUSES.get(error_code, f"RingCentral says: {error_code}.")
