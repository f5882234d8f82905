"""Pages of the teams room, one file per noun."""

from teams.views.entry import password_reset

__all__ = ["password_reset"]  # account_urls wants it by this name
