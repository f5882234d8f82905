"""What the verbs of this room mean in the log of who did what (see ``teams.audit``)."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competitors.places import place_label
from competitors.site_types import TYPES
from listening.models import Brand

KINDS = {
    "brand": _("Brands"),
    "industry": _("Industry"),
    "phrase": _("Phrases"),
    "profile": _("Profiles"),
    "reading": _("Readings"),
    "result_page": _("Result pages"),
    "site_type": _("Types of sites"),
}
SENTENCES = {
    "brand.added": _("Added the brand {object}"),
    "brand.edited": _("Changed the brand {object}"),
    "brand.removed": _("Removed the brand {object}"),
    "industry.saved": _("Changed the words of the industry: {object}"),
    "phrase.added": _("Added the phrase {object}"),
    "phrase.removed": _("Removed the phrase {object} and its result pages"),
    "profile.added": _("Added the profile {object}"),
    "profile.removed": _("Removed the profile {object}"),
    "reading.entered": _("Entered a reading of {object} by hand"),
    "result_page.entered": _("Entered a result page for {object} by hand"),
    "result_page.removed": _("Removed a result page for {object}"),
    "site_type.corrected": _("Corrected the type of {object}"),
}
DETAILS = {
    "engine": _("Search engine"),
    "kind": _("Kind"),
    "n": _("Results inspected"),
    "place": _("Place"),
    "there": _("Is there"),
    "type": _("Type"),
}
VALUES = {
    "kind": lambda kind: Brand.Kind(kind).label,
    "place": place_label,
    "there": lambda answer: {"yes": gettext("yes"), "no": gettext("no")}[answer],
    "type": lambda kind: gettext(TYPES[kind]) if kind in TYPES else gettext("as the rules say"),
}
