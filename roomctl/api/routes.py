"""What a plugin's REST routes are made with: `from roomctl.api.routes import Right, needs`.

router = APIRouter()

@router.get("/lamps", dependencies=[needs(Right.SEE_STATUS)])
def lamps() -> dict[str, int]: ...
"""

from typing import Any

from fastapi import Depends

from roomctl.domain.access import Right, User
from roomctl.web.rest.desk import still
from roomctl.web.session import Needs, admit


def needs(right: Right) -> Any:
    """A dependency: who asks has this right. As a parameter's default it gives the `User`."""
    return Depends(Needs(right))


__all__ = ["Right", "User", "admit", "needs", "still"]
