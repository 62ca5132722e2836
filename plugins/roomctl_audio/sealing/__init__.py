"""Parts become FLAC segments: the finisher, a process of its own, and who asks it."""
