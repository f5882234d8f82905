"""Coming back after 30, 60 or 90 days: what was said then, and what came of it."""
