"""Sign-in by card: whose it is, at the terminal's own reader or at one of the host."""
