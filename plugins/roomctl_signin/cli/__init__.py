"""`roomctl roster` and `roomctl signin`."""
