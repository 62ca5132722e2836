"""Where the sound comes from: microphone, file or tone, and the ring that it fills."""
