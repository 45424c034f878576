"""Where things lie, and the environment in which Python, envguard and the engine are started."""

import os
import sys
from pathlib import Path

import preloads
from injections import LOCKED_VERSION

HERE = Path(__file__).resolve().parent
ORACLE = HERE.parents[1] / "integration" / "oracle"
LISTING = HERE.parents[2] / "fixtures" / "recipe" / "definitions.txt"
CACHE = Path(os.environ.get("ENVGUARD_TEST_TORCH") or Path.home() / ".cache" / "envguard-test")


def install(version=LOCKED_VERSION):
    """A virtual environment with a complete PyTorch."""
    folder = CACHE / f"python-{version}"
    if not (folder / "bin" / "python").exists():
        sys.exit(f"{folder} is missing\n  next: ci/fetch-torch python-{version}")
    return folder


def torch_folder(version):
    found = list(install(version).glob("lib/python3.*/site-packages/torch"))
    return found[0]


def plain(folder):
    """An environment without any variable that moves numerics; `folder` is the home."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1"}


def injected(injection, folder):
    """What the injection sets; its library is built below `folder` first."""
    variables = dict(injection.variables)
    if injection.preload:
        library = preloads.build(injection.preload, folder)
        variables["LD_PRELOAD"] = library.name if injection.by_search_path else str(library)
        if injection.by_search_path:
            variables["LD_LIBRARY_PATH"] = str(library.parent)
    return variables
