"""What a file is proven whole by, for 30 years."""

from roomctl.domain.digests import Digest, running_sm3

__all__ = ["Digest", "running_sm3"]
