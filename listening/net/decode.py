"""From the bytes on the wire to a body, and from a body to text and JSON.

We decompress ourselves: one layer, gzip only (we ask for nothing else), decoded bytes counted as they come.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from listening.net.errors import SourceError, gettext_noop

RATIO = 100  # decoded : received
RATIO_FROM = 262_144  # bytes; a small page of blanks is no bomb
_STEP = 65_536
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
# Codecs that stand for a way to write text. Python knows others ("punycode", "unicode_escape", "utf-7")
# that are slow, change meaning or are no text at all.
_TEXT_CODECS = re.compile(
    r"ascii|utf-8|utf-(?:16|32)(?:-[lb]e)?|iso8859-\d+|cp(?:8[5-9]\d|437|7\d\d|9\d\d|125\d)|koi8-[rut]"
    r"|mac-(?:roman|cyrillic|greek|latin2|turkish)|gb2312|gbk|gb18030|big5(?:hkscs)?|hz|johab|euc_(?:jp|kr|jis_2004)"
    r"|shift_jis(?:_2004|x0213)?|iso2022_(?:jp|kr)(?:_\d)?|tis-620|ptcp154|kz1048"
)


def decoded(chunks: Iterable[bytes], encoding: str, limit: int, host: str) -> bytes:
    """The body, decompressed, of at most ``limit`` bytes.

    ``encoding`` is the Content-Encoding header. Raises SourceError for a larger body, a bomb, a broken
    or an unasked-for compression. ``host`` is for the message.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        pieces: Iterator[bytes] = iter(chunks)
    elif name in ("gzip", "x-gzip"):
        pieces = _gunzipped(chunks, host)
    else:
        pieces = _none_expected(chunks, name, host)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limit:
            raise too_large(host, limit)
    return bytes(body)


def too_large(host: str, limit: int) -> SourceError:
    """The error for a body over the limit."""
    return SourceError(
        gettext_noop("The answer of %(host)s is larger than %(megabytes)s MB, more than Earshot reads."),
        "blocked",
        params={"host": host, "megabytes": round(limit / 1_000_000, 1)},
    )


def text(body: bytes, content_type: str = "") -> str:
    """The body as text: byte order mark, else the header's charset, else what it declares itself, else UTF-8.

    Bytes that do not fit become U+FFFD; nothing is raised.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    header = _HEADER.search(content_type)
    name = codec_for(header[1]) if header else ""
    if not name and (declared := _DECLARED.search(body[:2048])):
        name = codec_for((declared[1] or declared[2]).decode("ascii", "replace"))
        if name.startswith(("utf-16", "utf-32")):
            name = ""  # or we could not have read the declaration
    return body.decode(name or "utf-8", "replace")


def codec_for(label: str) -> str:
    """Python's codec for a charset label of the web, "" for one that is unknown or no text.

    As browsers do, Latin-1 and ASCII are read as Windows-1252, of which they are a part.
    """
    try:
        name = codecs.lookup(label).name if label.isascii() else ""
    except (LookupError, ValueError):
        return ""
    if not _TEXT_CODECS.fullmatch(name):
        return ""
    return {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)


def json_value(source: str) -> Any:
    """Parsed JSON; control characters inside strings are let through, numbers that are none become None.

    Raises ValueError for what is no JSON, is nested too deep or holds an endless number.
    """
    try:
        return json.loads(source, strict=False, parse_constant=lambda name: None, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def _gunzipped(chunks: Iterable[bytes], host: str) -> Iterator[bytes]:
    received = made = 0
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    begun = False
    for chunk in chunks:
        received += len(chunk)
        waiting = chunk
        while waiting:
            if stream.eof:
                if not waiting.startswith(b"\x1f"):
                    return  # padding after the last member
                stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            begun = True
            try:
                piece = stream.decompress(waiting, _STEP)
            except zlib.error:
                raise broken(host) from None
            made += len(piece)
            if made > RATIO_FROM and made > received * RATIO:
                raise SourceError(
                    gettext_noop("The answer of %(host)s swells to more than a hundred times its size."),
                    "blocked",
                    params={"host": host},
                )
            waiting = stream.unused_data if stream.eof else stream.unconsumed_tail
            yield piece
    if begun and not stream.eof:
        raise broken(host)


def _none_expected(chunks: Iterable[bytes], name: str, host: str) -> Iterator[bytes]:
    for chunk in chunks:
        if chunk:
            raise SourceError(
                gettext_noop("%(host)s answered in a compression that nobody asked for (%(name)s)."),
                params={"host": host, "name": name[:40]},
            )
    yield b""


def broken(host: str) -> SourceError:
    """The error for an answer that began and did not end."""
    return SourceError(
        gettext_noop("The answer of %(host)s is damaged or broke off. Earshot will try again later."),
        params={"host": host},
    )
