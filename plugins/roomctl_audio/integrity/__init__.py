"""A recording is checked in full, and brought back after a crash or damage."""
