"""What the axes ``epoch-loop``, ``batch-loop`` and ``step-loop`` share.

Their options return a ``Loop``: how its body is wrapped, and the expressions for its counter.
``Loop.render(body)`` returns the lines of the loop, ``Loop.before`` the lines before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .text import Lines, block


@dataclass
class Loop:
    render: Callable[[Lines], Lines]
    variable: str = ""
    """The counter's name, where there is one."""
    index: str = ""
    """The counter from 0."""
    nth: str = ""
    """The counter from 1."""
    before: Lines = field(default_factory=list)


def loop_over(header: str, *first: str, after: Lines | None = None) -> Callable[[Lines], Lines]:
    return lambda body: block(header, [*first, *body, *(after or [])])
