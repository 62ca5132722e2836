"""One use case per function, one unit of work each; the clock, the ids and the devices come in from outside."""
