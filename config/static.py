"""How style sheets, scripts and fonts are stored."""

from __future__ import annotations

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """Names with a hash, cached for ever, for what ``collectstatic`` has collected; plain names otherwise.

    Compressing takes half a minute, too long for `make run`: `python -m whitenoise.compress` does it where
    it is worth the time, and WhiteNoise serves what it finds.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The name in an address."""
        collected = self.hash_key(self.clean_name(name)) in self.hashed_files
        return super().stored_name(name) if collected else name
