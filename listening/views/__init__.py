"""Pages of the listening room, one file per noun."""
