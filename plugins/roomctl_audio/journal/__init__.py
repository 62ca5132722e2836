"""The journal: its rows, its file, and what its rows say of the clock."""
