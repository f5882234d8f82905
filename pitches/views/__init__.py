"""Home, the pitch pages, and the decks."""
