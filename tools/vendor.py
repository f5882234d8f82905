"""Fetches the browser files and fonts we ship; lists them in ``static/vendor/vendor.json`` (for developers).

    python tools/vendor.py            fetch the versions below, copy the listed files, write the list
    python tools/vendor.py --check    compare what lies there with the list (no network)

Users and tests need no Node: the files are committed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
FONTS = VENDOR.parent / "fonts"  # decks are measured with them and PDFs set in them; browsers get others
LIST = VENDOR / "vendor.json"


@dataclass(frozen=True)
class Package:
    """One npm package: ``files`` maps a path inside it to the path below ``static/vendor``."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package("@tabler/core", "1.6.1", "MIT", {"dist/css/tabler.min.css": "tabler.min.css"}),
    Package(
        "echarts",
        "6.1.0",
        "Apache-2.0",
        {
            "dist/echarts.common.min.js": "echarts.min.js",
            "LICENSE": "echarts.LICENSE",
            "NOTICE": "echarts.NOTICE",
        },
    ),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        {
            "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
            "LICENSE": "inter.LICENSE",
        },
    ),
    Package(
        "@expo-google-fonts/arimo",
        "0.4.3",
        "OFL-1.1",
        {
            "400Regular/Arimo_400Regular.ttf": "../fonts/Arimo-Regular.ttf",
            "700Bold/Arimo_700Bold.ttf": "../fonts/Arimo-Bold.ttf",
            "LICENSE_FONT": "../fonts/Arimo-LICENSE.txt",
        },
    ),
)

# Icons are kept as their path data only, so that the template tag can build them without trusting markup.
ICONS = Package("@tabler/icons", "3.51.0", "MIT", {"LICENSE": "icons.LICENSE"})
ICONS_FILE = "icons.json"
ICON_NAMES = set(
    """
    adjustments alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left arrow-right
    arrow-up article at ban bell book-2 brand-mastodon brand-wikipedia brand-ycombinator building
    building-store bulb calendar calendar-time chart-bar chart-dots chart-line check checklist
    chevron-down chevron-left chevron-right circle circle-check circle-dashed circle-minus circle-x
    click clipboard-text clock copy dots dots-vertical download ear edit external-link eye eye-off
    file-text file-type-csv file-type-pdf file-type-ppt filter flag folders gavel hash help-circle
    history home id info-circle key language layout-grid link list list-check list-search lock logout
    mail menu-2 message message-2 message-question messages minus news notes paperclip photo player-play
    plug plus power presentation progress quote radar refresh rss scale search send settings
    shield-check shield-lock snowflake sparkles star switch-horizontal table tag target thumb-down
    timeline tools trash trending-down trending-up trophy upload user user-circle user-plus users
    users-group video wand world world-search x
    """.split()  # noqa: SIM905  # a list of 150 quoted words is harder to read
)
FILLED_ICON_NAMES = ["star"]  # kept as "star-filled"


def fetch(package: Package, folder: Path) -> Path:
    """Downloads and unpacks one package; returns its root folder. Raises when npm fails."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    target = folder / re.sub(r"\W+", "-", package.name)
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def without_source_map(content: bytes) -> bytes:
    """Drops the pointer to a source map that we do not ship: hashed static files may not name absent ones."""
    return re.sub(rb"\s*(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+)\s*\Z", b"\n", content)


def read_icons(root: Path) -> dict[str, dict[str, object]]:
    """Path data by icon name. Raises ValueError if an icon holds anything but paths."""
    wanted = [("outline", name, name) for name in sorted(ICON_NAMES)]
    wanted += [("filled", name, f"{name}-filled") for name in FILLED_ICON_NAMES]
    icons: dict[str, dict[str, object]] = {}
    for style, file, name in wanted:
        drawing = (root / "icons" / style / f"{file}.svg").read_text()
        shapes = re.findall(r"<(\w+)\s([^>]*)/>", drawing)
        if any(kind != "path" for kind, _ in shapes):
            raise ValueError(f"icon {name}: more than paths")
        # The first path of every drawing is its invisible 24 x 24 frame.
        paths = [
            re.search(r'\bd="([^"]+)"', attributes)[1]  # type: ignore[index]  # a path always has one
            for _, attributes in shapes
            if 'd="M0 0h24v24H0z"' not in attributes
        ]
        icons[name] = {"filled": style == "filled", "paths": paths}
    return icons


def entry(package: Package, path: str) -> dict[str, str]:
    """One line of the list, with the hash of the file as it lies there."""
    digest = hashlib.sha256((VENDOR / path).read_bytes()).hexdigest()
    return {
        "file": path,
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "sha256": digest,
    }


def update() -> None:
    """Fetches everything and rewrites the list."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    entries = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for package in (*PACKAGES, ICONS):
            root = fetch(package, folder)
            if package is ICONS:
                (VENDOR / ICONS_FILE).write_text(
                    json.dumps(read_icons(root), indent=0, sort_keys=True) + "\n"
                )
                entries.append(entry(package, ICONS_FILE))
            for source, target in package.files.items():
                (VENDOR / target).write_bytes(without_source_map((root / source).read_bytes()))
                entries.append(entry(package, target))
    LIST.write_text(json.dumps(entries, indent=2) + "\n")


def problems() -> list[str]:
    """What differs between list and folders: changed, absent and unlisted files, one sentence each."""
    listed = {line["file"]: line["sha256"] for line in json.loads(LIST.read_text())}
    found = {
        prefix + str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder, prefix in ((VENDOR, ""), (FONTS, "../fonts/"))
        for path in folder.rglob("*")
        if path.is_file() and path != LIST and path.name != "README.md"
    }
    return (
        [f"{file} is listed but absent" for file in sorted(listed.keys() - found.keys())]
        + [f"{file} is not listed" for file in sorted(found.keys() - listed.keys())]
        + [
            f"{file} was changed"
            for file in sorted(listed.keys() & found.keys())
            if listed[file] != found[file]
        ]
    )


def main() -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare, no network")
    if not parser.parse_args().check:
        update()
    for problem in problems():
        print(problem)
    return 1 if problems() else 0


if __name__ == "__main__":
    sys.exit(main())
