"""Pages of the competitors room, one file per noun."""
