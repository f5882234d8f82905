"""A frozen snapshot in, a deck out: PowerPoint, PDF or web. Nothing here knows a model or asks a database."""
