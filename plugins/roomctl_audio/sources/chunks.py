"""How sound goes to the capture from who reads a file, or listens: piece by piece, each behind its head."""

import struct

HEAD = struct.Struct("<II")
"""Of a file. Bytes of the chunk, and frames that are damaged in the file, and missing, just before it."""

HEADER = struct.Struct("<IdI?")
"""Of a microphone: see `mic`."""
