"""候会: the screen of the waiting room, and the usher's telephone."""
