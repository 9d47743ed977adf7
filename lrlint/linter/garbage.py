"""How often the garbage collector runs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 400_000
"""Objects that are made before the garbage collector looks at them."""


@contextmanager
def few_collections() -> Iterator[None]:
    """Let the garbage collector look for cycles less often.

    Trees and facts are millions of objects and nearly no garbage: at the usual threshold, looking
    at them again and again takes an eighth of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(max(usual[0], NEW_OBJECTS) if usual[0] else 0, *usual[1:])  # 0: it is off
    try:
        yield
    finally:
        gc.set_threshold(*usual)
