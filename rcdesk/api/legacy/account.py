"""What the 2010 web API says about an account, as the window's Account: its list of phones, and no more.

The names of the cover pages are the API's own; the main number is the one that is shown. Blocking, one
request, which is also how credentials are checked. Read next: ring_out.py, core/account/account.py.
"""

from __future__ import annotations

from rcdesk.api.legacy.client import LegacyClient
from rcdesk.api.legacy.fax import COVER_PAGES
from rcdesk.api.legacy.ring_out import LegacyPhone
from rcdesk.core.account.account import Account, AccountNumber
from rcdesk.core.account.capability import legacy_lacks
from rcdesk.core.cancel import CancelToken
from rcdesk.core.numbers.phone_number import pretty


def read_account(client: LegacyClient, token: CancelToken) -> Account:
    """The account behind the credentials. Raises SignInNeeded when they are refused."""
    phones = LegacyPhone(client).numbers(token)
    main = client.main_number
    shown = {main: "Main number", **{p.phone_number: p.label for p in phones if p.phone_number != main}}
    return Account(
        owner_id=client.owner_id,
        name=pretty(main, client.home_country),
        company="",
        extension_number=client.extension,
        home_country=client.home_country,
        forwarding_numbers=phones,
        numbers=tuple(
            AccountNumber(
                id=number,
                phone_number=number,
                label=label,
                can_show=True,
                can_fax=number == main,
                is_primary=number == main,
            )
            for number, label in shown.items()
        ),
        cover_pages=COVER_PAGES,
        ring_out_caller_id=main,
        lacks=legacy_lacks(),
    )
