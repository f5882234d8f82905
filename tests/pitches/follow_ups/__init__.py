"""Coming back after 30, 60 or 90 days."""
