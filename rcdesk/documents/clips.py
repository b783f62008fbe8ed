"""A pasted picture or text as a file that can be faxed.

Pictures become PNG on white, because a fax page has no transparency; rich text loses what lies in the web.
Blocking, on the disk lane. Read next: clean_html.py, services/fax/pasted.py.
"""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.fax.incoming import Clip, ClipKind
from rcdesk.documents.clean_html import clean_html
from rcdesk.documents.inspect import BROKEN_PICTURE

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 100_000_000
"""Ten fax pages at four times the resolution of a fax: nobody pastes more by intention."""


def write_clip(clip: Clip, target: Path) -> None:
    """Write it, readable by this person only. Raises UserError for a picture that is broken or too large,
    StoreUnavailable when it cannot be written."""
    content = _content(clip)
    unfinished = target.with_name(target.name + ".new")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(unfinished, target)
    except OSError as exc:
        unfinished.unlink(missing_ok=True)
        raise StoreUnavailable(
            f"What you pasted could not be kept ({exc.strerror}). Make room on the disk, then paste it again."
        ) from exc


def _content(clip: Clip) -> bytes:
    match clip.kind:
        case ClipKind.IMAGE:
            return _png(clip)
        case ClipKind.RICH_TEXT:
            return clean_html(clip.content.decode("utf-8", "replace")).encode("utf-8")
        case ClipKind.TEXT:
            return clip.content
        case _:
            assert_never(clip.kind)


def _of_pixels(clip: Clip) -> Image.Image:
    from PIL import Image

    size = (clip.width, clip.height)
    if clip.layout == "BGRX":
        return Image.frombytes("RGB", size, clip.content, "raw", "BGRX").convert("RGBA")
    return Image.frombytes("RGBA", size, clip.content, "raw", clip.layout)


def _png(clip: Clip) -> bytes:
    from PIL import Image

    too_large = "The pasted picture is too large to be faxed. Make it smaller, then paste it again."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if clip.width:
                if clip.width * clip.height > MOST_PIXELS:
                    raise UserError(too_large)
                picture = _of_pixels(clip)
            else:
                found = Image.open(io.BytesIO(clip.content))
                if found.width * found.height > MOST_PIXELS:
                    raise UserError(too_large)
                picture = found.convert("RGBA")
        page = Image.new("RGB", picture.size, "white")
        page.paste(picture, mask=picture.getchannel("A"))
        made = io.BytesIO()
        page.save(made, "PNG", compress_level=1)
        return made.getvalue()
    except Image.DecompressionBombError as exc:
        raise UserError(too_large) from exc
    except BROKEN_PICTURE as exc:
        raise UserError("The pasted picture is damaged. Save it as a file and add that.") from exc
