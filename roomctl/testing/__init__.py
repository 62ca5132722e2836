"""Shipped to plugin authors: fakes, fixtures, and one contract suite per kind of plugin."""
