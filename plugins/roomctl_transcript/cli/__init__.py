"""`roomctl transcribe`, `roomctl transcript` and `roomctl glossary`."""
