"""会务员's desk: a plain page on a tablet or a telephone, what it shows, and what is done there."""
