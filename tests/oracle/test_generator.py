"""The generator and the torch runner: every script runs, and always in the same way."""

from __future__ import annotations

import ast

import pytest

from .generate import feature_names, generate
from .torch_run import Recording, run

pytestmark = pytest.mark.slow  # hundreds of scripts

SEEDS = range(300)


def _error(recording: Recording) -> str | None:
    return type(recording.error).__name__ if recording.error is not None else None


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_every_script_runs(first: int) -> None:
    failures = []
    for seed in range(first, first + 100):
        case = generate(seed)
        recording = run(case)
        if _error(recording) != case.raises:
            failures.append(f"seed {seed}: {recording.error!r} instead of {case.raises}")
        elif not recording.schedules and case.raises is None:
            failures.append(f"seed {seed}: no scheduler")
        elif max((o.steps for o in recording.optimizers), default=0) > 120:
            failures.append(f"seed {seed}: too long")
    assert not failures, "\n".join(failures)


def test_every_choice_occurs() -> None:
    found = set().union(*(generate(seed).features for seed in range(900)))
    assert not set(feature_names()) - found


def test_a_seed_always_gives_the_same_script() -> None:
    for seed in range(40):
        assert generate(seed) == generate(seed)


def test_scripts_differ() -> None:
    texts = {case.files[case.entry] for case in map(generate, SEEDS)}
    assert len(texts) == len(SEEDS)


def test_every_file_is_python() -> None:
    for seed in SEEDS:
        case = generate(seed)
        assert case.entry in case.files
        for name, text in {**case.files, **case.stubs}.items():
            ast.parse(text, name)
            assert text.endswith("\n")
            assert "\n\n\n\n" not in text


def test_the_lr_does_not_depend_on_gradients() -> None:
    """A light run, without backward passes, records what a full one does."""
    for seed in range(30):
        case = generate(seed)
        light, full = run(case), run(case, light=False)
        assert [o.lr for o in light.optimizers] == [o.lr for o in full.optimizers], seed
        assert [s.steps for s in light.schedules] == [s.steps for s in full.schedules], seed


def test_runs_do_not_disturb_each_other() -> None:
    cases = [generate(seed) for seed in range(12)]
    forward = [run(case).optimizers for case in cases]
    backward = [run(case).optimizers for case in reversed(cases)]
    assert forward == backward[::-1]
