"""Run a script as ``python SCRIPT`` would, with the recorder as the only difference."""

from __future__ import annotations

import builtins
import io
import os
import runpy
import signal
import sys
import threading
import traceback
import types
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import FrameType, TracebackType

from lrlint.errors import UserError
from lrlint.runtime.recorder.hidden_frames import HIDDEN, OURS
from lrlint.runtime.silent_exits import ScriptEnd, SilentExits

_LONG = 1 << 63
"""The least positive number that is too large for C, where Python exits with 255."""


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
            runpy.run_module(target.name, run_name="__main__", alter_sys=True)
        else:
            if not getattr(sys.flags, "safe_path", False):  # python -P
                sys.path[0] = str(path.resolve().parent)
            _execute_file(path)
    except SystemExit as error:
        return ScriptEnd(_status(error))
    except KeyboardInterrupt as error:
        _print_traceback(error)
        return ScriptEnd(128 + signal.SIGINT, cut=True, signal=signal.SIGINT)
    except BaseException as error:
        _print_traceback(error)
        return ScriptEnd(1, cut=True)
    return ScriptEnd(0)


def _with_its_threads(end: ScriptEnd) -> ScriptEnd:
    """Wait for the script's threads, as Python does before it calls what ``atexit`` registers."""
    others = (thread for thread in threading.enumerate() if not thread.daemon)
    shutdown = getattr(threading, "_shutdown", None)  # which an executor's threads need to end
    if shutdown is None or all(thread is threading.main_thread() for thread in others):
        return end
    try:
        shutdown()
    except BaseException as error:  # Ctrl-C: Python shows it, and goes on to its end
        _print_traceback(error)
        return replace(end, cut=True)
    return end


def _execute_file(path: Path) -> None:
    name = os.path.abspath(path)
    with io.open_code(str(path)) as file:
        code = compile(file.read(), name, "exec", dont_inherit=True)
    main = types.ModuleType("__main__")
    # What `python SCRIPT` gives its module; pickles and worker processes rely on it.
    vars(main).update(
        __file__=name,
        __builtins__=builtins,
        __cached__=None,
        __loader__=SourceFileLoader("__main__", name),
        __spec__=None,
    )
    if sys.version_info < (3, 14):  # made when first used, from then on
        vars(main)["__annotations__"] = {}
    sys.modules["__main__"] = main
    exec(code, vars(main))


def _status(error: SystemExit) -> int:
    """Return the exit status that Python makes of ``sys.exit(code)``."""
    code = error.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -_LONG <= code < _LONG else 0xFF
    with suppress(Exception):  # a closed stream, or what has no text
        print(code, file=sys.stderr)
    return 1


def _print_traceback(error: BaseException) -> None:
    """Print the script's traceback without the frames that started it, and without our wrappers."""
    cleaned: BaseException | None = error
    seen: set[int] = set()
    while cleaned is not None and id(cleaned) not in seen:
        seen.add(id(cleaned))
        cleaned.__traceback__ = _without_ours(cleaned.__traceback__)
        cleaned = cleaned.__cause__ or cleaned.__context__
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except Exception:  # the script's own hook fails: its error is shown all the same
        with suppress(Exception):
            traceback.print_exception(error)


def _without_ours(trace: TracebackType | None) -> TracebackType | None:
    frames = []
    while trace is not None:
        if not _is_ours(trace.tb_frame):
            frames.append(trace)
        trace = trace.tb_next
    for frame in reversed(frames):
        frame.tb_next = trace
        trace = frame
    return trace


def _is_ours(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return name.startswith((OURS, HIDDEN, "<frozen runpy")) or name.endswith("runpy.py")


def die_of(number: int) -> None:
    """End this process by a signal, as it would have ended without us."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


__all__ = ["Target", "die_of", "run"]
