"""What happens to a scan when something dies under it: real workers, a real beat, real kills."""
