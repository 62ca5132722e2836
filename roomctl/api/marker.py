"""How a plugin marks its hooks."""

import pluggy

hookimpl = pluggy.HookimplMarker("roomctl")
"""Marks a function of a plugin as the implementation of the hook of the same name."""
