"""The pytest plugin: the fixture ``lr_watch``, and ``--lrlint`` to watch every test.

Installed with lrlint (entry point ``pytest11``); torch is imported only by tests that ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lrlint.runtime.watch import Watch


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--lrlint=raise|warn``."""
    parser.getgroup("lrlint").addoption(
        "--lrlint",
        choices=("raise", "warn"),
        default=None,
        help="watch the learning-rate schedules of every test: fail on findings, or report them",
    )


@pytest.fixture
def lr_watch() -> Iterator[Watch]:
    """Watches all schedules of the test and fails it on a finding of error severity.

    ``lr_watch.findings`` and ``lr_watch.recording`` can be asked within the test; a test that calls
    ``lr_watch.close()`` itself gets the ScheduleError there.
    """
    from lrlint.runtime.watch import watch

    handle = watch(mode="raise")
    yield handle
    handle.close()


@pytest.fixture(autouse=True)
def _lrlint_watches(request: pytest.FixtureRequest) -> Iterator[None]:
    mode = request.config.getoption("--lrlint")
    if mode is None or "lr_watch" in request.fixturenames:
        yield
        return
    from lrlint.runtime.watch import watch

    handle = watch(mode=mode)
    yield
    handle.close()
