"""Run a script as ``python SCRIPT`` would, with the recorder as the only difference."""

from __future__ import annotations

import builtins
import io
import os
import runpy
import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from zipfile import is_zipfile

from lrlint.errors import UserError
from lrlint.runtime.recursion import raise_recursion_limit
from lrlint.runtime.silent_exits import ScriptEnd, SilentExits
from lrlint.runtime.uncaught import end_by


@dataclass(frozen=True)
class Target:
    """What to run: a file, or a module by name."""

    name: str
    arguments: tuple[str, ...]
    module: bool = False

    def path(self) -> Path:
        """Return the file that is run. Raises UserError where there is none."""
        if not self.module:
            path = Path(self.name)
            if path.is_dir():
                raise UserError(f"{self.name}: is a folder; name the script, or use -m")
            if not path.is_file():
                raise UserError(f"{self.name}: no such file")
            if path.suffix == ".pyc" or is_zipfile(path):  # which Python runs
                raise UserError(f"{self.name}: is not source code; name the script in it")
            if path.suffix.lower() == ".ipynb":
                raise UserError(
                    f"{self.name}: is a notebook, which cannot be run as a script; call"
                    " lrlint.enable() in its first cell instead"
                )
            return path
        if "" not in sys.path:
            sys.path.insert(0, os.getcwd())
        try:
            spec = find_spec(self.name)
            if spec is not None and spec.submodule_search_locations is not None:
                spec = find_spec(f"{self.name}.__main__")
        except (ImportError, ValueError) as error:
            raise UserError(f"-m {self.name}: {error}") from error
        except Exception as error:
            failure = error  # of the package's own code
        else:
            return self._file(spec)
        sys.exit(end_by(failure).status)

    def _file(self, spec: ModuleSpec | None) -> Path:
        """Return the file of a module. Raises UserError where it cannot be run."""
        if spec is None or spec.origin is None or not Path(spec.origin).is_file():
            raise UserError(f"-m {self.name}: no such module, or one that cannot be run")
        return Path(spec.origin)


def run(target: Target, at_exit: Callable[[ScriptEnd], int]) -> ScriptEnd:
    """Run the target in this process, and call ``at_exit`` once, however the script ends.

    That includes ``os._exit``, SIGTERM and SIGHUP. ``at_exit`` returns the exit status, which
    differs from the script's where the report says so; it is that of the result, too.
    """
    path = target.path()
    ends: list[ScriptEnd] = []

    def finish(end: ScriptEnd) -> int:
        if not ends:
            ends.append(end)
            ends.append(replace(end, status=at_exit(end)))
        return ends[-1].status

    with SilentExits(finish):
        end = _with_its_threads(_execute(target, path))
    finish(end)
    return ends[-1]


def _execute(target: Target, path: Path) -> ScriptEnd:
    sys.argv = [str(path) if target.module else target.name, *target.arguments]
    try:
        if target.module:
            sys.modules["__main__"] = _new_main()
            raise_recursion_limit()
            runpy._run_module_as_main(target.name)  # type: ignore[attr-defined] # as python -m does
        else:
            if not getattr(sys.flags, "safe_path", False):  # python -P
                sys.path[0] = str(path.resolve().parent)
            _execute_file(target.name)
    except BaseException as error:
        uncaught = error
    else:
        return ScriptEnd(0)
    return end_by(uncaught)


def _with_its_threads(end: ScriptEnd) -> ScriptEnd:
    """Wait for the script's threads, as Python does before it calls what ``atexit`` registers."""
    others = (thread for thread in threading.enumerate() if not thread.daemon)
    shutdown = getattr(threading, "_shutdown", None)  # which an executor's threads need to end
    if shutdown is None or all(thread is threading.main_thread() for thread in others):
        return end
    try:
        shutdown()
    except BaseException as error:  # Ctrl-C: Python shows it, and goes on to its end
        interruption = error
    else:
        return end
    end_by(interruption)
    return replace(end, cut=True)


def _execute_file(script: str) -> None:
    name = os.path.abspath(script)
    if os.name == "posix":  # where Python leaves `./` and `..` in it
        name = os.path.join(os.getcwd(), script)
    with io.open_code(script) as file:
        code = compile(file.read(), name, "exec", dont_inherit=True)
    main = _new_main()
    # What `python SCRIPT` gives its module; pickles and worker processes rely on it.
    vars(main).update(
        __file__=name,
        __cached__=None,
        __loader__=SourceFileLoader("__main__", name),
        __spec__=None,
    )
    sys.modules["__main__"] = main
    raise_recursion_limit()
    exec(code, vars(main))


def _new_main() -> types.ModuleType:
    """Return the module that a script or a module runs in, as Python begins it."""
    main = types.ModuleType("__main__")
    vars(main)["__builtins__"] = builtins
    if sys.version_info < (3, 14):  # made when first used, from then on
        vars(main)["__annotations__"] = {}
    return main


__all__ = ["Target", "run"]
