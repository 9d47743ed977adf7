"""The warm-ups before a cosine of lightning-bolts 0.7 and MONAI 1.6, with LRs that those used."""

from __future__ import annotations

import pytest

from lrlint.formulas import LAWS
from lrlint.formulas.warmup_cosine import BOLTS, MONAI

BOLTS_USED = [1e-4, 0.01, 0.01, 0.0075, 0.0025, 0.0, 0.0025, 0.0075, 0.01, 0.0075, 0.0025, 0.0]
MONAI_USED = {
    0: 1e-4,
    6: 0.0009931806517013613,
    18: 0.0008386407858128706,
    48: 0.00010542974530180327,
    54: 2.709137914968268e-05,
    59: 1e-05,
}


@pytest.mark.parametrize(
    ("name", "base", "arguments", "used"),
    [
        (
            BOLTS,
            0.01,
            {"warmup_epochs": 2, "max_epochs": 5, "warmup_start_lr": 1e-4},
            dict(enumerate(BOLTS_USED)),
        ),
        (BOLTS, 0.01, {"warmup_epochs": 0, "max_epochs": 8}, dict.fromkeys(range(9), 0.0)),
        (
            MONAI,
            0.001,
            {"warmup_steps": 3, "t_total": 60, "end_lr": 1e-5, "warmup_multiplier": 0.1},
            MONAI_USED,
        ),
    ],
)
def test_lrs_that_were_used(
    name: str, base: float, arguments: dict[str, float], used: dict[int, float]
) -> None:
    law, groups = LAWS[name], [{"lr": base}]
    curve, replay = law.curve([base], **arguments), law.start(groups, **arguments)
    for step in range(max(used) + 1):
        assert groups[0]["lr"] == pytest.approx(curve(step)[0], rel=1e-12, abs=1e-18)
        if step in used:
            assert curve(step)[0] == pytest.approx(used[step], rel=1e-12, abs=1e-16)
        replay.step()


def test_an_argument_that_is_refused() -> None:
    (problem,) = LAWS[MONAI].problems(warmup_steps=3, t_total=60, warmup_multiplier=2)
    assert (problem.parameter, problem.raises) == ("warmup_multiplier", "ValueError")
