"""Models: what there is, where it comes from, and whether it is whole.

A model is told by its content: every file is pinned by size and SHA-256, so it does not matter who handed it over.
"""
