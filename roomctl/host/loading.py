"""The steps from a manifest to a plugin that can be asked; each is called inside the plugin's own thread."""

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pluggy
from pydantic import BaseModel, ValidationError

from roomctl.errors import BadInput, RoomctlError
from roomctl.fields import first_fault
from roomctl.host.manifest import DROP_IN, DROPIN, Manifest
from roomctl.i18n import chinese, english, tr


def import_plugin(manifest: Manifest) -> ModuleType:
    """Its module. Raises: whatever the plugin raises."""
    if manifest.source != DROP_IN:
        return importlib.import_module(manifest.module)
    family = sys.modules.setdefault(DROPIN, ModuleType(DROPIN, "Plugins of the data folder."))
    family.__path__ = []
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{manifest.module}.")]:
        del sys.modules[name]  # of an earlier data folder in this process
    spec = importlib.util.spec_from_file_location(
        manifest.module, manifest.path / "__init__.py", submodule_search_locations=[str(manifest.path)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(manifest.path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[manifest.module] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(manifest.module, None)
        raise
    return module


def register(manager: pluggy.PluginManager, name: str, module: ModuleType) -> dict[str, pluggy.HookImpl]:
    """Its hooks by name.

    Raises:
        BadInput: a hook that does not exist, an argument that it does not have, or a wrapper: each implementation
            is called alone, so there is nothing to wrap.

    """
    try:
        manager.register(module, name)
    except pluggy.PluginValidationError as error:
        if manager.is_registered(module):
            manager.unregister(module)
        raise BadInput(" ".join(str(error).split())) from None
    try:
        return {caller.name: _alone(caller, name, manager) for caller in manager.get_hookcallers(module) or ()}
    except BadInput:
        manager.unregister(module)
        raise


def _alone(caller: pluggy.HookCaller, name: str, manager: pluggy.PluginManager) -> pluggy.HookImpl:
    if caller.spec is None:
        known = ", ".join(sorted(_specified(manager)))
        raise BadInput(
            tr(f"没有名为 {caller.name} 的钩子", f"there is no hook {caller.name}"),
            mend=tr(f"可用：{known}", f"known: {known}"),
        )
    (found,) = (one for one in caller.get_hookimpls() if one.plugin_name == name)
    if found.hookwrapper or found.wrapper:
        raise BadInput(
            tr(f"{caller.name} 不能是包装器", f"{caller.name} cannot be a wrapper"),
            mend=tr("请改用不带参数的 @hookimpl", "mark it by @hookimpl without arguments"),
        )
    return found


def _specified(manager: pluggy.PluginManager) -> list[str]:
    return [name for name, caller in vars(manager.hook).items() if getattr(caller, "spec", None) is not None]


class BadConfig(RoomctlError):  # noqa: N818 - as the other kinds are named
    """A section of roomctl.toml that the plugin's model refuses."""

    status = 422


def validated(name: str, model: type[BaseModel] | None, section: Mapping[str, Any]) -> BaseModel | None:
    """The section as the plugin's own model; None where it has none.

    Raises:
        BadConfig: the key, what was expected, and the keys that there are.

    """
    known = _keys(model) if model else []
    listed = ", ".join(known) or "-"
    where = f"[plugins.{name}]"
    if unknown := [key for key in section if key not in known]:
        raise BadConfig(
            tr(f"roomctl.toml {where} 里不认识的键 {unknown[0]}", f"roomctl.toml {where}: unknown key {unknown[0]}"),
            tr(f"可用的键：{listed}", f"known keys: {listed}"),
            tr("请改正或删掉它", "correct it or remove it"),
        )
    if model is None:
        return None
    try:
        return model.model_validate(dict(section))
    except ValidationError as error:
        key, why = first_fault(error)
        got = repr(error.errors(include_url=False)[0]["input"])[:60]
        raise BadConfig(
            tr(f"roomctl.toml {where} 的 {key or '-'} 不对", f"roomctl.toml {where}: {key or '-'} is wrong"),
            tr(
                f"{chinese(why)}，写的是 {got}（可用的键：{listed}）",
                f"{english(why)}, not {got} (known keys: {listed})",
            ),
            tr("请改正它", "correct it"),
        ) from None


def _keys(model: type[BaseModel]) -> list[str]:
    names = []
    for name, info in model.model_fields.items():
        alias = info.validation_alias
        names.append(alias if isinstance(alias, str) else name)
        if isinstance(alias, str) and model.model_config.get("populate_by_name"):
            names.append(name)
    return sorted(names)
