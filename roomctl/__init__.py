"""roomctl: conference-room control and session recorder."""

import os

__version__ = "0.1.0"

# Nothing leaves the room unasked: onnxruntime (1.29 and later) sends facts of models and machine to its maker, unless
# this stands in the environment before it is loaded. Children inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
