"""Covers of one's own: a page written as rich text with fields in braces, and what is filled into them.

A template is a name and HTML of the kind Qt's rich text understands; {to}, {from}, {company}, {date},
{pages}, {subject}, {note} and {confidentiality} are replaced when the page is drawn, every other brace stays
as it is (style sheets have them). Pure values that cross threads. Read next: store/fax/covers.py,
render/own_covers.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from rcdesk.core.account.account import CoverPage

FIELDS = ("to", "from", "company", "date", "pages", "subject", "note", "confidentiality")
"""The words that may stand in braces, in the order in which the editor offers them."""

MAX_COVER_CHARACTERS = 2_000_000
"""The longest template kept; pictures inside it count."""

MAX_NAME_CHARACTERS = 60

_FIELD = re.compile(r"\{(" + "|".join(FIELDS) + r")\}")


class CoverFields(Struct, frozen=True, kw_only=True):
    """What the fields of a cover say for one fax; plain text, "" leaves a field empty.

    sender is the field {from}. note and confidentiality may have several lines.
    """

    to: str = ""
    sender: str = ""
    company: str = ""
    date: str = ""
    pages: str = ""
    subject: str = ""
    note: str = ""
    confidentiality: str = ""

    @property
    def by_name(self) -> Mapping[str, str]:
        """The values by the word that stands in braces."""
        values = (
            self.to,
            self.sender,
            self.company,
            self.date,
            self.pages,
            self.subject,
            self.note,
            self.confidentiality,
        )
        return dict(zip(FIELDS, values, strict=True))


class CoverTemplate(Struct, frozen=True, kw_only=True):
    """A cover page of one's own. id names it for good, "" for one that was never saved."""

    id: str
    name: str
    html: str


CoverChoice: TypeAlias = "CoverPage | CoverTemplate | None"
"""Which page comes first: the service's own drawing, one of ours, or none."""


def filled(template: str, fields: CoverFields) -> str:
    """The HTML with every field replaced; the values are text, so what looks like a tag is shown as it is."""
    # Imported with the first cover: this module is, before the first paint.
    from html import escape

    values = fields.by_name

    def value(match: re.Match[str]) -> str:
        return escape(values[match.group(1)], quote=True).replace("\n", "<br/>") or "&nbsp;"

    return _FIELD.sub(value, template)


def fields_in(template: str) -> frozenset[str]:
    return frozenset(_FIELD.findall(template))


def problem_of(template: CoverTemplate) -> str:
    """Why a template cannot be kept, in one sentence; "" when it can."""
    if not template.name.strip():
        return "The cover page has no name. Give it one, then save."
    if len(template.name) > MAX_NAME_CHARACTERS:
        return f"The name is longer than {MAX_NAME_CHARACTERS} characters. Shorten it, then save."
    if len(template.html) > MAX_COVER_CHARACTERS:
        return "The cover page is larger than 2 MB. Use smaller pictures in it, then save."
    return ""


STARTER_HTML = """<html><body style="font-family: sans-serif; font-size: 12pt;">
<table width="100%" cellspacing="0" cellpadding="0"><tr>
<td><span style="font-size: 40pt; font-weight: 700;">Fax</span></td>
<td align="right" style="vertical-align: bottom;"><b>{company}</b><br/>{date}</td>
</tr></table>
<hr/>
<table width="100%" cellspacing="0" cellpadding="6">
<tr><td width="18%"><b>To</b></td><td>{to}</td></tr>
<tr><td><b>From</b></td><td>{from}</td></tr>
<tr><td><b>Pages</b></td><td>{pages}</td></tr>
<tr><td><b>Subject</b></td><td>{subject}</td></tr>
</table>
<hr/>
<p style="font-size: 13pt;">{note}</p>
<p style="margin-top: 48px; font-size: 10pt;">{confidentiality}</p>
</body></html>
"""
"""What a new cover page begins with."""
