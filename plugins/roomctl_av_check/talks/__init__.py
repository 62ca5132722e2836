"""Talks that need a library: imported when a device of that kind is read."""
