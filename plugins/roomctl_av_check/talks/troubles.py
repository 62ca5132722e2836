"""What goes wrong in a talk of any protocol, in the same words."""

from roomctl.api import tr
from roomctl.api.devices import LoginRefused, Secret, Silent


def refused(secret: Secret, mend: str = "") -> LoginRefused:
    """Another login is wanted.

    Args:
        mend: where it is to be put right, if not in the secrets alone.

    """
    return LoginRefused(
        tr("用户名或口令不对", "user or password is refused")
        if secret.user
        else tr("需要用户名和口令", "user and password are wanted"),
        mend=mend or tr("请核对 secrets.toml", "see secrets.toml"),
    )


def no_answer() -> Silent:
    """It took the connection, and said nothing."""
    return Silent(tr("已连接，无响应", "it took the connection and does not answer"))


def broken_off(came: str = "") -> Silent:
    """It closed the connection.

    Args:
        came: what it had said until then, or how that was noticed.

    """
    return Silent(tr("连接中途断开", "it hung up half-way"), came)
