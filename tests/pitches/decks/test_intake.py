"""Templates that nobody should trust are refused, each with the reason in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitches.decks import intake
from pitches.decks.intake import Refused, take
from tests.conftest import shared
from tests.pitches import templates
from tests.pitches.templates import changed

MASTER = "ppt/slideMasters/slideMaster1.xml"
RELATIONS = "ppt/slideMasters/_rels/slideMaster1.xml.rels"
LAYOUT = "ppt/slideLayouts/slideLayout1.xml"
TYPES = "[Content_Types].xml"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_relation(kind: str, target: str, mode: str = "") -> Callable[[bytes], bytes]:
    line = f'<Relationship Id="rId77" Type="{KIND}/{kind}" Target="{target}"{mode}/>'.encode()
    return lambda part: part.replace(b"</Relationships>", line + b"</Relationships>")


def with_type(name: str, kind: str) -> Callable[[bytes], bytes]:
    line = f'<Override PartName="/{name}" ContentType="{kind}"/>'.encode()
    return lambda part: part.replace(b"</Types>", line + b"</Types>")


def zipped(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def band() -> bytes:
    return templates.band()


def doctype(part: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    head, _, rest = part.partition(b"?>")
    return head + b"?>" + bomb + rest if part.startswith(b"<?xml") else bomb + part


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "macros": (
        lambda: changed(
            band(),
            {
                "ppt/vbaProject.bin": b"macro",
                TYPES: with_type("ppt/vbaProject.bin", "application/vnd.ms-office.vbaProject"),
            },
        ),
        "holds macros",
    ),
    "macros by type": (
        lambda: changed(
            band(),
            {
                TYPES: lambda part: part.replace(
                    b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
                    b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
                )
            },
        ),
        "holds macros",
    ),
    "a link to the outside": (
        lambda: changed(
            band(),
            {RELATIONS: with_relation("image", "https://evil.example/x.png", ' TargetMode="External"')},
        ),
        "links to “https://evil.example/x.png” outside",
    ),
    "a link to a file": (
        lambda: changed(
            band(), {RELATIONS: with_relation("hyperlink", "file:///etc/passwd", ' TargetMode="External"')}
        ),
        "outside of the file",
    ),
    "an embedded object": (
        lambda: changed(
            band(),
            {RELATIONS: with_relation("oleObject", "../embeddings/x.bin"), "ppt/embeddings/x.bin": b"ole"},
        ),
        "holds an embedded object",
    ),
    "an embedded object without a relation": (
        lambda: changed(band(), {MASTER: lambda part: part.replace(b"</p:cSld>", b"<p:oleObj/></p:cSld>")}),
        "holds an embedded object",
    ),
    "a video": (
        lambda: changed(band(), {RELATIONS: with_relation("video", "../media/x.mp4")}),
        "holds a video",
    ),
    "a zip bomb": (
        lambda: changed(band(), {"ppt/media/logo9.png": b"\x00" * 60_000_000}),
        "unpacks to far more",
    ),
    "very many parts": (
        lambda: zipped({f"ppt/x{number}.xml": b"<x/>" for number in range(intake.MOST_ENTRIES + 1)}),
        "unpacks to far more",
    ),
    "an entity bomb": (lambda: changed(band(), {LAYOUT: doctype}), "declares entities"),
    "an entity bomb in the list of types": (lambda: changed(band(), {TYPES: doctype}), "declares entities"),
    "an entity bomb in the relations": (lambda: changed(band(), {RELATIONS: doctype}), "declares entities"),
    "an entity in another encoding": (
        lambda: changed(
            band(),
            {LAYOUT: '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16")},
        ),
        "declares entities",
    ),
    "a way out of the package": (lambda: changed(band(), {"../../etc/cron.d/x": b"x"}), "leads outside"),
    "a part with an absolute name": (lambda: changed(band(), {"/etc/passwd": b"x"}), "leads outside"),
    "a part of another disk": (lambda: changed(band(), {"C:/x.xml": b"x"}), "leads outside"),
    "a master that says it is a picture": (
        lambda: changed(
            band(),
            {
                TYPES: lambda part: part.replace(
                    b"application/vnd.openxmlformats-officedocument.presentationml.slideMaster+xml",
                    b"image/png",
                )
            },
        ),
        "says it is “image/png”, which it cannot be",
    ),
    "a picture that is none": (
        lambda: changed(band(), {"ppt/media/logo1.png": b"MZ\x90 a program"}),
        "says it is “image/png”, which it cannot be",
    ),
    "a drawing with a script": (
        lambda: changed(
            band(),
            {
                "ppt/media/logo1.png": None,
                "ppt/media/logo1.svg": SVG % b"<script>alert(1)</script>",
                TYPES: with_type("ppt/media/logo1.svg", "image/svg+xml"),
                RELATIONS: lambda part: part.replace(b"logo1.png", b"logo1.svg"),
            },
        ),
        "holds a script or a link",
    ),
    "a drawing that calls home": (
        lambda: changed(
            band(),
            {
                "ppt/media/logo1.png": None,
                "ppt/media/logo1.svg": SVG % b'<image href="http://x.example"/>',
                TYPES: with_type("ppt/media/logo1.svg", "image/svg+xml"),
                RELATIONS: lambda part: part.replace(b"logo1.png", b"logo1.svg"),
            },
        ),
        "holds a script or a link",
    ),
    "a part that is missing": (
        lambda: changed(band(), {LAYOUT: None}),
        "slideLayout1.xml” is missing",
    ),
    "a part that is no XML": (lambda: changed(band(), {LAYOUT: b"\x00\x01"}), "is not XML"),
    "an old file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old PowerPoint file"),
    "a text": (lambda: b"Dear colleague, please find attached", "no PowerPoint file"),
    "nothing": (lambda: b"", "no PowerPoint file"),
    "another zip": (lambda: zipped({"readme.txt": b"x"}), "no PowerPoint file"),
    "a workbook": (
        lambda: changed(
            band(),
            {
                TYPES: lambda part: part.replace(
                    b"presentationml.presentation.main+xml", b"spreadsheetml.sheet.main+xml"
                )
            },
        ),
        "no PowerPoint file",
    ),
    "too large a file": (lambda: b"PK" + b"\x00" * (intake.MOST_BYTES + 1), "larger than 25 MB"),
    "half a file": (lambda: band()[: len(band()) // 2], "no PowerPoint file"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_template_is_refused_with_the_reason(what: str) -> None:
    make, reason = HOSTILE[what]
    with pytest.raises(Refused) as refused:
        take(make())
    assert reason in str(refused.value)


def test_two_parts_of_one_name_are_refused() -> None:
    written = io.BytesIO(band())
    with zipfile.ZipFile(written, "a") as archive, pytest.warns(UserWarning):
        archive.writestr(LAYOUT, b"<x/>")
    with pytest.raises(Refused, match="two parts of one name"):
        take(written.getvalue())


def test_a_part_larger_than_its_entry_says_is_not_read_to_the_end() -> None:
    content = bytearray(zipped({TYPES: b"<Types/>" * 100_000}))
    place = content.rindex(b"PK\x01\x02") + 24  # the size that the directory tells
    content[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(Refused):
        take(bytes(content))


def test_a_template_file_of_powerpoint_is_taken_as_one() -> None:
    template = changed(
        band(), {TYPES: lambda part: part.replace(b"presentation.main+xml", b"template.main+xml")}
    )
    assert take(template) == take(band())


def test_sample_slides_links_notes_and_properties_stay_behind() -> None:
    with zipfile.ZipFile(io.BytesIO(take(band()))) as archive:
        names = archive.namelist()
        text = b"".join(archive.read(name) for name in names)
    assert not [name for name in names if "slides/" in name or "docProps" in name or "charts" in name]
    assert b"nordhamn" not in text and b"sldIdLst" not in text


def test_what_was_taken_once_is_taken_again_as_it_is() -> None:
    once = take(band())
    assert take(once) == once


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["hostile/xml", "hostile/thirdparty"])
def test_shared_hostile_xml_in_a_layout_never_gets_in(folder: str) -> None:
    files = [one for one in sorted(shared(folder).rglob("*.xml")) if one.stat().st_size < 1_000_000][:60]
    assert files
    for file in files:
        try:
            kept = take(changed(band(), {LAYOUT: file.read_bytes()}))
        except Refused:
            continue
        with zipfile.ZipFile(io.BytesIO(kept)) as archive:  # plain XML: no layout, but harmless
            assert b"<!" not in archive.read(LAYOUT)


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 10_000), noise=st.binary(min_size=1, max_size=30))
def test_a_damaged_file_is_taken_or_refused_but_never_an_error(place: int, noise: bytes) -> None:
    content = bytearray(take(band()))
    place %= len(content)
    content[place : place + len(noise)] = noise
    try:
        take(bytes(content))
    except Refused as refused:
        assert str(refused)
