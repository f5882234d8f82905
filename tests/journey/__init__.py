"""The whole way in a browser, through real processes."""
