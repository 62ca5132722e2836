"""`roomctl archive`."""
