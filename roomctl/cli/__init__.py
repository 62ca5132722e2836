"""Command line: one module per group, each imported when its command is called."""
