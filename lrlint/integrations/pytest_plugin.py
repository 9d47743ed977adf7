"""The pytest plugin: the fixture ``lr_watch``, and ``--lrlint`` to watch every test.

pytest loads it wherever lrlint is installed (entry point ``pytest11``), so torch, which takes 2 s
to import, is imported only by tests that are watched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lrlint.runtime.watch import Watch


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--lrlint``."""
    parser.getgroup("lrlint").addoption(
        "--lrlint",
        choices=("raise", "warn"),
        default=None,
        help="watch the learning-rate schedules of every test: fail on findings, or report them",
    )


@pytest.fixture
def lr_watch() -> Iterator[Watch]:
    """Watch all schedules of the test and fail it on a finding of error severity.

    ``lr_watch.findings`` and ``lr_watch.recording`` can be read within the test; a test that calls
    ``lr_watch.close()`` itself gets the ScheduleError there.
    """
    yield from _watched("raise")


@pytest.fixture(autouse=True)
def _lrlint_watches(request: pytest.FixtureRequest) -> Iterator[None]:
    mode = request.config.getoption("--lrlint")
    if mode is None or "lr_watch" in request.fixturenames:
        yield
        return
    for _ in _watched(mode):
        yield


def _watched(mode: str) -> Iterator[Watch]:
    from lrlint.runtime.watch import watch  # imports torch: 2 s

    handle = watch(mode=mode)
    yield handle
    handle.close()
