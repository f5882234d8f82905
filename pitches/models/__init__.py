"""Everything stored of a pitch."""

from pitches.models.looks import DeckTemplate
from pitches.models.pitch import Pitch, Revision
from pitches.models.plan import Action
from pitches.models.sampling import Judgement, PrecisionSample
from pitches.models.sharing import PageCheck, ShareLink

__all__ = [
    "Action", "DeckTemplate", "Judgement", "PageCheck", "Pitch", "PrecisionSample", "Revision", "ShareLink"
]  # fmt: skip
