"""ZIP files of strangers, opened with care: whoever writes one also writes how much there is to list."""

from __future__ import annotations

import sys
import zipfile
from typing import IO, Any

LONGEST_LIST = 2_000_000  # bytes: some five thousand entries with long names


class TooMany(Exception):
    """The list of contents is longer than that of any file that we take."""


class _Careful:
    """A file as ``zipfile`` reads it. What it reads at one time has an end."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self.most = file, most

    def read(self, size: int = -1) -> bytes:
        if size > self.most:
            raise TooMany
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """The ZIP. Raises TooMany, and what ``zipfile`` raises.

    ``zipfile`` reads the whole list in one piece when it opens a file, whatever number of entries the end of
    it names, and each of them takes more than ten times its room in memory.
    """
    careful = _Careful(file, LONGEST_LIST)
    archive = zipfile.ZipFile(careful)
    careful.most = sys.maxsize
    return archive
