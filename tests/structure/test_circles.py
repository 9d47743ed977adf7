"""Import circles. import-linter keeps the layers; this also looks inside each layer."""

from __future__ import annotations

from imports import circles, graph


def test_a_circle_is_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert circles({name: frozenset(others) for name, others in imports.items()}) == [["b", "c"]]


def test_no_circle_but_that_of_the_expressions() -> None:
    """An `Expr` knows its own arithmetic: `Expr.__floordiv__` makes a floor, which is an `Expr`."""
    assert {module.rpartition(".")[0] for circle in circles(graph()) for module in circle} == {
        "lrlint.symbolic"
    }
