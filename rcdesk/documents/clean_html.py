"""Pasted rich text without what lies elsewhere: no pictures, scripts, frames or styles from the web.

Neither rcdesk nor the service shall fetch anything because of a pasted text. What may stay is listed; the
rest is left out, its words are kept. Pure; any thread. Read next: clips.py.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

_KEPT_TAGS = """a abbr b big blockquote br caption center cite code col colgroup dd del div dl dt em font
h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q s samp small span strike strong sub sup table tbody td tfoot th
thead tr tt u ul var"""
_KEPT_ATTRIBUTES = """align bgcolor border cellpadding cellspacing class color colspan dir face height lang
nowrap rowspan size span start style type valign width"""
_TAGS = frozenset(_KEPT_TAGS.split())
_ATTRIBUTES = frozenset(_KEPT_ATTRIBUTES.split())
_EMPTY_TAGS = frozenset({"br", "hr", "col"})
_WITHOUT_WORDS = frozenset({"script", "style", "title", "template", "iframe", "object", "svg", "noscript"})
_FETCHING = ("url(", "@import", "expression(", "image(", "\\", "<")
"""In a style; the backslash because it can spell the others."""

_HEAD = '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'


def clean_html(text: str) -> str:
    """A whole HTML page in UTF-8 with the words and the look of this one."""
    cleaner = _Cleaner()
    cleaner.feed(text)
    cleaner.close()
    style = f"<style>{cleaner.style}</style>" if cleaner.style else ""
    return f"{_HEAD}{style}</head><body>{''.join(cleaner.parts)}</body></html>\n"


class _Cleaner(HTMLParser):
    """parts: the body. style: the sheets that came with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.style = ""
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _WITHOUT_WORDS:
            self._silent.append(tag)
        elif tag in _TAGS and not self._silent:
            kept = "".join(
                f' {name}="{escape(value or "")}"' for name, value in attrs if _is_harmless(name, value)
            )
            self.parts.append(f"<{tag}{kept}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _WITHOUT_WORDS:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif tag in _TAGS and tag not in _EMPTY_TAGS and not self._silent:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(escape(data, quote=False))
        elif self._silent == ["style"] and not _fetches(data):
            self.style += data


def _is_harmless(name: str, value: str | None) -> bool:
    return name in _ATTRIBUTES and not _fetches(value or "")


def _fetches(style: str) -> bool:
    lower = style.lower()
    return any(sign in lower for sign in _FETCHING)
