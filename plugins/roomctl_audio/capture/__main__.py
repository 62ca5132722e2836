"""`python -m roomctl_audio.capture DIR`."""

import logging
import os
import sys

from roomctl_audio.capture.process import main

if __name__ == "__main__":
    code = main(sys.argv[1:])
    logging.shutdown()
    os._exit(code)  # a thread that hangs in a device must not keep the process
