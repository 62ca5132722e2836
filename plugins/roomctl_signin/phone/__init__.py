"""Sign-in by telephone: codes on the terminal and on notices, a plain page, the check that it opens."""
