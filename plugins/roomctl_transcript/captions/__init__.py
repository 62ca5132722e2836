"""Live captions: what is being said, on the room's screen and at the operator's, while the recording goes on."""
