"""How sound goes from the process that reads a file to the capture: chunk by chunk, each behind its head."""

import struct

HEAD = struct.Struct("<II")
"""Bytes of the chunk, and frames that are damaged in the file, and missing, just before it."""
