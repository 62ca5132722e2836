"""Plugins and processes: what runs them, and what keeps one of them from harming the rest."""
