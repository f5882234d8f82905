"""The logo of a workspace: Alice's pictures are cleaned and kept, hostile ones refused in words."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from teams import logos
from teams.models import AuditEntry, Logo, Role, User, Workspace
from tests.make import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **more: object) -> bytes:
    """A green picture with a transparent margin, where the format has one."""
    drawn = Image.new("RGBA", size, (0, 0, 0, 0))
    drawn.paste((15, 118, 110, 255), (size[0] // 10, size[1] // 10, size[0] * 9 // 10, size[1] * 9 // 10))
    written = io.BytesIO()
    (drawn.convert("RGB") if kind == "JPEG" else drawn).save(written, kind, **more)
    return written.getvalue()


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


@pytest.fixture
def alice() -> User:
    return make_user("Alice")


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return make_workspace(alice)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(user: User, workspace: Workspace, content: bytes | None, alt: str = "Fjällvik") -> object:
    sent: dict[str, object] = {"alt": alt}
    if content is not None:
        sent["file"] = SimpleUploadedFile("logo.png", content)
    return browser(user).post(reverse("teams:logo", args=[workspace.code]), sent)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_png_without_its_margin(kind: str) -> None:
    kept = opened(logos.clean(picture(kind, (3000, 1000))))
    assert kept.format == "PNG"
    assert kept.width <= logos.KEPT_SIZE[0] and kept.height <= logos.KEPT_SIZE[1]
    assert kept.width / kept.height == pytest.approx(3, rel=0.02)


def test_nothing_but_the_pixels_is_kept() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "secret place")
    kept = logos.clean(picture(pnginfo=told, icc_profile=b"profile of a camera"))
    assert b"secret" not in kept and b"profile" not in kept
    assert opened(kept).info.keys() <= {"gamma"}


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert logos.clean(picture()) == logos.clean(picture())


def test_a_picture_of_noise_is_made_smaller_until_it_is_light() -> None:
    noise = Image.effect_noise((800, 300), 100).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    assert len(logos.clean(written.getvalue())) <= logos.MOST_KEPT


def bomb() -> bytes:
    """A picture of 40,000 x 40,000 pixels in a few bytes: only its head says so."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 6, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb": (bomb, "PNG, JPEG or WebP|too many pixels"),
    "too many pixels": (lambda: picture(size=(6000, 5000)), "too many pixels"),
    "too many bytes": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * logos.MOST_BYTES, "at most 3 MB"),
    "a drawing": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "PNG, JPEG or WebP"),
    "a gif": (lambda: picture("GIF"), "PNG, JPEG or WebP"),
    "an icon": (lambda: picture("ICO", (64, 64)), "PNG, JPEG or WebP"),
    "half a picture": (lambda: picture()[:120], "PNG, JPEG or WebP"),
    "a program": (lambda: b"MZ\x90\x00" * 40, "PNG, JPEG or WebP"),
    "nothing to see": (lambda: _empty(), "transparent all over"),
}


def _empty() -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_logo_is_refused_with_the_reason(what: str) -> None:
    make, reason = HOSTILE[what]
    with pytest.raises(logos.NoLogo, match=reason):
        logos.clean(make())


def test_alice_keeps_replaces_describes_and_removes_a_logo(alice: User, workspace: Workspace) -> None:
    send(alice, workspace, picture())
    first = Logo.objects.get(workspace=workspace)
    assert first.alt == "Fjällvik"
    send(alice, workspace, picture(size=(200, 200)))
    assert Logo.objects.get(workspace=workspace).sha256 != first.sha256
    send(alice, workspace, None, "Another word")
    assert Logo.objects.get(workspace=workspace).alt == "Another word"
    page = browser(alice).get(reverse("teams:settings", args=[workspace.code])).content.decode()
    assert 'src="data:image/png;base64,' in page and 'alt="Another word"' in page
    browser(alice).post(reverse("teams:remove_logo", args=[workspace.code]))
    assert not Logo.objects.exists()
    verbs = AuditEntry.objects.filter(workspace=workspace, verb__startswith="workspace.logo")
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "workspace.logo_kept",
        "workspace.logo_kept",
        "workspace.logo_kept",
        "workspace.logo_removed",
    ]


def test_a_refused_picture_leaves_the_old_one_and_says_why(alice: User, workspace: Workspace) -> None:
    send(alice, workspace, picture())
    answer = send(alice, workspace, b"no picture")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Choose a PNG, JPEG or WebP file." in answer.content.decode()  # type: ignore[attr-defined]
    assert Logo.objects.filter(workspace=workspace).count() == 1


def test_an_editor_changes_no_logo(workspace: Workspace) -> None:
    bob = make_user("Bob")
    make_member(workspace, bob, Role.EDITOR)
    assert send(bob, workspace, picture()).status_code == 403  # type: ignore[attr-defined]
    assert not Logo.objects.exists()
