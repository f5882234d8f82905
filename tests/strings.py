"""Strings that have broken programs before."""

from __future__ import annotations

import json
from pathlib import Path

OWN = (
    " ",
    "\t\r\n",
    "a\x00b\x08c",
    "\ufffe\uffff\ufdd0",
    "\ud800 lone surrogate \udfff",
    "\u202eright to left\u202c and \u2066more",
    "Z̶̨̛a̷l̸g̶ō͑̓",
    "👨‍💻 👩‍👩‍👧‍👦 🏳️‍🌈",
    "漢字かな交じり文" * 20,
    "مرحبا بالعالم",
    "x" * 600,
    "WWW MMM " * 60,
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{s1.stories} {{ {@brand} }}",
    '#let x = 1 #eval("1") $x$ @label <label> *bold* _it_ \\u{1F600}',
    '=HYPERLINK("http://evil.example")',
    "_x0041_",
    "&lt;&amp;&#x0;",
    "]]> <!-- -->",
    "javascript:alert(1)",
    "https://example.org/" + "long/" * 100,
    "http://[::1",
    "http://exa mple.org",
    'https://example.org/?q=å&b="<>|\\^`{}',
)


def hostile_strings(*files: Path) -> list[str]:
    """Our own, and every "s" (or "value") of the given JSON-lines files."""
    found = list(OWN)
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            value = next((record[key] for key in ("s", "value", "string", "payload") if key in record), None)
            if isinstance(value, str):
                found.append(value[:2000])
    return found
