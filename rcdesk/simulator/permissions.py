"""What the app and the user may do: the permission each operation needs, and how the lack of it is told.

The permissions of the app are those of the contract (spec: x-app-permission), the user's are the extension's
features. Nothing is missing unless the control took it away. Lives on the simulator's event loop thread.
Read next: `oauth`, which holds what is missing, and `server`, which asks here.
"""

from __future__ import annotations

import re

from rcdesk.simulator.oauth import SignInBackend
from rcdesk.simulator.refusal import ErrorAnswer

FEATURES = ("CallForwarding", "Fax", "FaxReceiving", "InternationalCalling", "RingOut", "Presence", "SMS")
"""What every extension here has (spec: ExtensionServiceFeatureInfo)."""

_APP = (
    ("POST|GET|DELETE", r"/ring-out", ("RingOut",)),
    ("POST", r"/fax$", ("Faxes",)),
    ("GET", r"/message-(store|sync)", ("ReadMessages", "EditMessages")),
    ("PUT|PATCH|DELETE", r"/message-store", ("EditMessages",)),
    ("GET", r"/(active-calls|call-log|call-log-sync)", ("ReadCallLog",)),
    ("GET", r"/(call-queue-)?presence", ("ReadPresence", "EditPresence")),
    ("PUT", r"/(call-queue-)?presence", ("EditPresence",)),
    ("GET", r"/address-book", ("ReadContacts", "Contacts")),
    ("POST|PUT|PATCH|DELETE", r"/address-book", ("Contacts",)),
)
_USER = (
    ("POST", r"/ring-out", "RingOut", "CMN-408"),
    ("POST", r"/fax$", "Fax", "MSG-341"),
    ("GET|PUT", r"/presence", "Presence", "CMN-408"),
)


def check_permissions(desk: SignInBackend, method: str, path: str) -> None:
    """403 with CMN-401 when the app lacks the permission, CMN-408 or MSG-341 when the user does."""
    for methods, pattern, any_of in _APP:
        if re.fullmatch(methods, method) and re.search(pattern, path) and not set(any_of) & set(desk.scopes):
            message = (
                f"In order to call this API endpoint, application needs to have [{any_of[0]}] permission"
            )
            raise ErrorAnswer(403, "CMN-401", message, permission=any_of[0])
    for methods, pattern, feature, code in _USER:
        if feature in desk.missing_features and re.fullmatch(methods, method) and re.search(pattern, path):
            message = f"In order to call this API endpoint, user needs to have [{feature}] permission"
            raise ErrorAnswer(403, code, message, permission=feature)
