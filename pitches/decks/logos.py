"""The logo of a snapshot: a small PNG inside it, so that a frozen deck keeps the one it was frozen with."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Mapping
from typing import Any

from pitches.decks.geometry import Frame
from pitches.decks.page import ImageBox

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 400_000
MOST_PIXELS = 2000  # of one side


def png_of(snapshot: Mapping[str, Any]) -> bytes | None:
    """The picture itself, if there is one. Raises ValueError for one that is no PNG of fair size."""
    logo = snapshot.get("logo")
    if not logo:
        return None
    try:
        png = base64.b64decode(logo["png"], validate=True)
    except binascii.Error as error:
        raise ValueError("the logo is not base64") from error
    if hashlib.sha256(png).hexdigest() != logo["sha256"]:
        raise ValueError("the logo is not the one that was kept")
    if len(png) > MOST_BYTES or max(size_of(png)) > MOST_PIXELS or min(size_of(png)) < 1:
        raise ValueError("the logo is too large")
    return png


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels. Raises ValueError."""
    if len(png) < 24 or not png.startswith(SIGNATURE) or png[12:16] != b"IHDR":
        raise ValueError("the logo is no PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def placed(snapshot: Mapping[str, Any], frame: Frame, *, right: bool = False) -> ImageBox | None:
    """The logo as large as fits into the frame; at its left or right edge, halfway up."""
    png = png_of(snapshot)
    if png is None:
        return None
    wide, high = size_of(png)
    x, y, width, height = frame
    part = min(width / wide, height / high)
    shown = (wide * part, high * part)
    left = x + width - shown[0] if right else x
    alt = snapshot["logo"].get("alt") or snapshot["names"].get("brand", "")
    return ImageBox(left, y + (height - shown[1]) / 2, *shown, png, alt)
