"""How long something is, or where in a recording it stands, in digits."""


def hms(seconds: float, *, padded: bool = False) -> str:
    """`0:01:30`, as people look for a place; padded: `00:01:30`, as a clock runs.

    What is shorter than a second falls away, and what is below zero is zero.
    """
    whole = int(max(0.0, seconds))
    hours = f"{whole // 3600:02}" if padded else str(whole // 3600)
    return f"{hours}:{whole // 60 % 60:02}:{whole % 60:02}"
