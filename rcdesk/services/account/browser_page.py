"""The one page rcdesk shows in a browser: the end of a sign-in, in the colours of the desk, light or dark.

Without scripts, pictures or anything from elsewhere. Pure. Read next: browser_sign_in.py.
"""

from __future__ import annotations

import html

_STYLE = """
:root { color-scheme: light dark; --canvas: #F6F5F2; --surface: #FFFFFF; --hairline: #E3E0D9; --ink: #1E1F22;
  --ink2: #575B62; --good: #176B3A; --good-tint: #E3F3E8; --bad: #AE2A21; --bad-tint: #FBE9E6; }
@media (prefers-color-scheme: dark) { :root { --canvas: #1B1C1F; --surface: #232428; --hairline: #323439;
  --ink: #EDEEF0; --ink2: #B4B8BF; --good: #77D39C; --good-tint: #1E3628;
  --bad: #FFA198; --bad-tint: #42241F; } }
* { box-sizing: border-box; margin: 0; }
body { background: var(--canvas); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; min-height: 100vh;
  display: grid; place-items: center; padding: 24px; }
main { background: var(--surface); border: 1px solid var(--hairline); border-radius: 16px; padding: 32px;
  max-width: 26rem; width: 100%; }
.mark { width: 44px; height: 44px; border-radius: 10px; display: grid; place-items: center; font-size: 22px;
  font-weight: 700; margin-bottom: 18px; }
.good { background: var(--good-tint); color: var(--good); }
.bad { background: var(--bad-tint); color: var(--bad); }
h1 { font-size: 22px; font-weight: 700; line-height: 1.3; margin-bottom: 6px; }
p { color: var(--ink2); }
"""


def page(title: str, sentence: str, *, is_good: bool = False) -> bytes:
    """A whole HTML page with a title and one sentence."""
    mark, kind = ("\u2713", "good") if is_good else ("!", "bad")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)} \u00b7 rcdesk</title><style>{_STYLE}</style></head>"
        f'<body><main><div class="mark {kind}" aria-hidden="true">{mark}</div>'
        f"<h1>{html.escape(title)}</h1><p>{html.escape(sentence)}</p></main></body></html>"
    ).encode()
