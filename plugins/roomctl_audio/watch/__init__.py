"""The signal is watched while it is recorded: the watch, a process of its own, and who starts it."""
