"""A picture made small enough for a text, or for the thread: a JPEG in its colours, upright, on white.

Foreign pictures are decoded in the page worker's child only (worker/render_worker.py calls this); what comes
back is a JPEG that Pillow wrote. Read next: picture_pages.py, which draws pictures as fax pages.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from rcdesk.core.errors import UserError
from rcdesk.documents.picture_pages import MAX_PIXELS, open_picture, picture_damage

if TYPE_CHECKING:
    from PIL.Image import Image

_QUALITIES = (85, 70, 55)
_SMALLEST_PX = 64


def small_picture(path: Path, media_type: str, most_px: int, most_bytes: int) -> bytes:
    """A JPEG with no side longer than most_px and no larger than most_bytes.

    Raises UserError when the picture cannot be read, or cannot be made so small.
    """
    from PIL import Image, ImageOps

    with picture_damage(), open_picture(path, media_type) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise UserError("This picture is too large to be opened. Make it smaller and add that.")
        opened.draft("RGB", (most_px, most_px))
        picture = _on_white(ImageOps.exif_transpose(opened))
        side = most_px
        while True:
            picture.thumbnail((side, side), Image.Resampling.LANCZOS)
            for quality in _QUALITIES:
                written = _jpeg(picture, quality)
                if len(written) <= most_bytes:
                    return written
            side = max(picture.size) * 3 // 4
            if side < _SMALLEST_PX:
                break
    raise UserError("This picture cannot be made small enough for a text.")


def _on_white(picture: Image) -> Image:
    from PIL import Image

    if "A" in picture.getbands() or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _jpeg(picture: Image, quality: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()
