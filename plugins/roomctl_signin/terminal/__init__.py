"""The sign-in terminal at the door: a plain page, what it is told, and what it sends."""
