"""Everything stored of a pitch."""

from pitches.models.looks import DeckTemplate
from pitches.models.pitch import Pitch, Revision
from pitches.models.plan import Action

__all__ = ["Action", "DeckTemplate", "Pitch", "Revision"]
