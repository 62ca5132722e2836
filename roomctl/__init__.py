"""roomctl: conference-room control and session recorder."""

__version__ = "0.1.0"
