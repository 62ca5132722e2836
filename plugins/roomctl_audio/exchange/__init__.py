"""Files out of a recording, and recordings from elsewhere."""
