"""What targets of every kind share: which keys they take, how they name what is unfinished, and what they say."""

import uuid

from roomctl.api import BadInput, Damaged, NotFound, tr
from roomctl_archive import manifest

PARTIAL = ".partial"
"""Ends the name of a file that is not whole yet."""

PROBE = b"roomctl\n" * 512
"""What a probe writes, reads back and removes."""


def checked(key: str) -> str:
    """The key. Raises: BadInput, where it would lead out of the target."""
    if not manifest.inside(key):
        raise BadInput(tr(f"存储路径“{key}”不能用", f"cannot store under the key {key!r}"))
    return key


def probe_name() -> str:
    """A name that nobody else has."""
    return f"roomctl-probe-{uuid.uuid4().hex[:8]}"


def missing(key: str) -> NotFound:
    """The target has no such file."""
    return NotFound(tr(f"存储目标里没有 {key}", f"the target has no {key}"))


def differs(key: str, now: str, wanted: str) -> Damaged:
    """What came is not what its manifest says: two SHA-256, as hex."""
    return Damaged(
        tr(f"送存的 {key} 与清单不符", f"{key} is not what its manifest says"),
        f"SHA-256 {now[:12]}… ≠ {wanted[:12]}…",
        tr("请校验本地存档包", "verify the local package"),
    )


def unlike(where: object) -> Damaged:
    """A probe was read back as something else."""
    return Damaged(
        tr(f"{where} 写入与读出不一致", f"{where} gives back other bytes than it got"),
        mend=tr("请换一处存储", "use another storage"),
    )
