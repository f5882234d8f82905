"""A frozen pitch on its way out: links for readers, what became known since, whose names are hidden."""
