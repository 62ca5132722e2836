"""Rules and values. Pure: no I/O, no framework, no clock of its own."""
