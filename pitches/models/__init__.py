"""Everything stored of a pitch."""

from pitches.models.pitch import Pitch, Revision
from pitches.models.plan import Action
from pitches.models.sharing import PageCheck, ShareLink

__all__ = ["Action", "PageCheck", "Pitch", "Revision", "ShareLink"]
