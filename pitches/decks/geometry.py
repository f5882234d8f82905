"""Where things stand on a page. Ours is 960 x 540 points; a template of your own has its own geometry."""

from __future__ import annotations

from dataclasses import dataclass

from pitches.decks.page import HEIGHT, WIDTH

Frame = tuple[float, float, float, float]  # x, y, width, height in points
# (size, most lines): an action title has two lines, but a little smaller is better than a last word alone;
# three lines of the smallest only for very long names.
Sizes = tuple[tuple[float, int], ...]

LEFT, RIGHT = 48.0, WIDTH - 48.0
ROOM = RIGHT - LEFT
TITLE: Frame = (LEFT, 48.0, ROOM, 66.0)
BODY: Frame = (LEFT, 126.0, ROOM, 354.0)
COVER_LEFT, COVER_WIDTH = LEFT + 24.0, 720.0
COVER_TITLE: Frame = (COVER_LEFT, 126.0, COVER_WIDTH, 150.0)
COVER_BODY: Frame = (COVER_LEFT, 312.0, COVER_WIDTH, 122.0)
COVER_META: Frame = (COVER_LEFT, 470.0, COVER_WIDTH, 16.0)
COVER_RULE: Frame = (COVER_LEFT, 290.0, 72.0, 4.0)  # between title and text
COVER_LOGO: Frame = (COVER_LEFT, 40.0, 260.0, 66.0)
KICKER: Frame = (LEFT, 28.0, 550.0, 16.0)
CORNER: Frame = (RIGHT - 110.0, 17.0, 110.0, 26.0)  # the logo on every other page
PAGE_NUMBER_WIDTH = 48.0
FOOTER_RULE = 492.0  # where the line above the footer lies
FOOTER: Frame = (LEFT, 499.0, ROOM - PAGE_NUMBER_WIDTH, 24.0)


@dataclass(frozen=True)
class Geometry:
    """The frames of all kinds of pages, and the sizes to try for their titles."""

    width: float = WIDTH
    height: float = HEIGHT
    title: Frame = TITLE
    titles: Sizes = ((26.0, 1), (24.0, 1), (26.0, 2), (22.0, 2), (18.0, 3))
    appendix_titles: Sizes = ((22.0, 1), (18.0, 1), (16.0, 2))
    body: Frame = BODY
    appendix_rise: float = 30.0  # short titles leave more room for tables
    kicker: Frame = KICKER
    marks_right: float = RIGHT
    marks: tuple[float, float] = (KICKER[1], 300.0)  # top and width
    cover_marks: tuple[float, float] | None = None  # where they stand elsewhere on a cover
    footer: Frame = FOOTER
    cover_title: Frame = COVER_TITLE
    cover_titles: Sizes = ((40.0, 2), (32.0, 3), (24.0, 4))
    cover_body: Frame = COVER_BODY
    cover_meta: Frame = COVER_META
    cover_logo: Frame = COVER_LOGO
    corner: Frame = CORNER
    title_stretch: float = 1.0  # how much wider the font of titles is than ours
    cover_stretch: float = 1.0
    bottom: float = FOOTER_RULE  # where exhibits end

    @property
    def right(self) -> float:
        """The right edge of what may be written on."""
        return self.body[0] + self.body[2]

    def beside(self, x: float) -> bool:
        """Whether something that begins there stands in the right column."""
        return x > self.body[0] + self.body[2] / 2


OURS = Geometry()
