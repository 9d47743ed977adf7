"""Curves as SVG: what is drawn, whatever the numbers."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from lrlint.output.curve_svg import curve_svg
from lrlint.output.curves import Curve

NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(*lrs: list[float]) -> ElementTree.Element:
    """Return the picture of some curves over the same steps."""
    curves = [Curve(f"group {i}", range(1, len(lr) + 1), lr) for i, lr in enumerate(lrs)]
    return ElementTree.fromstring(curve_svg(curves))


def points(picture: ElementTree.Element) -> list[list[tuple[float, float]]]:
    """Return the points of each curve in a picture."""
    return [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]  # type: ignore[misc]
        for line in picture.iter(f"{NAMESPACE}polyline")
    ]


def texts(picture: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{NAMESPACE}text")]


def test_a_line_from_the_first_step_to_the_last() -> None:
    picture = drawn([0.1, 0.05, 0.0])
    assert points(picture) == [[(58.0, 10.0), (252.0, 88.0), (446.0, 166.0)]]
    assert texts(picture) == ["0", "0.02", "0.04", "0.06", "0.08", "0.1", *"123", "optimizer step"]


def test_several_curves_have_a_legend_and_differ_without_colour() -> None:
    picture = drawn([0.1, 0.1], [0.01, 0.02])
    assert texts(picture)[-2:] == ["group 0", "group 1"]
    lines = list(picture.iter(f"{NAMESPACE}polyline"))
    assert [line.get("stroke-dasharray") for line in lines] == [None, "6 4"]


def test_a_label_is_text() -> None:
    curve = Curve("<script>&\x1b", [1, 2], [0.1, 0.2])
    picture = ElementTree.fromstring(curve_svg([curve, curve]))
    assert texts(picture)[-1] == "<script>&\N{REPLACEMENT CHARACTER}"


def test_a_long_curve_is_small_and_keeps_its_peak() -> None:
    lr = [0.001] * 1_000_000
    lr[123_456] = 1.0
    picture = drawn(lr)
    (line,) = points(picture)
    assert len(ElementTree.tostring(picture)) < 12_000
    assert min(y for _, y in line) == 10.0


@given(
    st.lists(
        st.lists(st.floats(), min_size=1, max_size=50),
        min_size=1,
        max_size=5,
    )
)
def test_any_numbers_stay_inside_the_picture(lrs: list[list[float]]) -> None:
    for line in points(drawn(*lrs)):
        assert all(0 <= x <= 460 and 0 <= y <= 200 for x, y in line)
