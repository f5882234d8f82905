"""How style sheets, scripts and fonts are stored."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Names with a hash, cached for ever, once ``collectstatic`` has run; plain names before, as in tests."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The name in an address."""
        return super().stored_name(name) if self.hashed_files else name
