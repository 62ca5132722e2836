"""What a speech engine's plugin says of its models."""

from collections.abc import Sequence

from roomctl.api import Missing, PluginContext, tr


def lacking_model(ctx: PluginContext, engine: str, models: Sequence[str]) -> list[Missing]:
    """For `roomctl_self_check`: empty where one of the models is installed, else the smallest one with the commands.

    Args:
        engine: as people know it.
        models: by their names in the catalogue, the smallest last.

    """
    if any(name in ctx.services.installed_models() for name in models):
        return []
    small = models[-1]
    return [
        Missing(
            what=tr(f"模型 {small}", f"model {small}"),
            why=tr(f"没有模型，{engine} 不能转写", f"{engine} cannot transcribe without its model"),
            mend=tr(
                f"联网：roomctl models pull {small}；离线，从 U 盘：roomctl models import 路径",
                f"online: roomctl models pull {small}; offline, from a USB stick: roomctl models import PATH",
            ),
            fatal=False,
        )
    ]
