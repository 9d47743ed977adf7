"""The training loop that most test scripts share, written as one line."""

from __future__ import annotations

import ast
import re

_CALL = re.compile(r"^( *)(TRAIN|TRAIN_PER_BATCH)(\(.*\))$", re.MULTILINE)


def with_loops(code: str) -> str:
    """Replace ``TRAIN(range(90))`` by a loop that steps the scheduler once per epoch.

    ``TRAIN_PER_BATCH`` steps it once per batch. Further arguments are the calls themselves, by
    default ``optimizer.step()`` and ``scheduler.step()``.
    """
    return _CALL.sub(_loop, code)


def _loop(match: re.Match[str]) -> str:
    indent, name, text = match.groups()
    call = ast.parse(name + text, mode="eval").body
    assert isinstance(call, ast.Call)
    given = [ast.get_source_segment(name + text, argument) for argument in call.args]
    epochs, optimizer, scheduler = [
        *given,
        *("optimizer.step()", "scheduler.step()")[len(given) - 1 :],
    ]
    lines = [
        f"for epoch in {epochs}:",
        "    for x, y in loader:",
        "        model(x, y).backward()",
        f"        {optimizer}",
        f"        {scheduler}" if name == "TRAIN_PER_BATCH" else f"    {scheduler}",
    ]
    return "\n".join(indent + line for line in lines)
