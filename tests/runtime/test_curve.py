"""The bounded curve: complete up to a limit, then thinned."""

from __future__ import annotations

from lrlint.runtime.recorder.curve import COMPLETE, Curve


def test_a_curve_is_complete_up_to_its_limit_and_bounded_beyond() -> None:
    curve = Curve()
    for step in range(COMPLETE):
        curve.add(step, [float(step)], None)
    assert curve.at == list(range(COMPLETE))
    for step in range(COMPLETE, 100 * COMPLETE):
        curve.add(step, [float(step)], None)
    assert len(curve.at) <= COMPLETE
    assert curve.at == [int(lr[0]) for lr in curve.lr]
    assert {b - a for a, b in zip(curve.at, curve.at[1:], strict=False)} == {curve.stride}


def test_a_group_that_is_added_later_repeats_its_first_lr() -> None:
    curve = Curve()
    curve.add(0, [0.1], [0.1])
    curve.add(1, [0.2, 0.5], [0.2, 0.5])
    assert curve.by_group() == ((0.1, 0.2), (0.5, 0.5))
    assert curve.expected_by_group() == ((0.1, 0.2), (0.5, 0.5))


def test_a_step_without_an_expected_lr_leaves_none() -> None:
    curve = Curve()
    curve.add(0, [0.1], None)
    curve.add(1, [0.1], [0.1])
    assert curve.expected_by_group() is None
