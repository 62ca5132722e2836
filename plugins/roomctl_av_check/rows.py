"""One row of what the plugin's own checks find."""

from roomctl.api import CheckState, Result
from roomctl.api.devices import Title, Value


def row(
    device: str,
    check: str,
    state: CheckState,
    message: str,
    *,
    value: Value = None,
    unit: str = "",
    threshold: Value = None,
    hint: str | None = None,
    evidence: str | None = None,
    device_title: Title = ("", ""),
    title: Title = ("", ""),
) -> Result:
    """As `Result`; a hint is for whoever has something to do."""
    return Result(
        device=device,
        check=check,
        state=state,
        value=value,
        unit=unit,
        threshold=threshold,
        message=message,
        hint=None if state.quiet else hint or None,
        evidence=evidence,
        device_title=device_title,
        title=title,
    )
