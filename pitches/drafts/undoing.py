"""One change of a draft, in words: what was done last, and what undo takes back."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from pitches.drafts.edits import Change

SAID = {
    "added": gettext_noop("added “%(slide)s”"),
    "dropped": gettext_noop("left out “%(slide)s”"),
    "brought": gettext_noop("brought in “%(slide)s”"),
    "moved": gettext_noop("moved “%(slide)s”"),
    "wrote": gettext_noop("edited the words of “%(slide)s”"),
    "reviewed": gettext_noop("reviewed “%(slide)s”"),
    "quotes": gettext_noop("chose other quotes"),
}


def said(change: Change, name: str) -> str:
    """What was done; ``name`` is what people call the slide."""
    if change.kind == "moved" and not change.slide:
        return gettext("moved a slide")
    return gettext(SAID[change.kind]) % {"slide": name}
