"""Why a fax failed, in plain words.

One sentence for each of the service's 34 codes (spec: FaxErrorCodeEnum); a code nobody knows yet is shown as it
is. Pure; any thread. Read next: faxes.py.
"""

from __future__ import annotations

_CAUSES = {
    "AllLinesInUse": "all lines of the service were in use",
    "Undefined": "the service gave no reason",
    "NoFaxSendPermission": "your account may not send faxes",
    "NoInternationalPermission": "your account may not send faxes abroad",
    "NoFaxMachine": "no fax machine answered at this number",
    "NoAnswer": "nobody answered at this number",
    "LineBusy": "the line was busy",
    "CallerHungUp": "the connection was ended before all pages were through",
    "NotEnoughCredits": "your account has not enough credit",
    "SentPartially": "only some of the pages got through",
    "InternationalCallingDisabled": "international calling is switched off for your account",
    "DestinationCountryDisabled": "your account may not send faxes to this country",
    "UnknownCountryCode": "the country code is not known",
    "NotAccepted": "their machine did not accept the fax",
    "InvalidNumber": "the number is not valid",
    "CallDeclined": "the call was declined",
    "TooManyCallsPerLine": "too many calls were under way on your line",
    "CallFailed": "the call could not be made",
    "RenderingFailed": "the service could not turn a file into pages",
    "TooManyPages": "the fax has too many pages",
    "ReturnToDBQueue": "the service put the fax back into its own queue",
    "NoCallTime": "the account has no calling time left",
    "WrongNumber": "this is a wrong number",
    "ProhibitedNumber": "the service does not allow faxes to this number",
    "InternalError": "the service had an internal error",
    "FaxSendingProhibited": "sending faxes is prohibited for your account",
    "ThePhoneIsBlacklisted": "this number is on a block list",
    "UserNotFound": "the service did not find the user",
    "ConvertError": "the service could not convert a file",
    "DBGeneralError": "the service's database had an error",
    "SkypeBillingFailed": "the billing of the call failed",
    "AccountSuspended": "your account is suspended",
    "ProhibitedDestination": "the service does not allow faxes to this destination",
    "InternationalDisabled": "international faxes are switched off for your account",
}


def fax_cause(error_code: str) -> str:
    """The cause as the end of a sentence ("the line was busy"); an unknown code as it is."""
    if not error_code:
        return "RingCentral gave no reason"
    return _CAUSES.get(error_code, error_code)
