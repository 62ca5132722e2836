"""A whole meeting on real speech, down the real chain; what the README's first command runs."""
