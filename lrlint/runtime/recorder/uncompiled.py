"""Keep ``torch.compile`` out of our hooks, so that a compiled training stays one graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch._C import _dynamo

from lrlint.runtime.recorder.hidden_frames import hidden


def uncompiled(hook: Any) -> Any:
    """Return the same hook, which ``torch.compile`` leaves out.

    A compiled ``optimizer.step`` stays one graph only where nothing of ours is compiled with it:
    this is what ``torch.compiler.disable`` does, without the import of the compiler (2 s).
    """
    frames: Any = getattr(_dynamo, "eval_frame", None)
    if hasattr(frames, "set_code_exec_strategy"):  # torch 2.7: with all that a frame calls
        skip = frames._FrameExecStrategy(frames._FrameAction.SKIP, frames._FrameAction.SKIP)
        frames.set_code_exec_strategy(hook.__code__, skip)
    elif hasattr(frames, "set_eval_frame") and hasattr(frames, "skip_code"):
        hook = hidden(_with_compiler_off(hook, frames.set_eval_frame))
        frames.skip_code(hook.__code__)
    hook._torchdynamo_disable = True
    return hook


def _with_compiler_off(hook: Any, set_compiler: Callable[[Any], Any]) -> Any:
    """Return the same hook, during which no frame is given to the compiler."""

    def uncompiled_hook(optimizer: Any, args: Any, kwargs: Any) -> None:
        before = set_compiler(None)
        try:
            hook(optimizer, args, kwargs)
        finally:
            set_compiler(before)

    return uncompiled_hook
