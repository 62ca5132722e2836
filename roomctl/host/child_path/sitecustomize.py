"""Run by Python itself when a plugin's child starts (module `site`), after the paths of all that is installed.

Whatever interpreter the child runs on, so it needs nothing of roomctl.
"""

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

_HERE = str(Path(__file__).parent)


def _another() -> None:
    """The machine's own `sitecustomize`, which this one hides."""
    spec = PathFinder.find_spec(__name__)
    if spec is not None and spec.loader is not None and (make := getattr(spec.loader, "exec_module", None)):
        make(sys.modules[__name__])


sys.path[:] = [path for path in sys.path if path != _HERE]
_another()
sys.path.extend(path for path in os.environ.get("ROOMCTL_PLUGIN_PATH", "").split(os.pathsep) if path)
