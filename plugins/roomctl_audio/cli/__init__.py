"""`roomctl record` and `roomctl recording`."""
