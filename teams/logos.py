"""A workspace's logo: whatever picture comes in, a small PNG without anything but its pixels is kept."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop
from PIL import Image, ImageOps

from teams.models import Logo, User, Workspace, record

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 3_000_000
MOST_PIXELS = 25_000_000
KEPT_SIZE = (800, 300)  # at most, in pixels: enough for print
MOST_KEPT = 60_000  # bytes; a web page holds it once for each slide
MOST_SHRINKING = 8


@dataclass
class NoLogo(Exception):
    """The file cannot be a logo; ``message`` is an English template filled from ``params``."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


def clean(content: bytes) -> bytes:
    """The picture as the PNG that is kept. Raises NoLogo."""
    if len(content) > MOST_BYTES:
        raise NoLogo(gettext_noop("A logo may have at most %(most)s MB."), {"most": MOST_BYTES // 1_000_000})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                width, height = opened.size
                if width * height > MOST_PIXELS:
                    raise NoLogo(gettext_noop("This picture has too many pixels: at most 5000 x 5000."))
                opened.load()
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except NoLogo:
        raise
    except Exception as error:  # a broken picture fails in many ways
        message = gettext_noop("This is no picture that we can read. Choose a PNG, JPEG or WebP file.")
        raise NoLogo(message) from error
    box = picture.getchannel("A").getbbox()
    if box is None:
        raise NoLogo(gettext_noop("This picture is transparent all over: nothing of it would be seen."))
    return _small(picture.crop(box))


def _small(picture: Image.Image) -> bytes:
    """Written as PNG; smaller until it is light enough."""
    picture.thumbnail(KEPT_SIZE, Image.Resampling.LANCZOS)
    for _ in range(MOST_SHRINKING):
        written = io.BytesIO()
        plain = Image.new("RGBA", picture.size)
        plain.paste(picture)  # pixels only: no profile, no text, no position
        plain.save(written, "PNG", optimize=True)
        if written.tell() <= MOST_KEPT:
            break
        picture.thumbnail((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
    return written.getvalue()


@transaction.atomic
def keep(workspace: Workspace, user: User, content: bytes, alt: str) -> Logo:
    """Takes a picture as the logo from now on; frozen decks keep theirs. Raises NoLogo."""
    png = clean(content)
    values = {"png": png, "sha256": hashlib.sha256(png).hexdigest(), "alt": alt}
    logo, _ = Logo.objects.update_or_create(workspace=workspace, defaults=values)
    record(workspace, user, "workspace.logo_kept", workspace.name)
    return logo


@transaction.atomic
def describe(workspace: Workspace, user: User, alt: str) -> None:
    """Says in other words what the logo shows."""
    if Logo.objects.filter(workspace=workspace).exclude(alt=alt).update(alt=alt):
        record(workspace, user, "workspace.logo_kept", workspace.name)


@transaction.atomic
def remove(workspace: Workspace, user: User) -> None:
    """No logo from now on; frozen decks keep theirs."""
    deleted, _ = Logo.objects.filter(workspace=workspace).delete()
    if deleted:
        record(workspace, user, "workspace.logo_removed", workspace.name)
