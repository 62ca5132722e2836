"""An address as it stands in a URL."""


def authority(address: str, port: int) -> str:
    """Host and port; an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
