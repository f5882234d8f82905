"""Everything stored of a pitch."""

from pitches.models.pitch import Pitch, Revision
from pitches.models.plan import Action
from pitches.models.sampling import Judgement, PrecisionSample

__all__ = ["Action", "Judgement", "Pitch", "PrecisionSample", "Revision"]
