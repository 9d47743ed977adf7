"""The edits of fixes: each case is a text before, a change and the text after."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent

import libcst as cst
import pytest

from lrlint.analysis.code.modules import ModuleUnit, Project
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.fix import (
    Change,
    Destination,
    DropArgument,
    Edit,
    MoveStatement,
    ReplaceWith,
    SetArgument,
)
from lrlint.source import load, splice
from lrlint.source.nodes import children


def unit_of(text: str, name: str = "train.py") -> ModuleUnit:
    return Project().entry(load(Path(name), data=text.encode()))


def place_of(unit: ModuleUnit, code: str) -> SyntaxPlace:
    """Return the outermost node that is written as ``code``, or begins so (a loop's header)."""
    code = " ".join(code.split())
    pending: list[cst.CSTNode] = [unit.tree]
    while pending:
        node = pending.pop(0)
        if isinstance(node, (cst.BaseExpression, cst.For, cst.While)):
            text = " ".join(unit.code(node).split())
            if text == code or (isinstance(node, (cst.For, cst.While)) and text.startswith(code)):
                return SyntaxPlace(unit, node)
        pending += children(node)
    raise LookupError(code)


def rewritten(text: str, code: str, change: Change) -> str | None:
    edits = place_of(unit_of(text), code).rewrite(change)
    if edits is None:
        return None
    result = apply_edits(text, edits)
    ast.parse(result)
    return result


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    return splice(text, [(edit.span, edit.content) for edit in edits])


def call_in(text: str) -> str:
    """Return the call that is the last statement of a text."""
    last = ast.parse(text).body[-1]
    assert isinstance(last, ast.Expr)
    segment = ast.get_source_segment(text, last.value)
    assert segment is not None
    return segment


# -- arguments


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(a)", "f(a, n=1)"),
        ("f()", "f(n=1)"),
        ("f( )", "f( n=1)"),
        ("f(a, b=2)", "f(a, b=2, n=1)"),
        ("f(a, n=2, c=3)", "f(a, n=1, c=3)"),
        ("f(a, n = (2))", "f(a, n = (1))"),
        ("f(a,)", "f(a, n=1,)"),
        ("f(a, **kwargs)", "f(a, n=1, **kwargs)"),
        ("f(*args)", "f(*args, n=1)"),
        ("f(\n    a,\n    b=2,\n)", "f(\n    a,\n    b=2,\n    n=1,\n)"),
        ("f(\n    a,\n    b=2\n)", "f(\n    a,\n    b=2,\n    n=1\n)"),
        ("f(\n  a,\n  b=2,  # one, two\n)", "f(\n  a,\n  b=2,  # one, two\n  n=1,\n)"),
        ("f(\n    a,\n    b=2  # why\n)", "f(\n    a,\n    b=2,  # why\n    n=1\n)"),
        ("f(\n    a,\n    **kwargs,\n)", "f(\n    a,\n    n=1,\n    **kwargs,\n)"),
        ("f(a,\n  b=2)", "f(a,\n  b=2,\n  n=1)"),
        ("f(\n    a, b,\n    c, d\n)", "f(\n    a, b,\n    c, d, n=1\n)"),
        ("f(\n    a\n)", "f(\n    a,\n    n=1\n)"),
        ("f(\r\n    a,\r\n)", "f(\r\n    a,\r\n    n=1,\r\n)"),
        ("f(a, g(x for x in y))", "f(a, g(x for x in y), n=1)"),
        ("f((x for x in y))", "f((x for x in y), n=1)"),
        ("f((a), ((b)) ,)", "f((a), ((b)) , n=1,)"),
        ("(f)(a)", "(f)(a, n=1)"),
        ("( f # (\n )(a)", "( f # (\n )(a, n=1)"),
        ("f(a  # ) (\n, b=(c))", "f(a  # ) (\n, b=(c), n=1)"),
        ("f(*(a), ** (b))", "f(*(a), n=1, ** (b))"),
        ("f(é, 'ü')", "f(é, 'ü', n=1)"),
        ("f(a, n=(2  # two\n))", "f(a, n=(1  # two\n))"),
        ("f(a,\r  b=(3) \\\r ,\r**d)", "f(a,\r  b=(3) \\\r ,\rn=1,\r**d)"),
    ],
)  # fmt: skip
def test_set_argument(before: str, after: str) -> None:
    assert rewritten(before, call_in(before), SetArgument("n", "1")) == after


def test_set_argument_that_is_given_by_position() -> None:
    before = "CosineAnnealingLR(optimizer, 10, 0)"
    assert rewritten(before, before, SetArgument("T_max", "epochs * len(loader)")) == (
        "CosineAnnealingLR(optimizer, epochs * len(loader), 0)"
    )
    assert rewritten(before, before, SetArgument("eta_min", "1e-6")) == (
        "CosineAnnealingLR(optimizer, 10, 1e-6)"
    )


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("f(x for x in y)", SetArgument("n", "1")),
        ("f(a)", SetArgument("n", "1 +")),
        ("f(a)", SetArgument("not a name", "1")),
        ("f(a)", SetArgument("n", "x for x in y")),
        ("f(a)", SetArgument("n", "b, c")),
        ("f(a)", SetArgument("n", "(b), (c)")),
        ("f(\nn=(1 # )\n) \\\n ,k=1)", DropArgument("n")),
        ("f(a)", ReplaceWith("b := c")),
        ("StepLR(*arguments)", DropArgument("step_size")),
        ("f(a, b)", DropArgument(0)),
        ("f(a)", DropArgument("n")),
        ("f(a, *b)", DropArgument(1)),
        ("f(a)", DropArgument(1)),
        ("f(a)", ReplaceWith("b\n+ c")),
        ("f(a)", ReplaceWith("b +")),
        ("f(\n    # why\n    a\n)", DropArgument(0)),
    ],
)
def test_what_is_not_rewritten(code: str, change: Change) -> None:
    assert rewritten(code, code, change) is None


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("f(a)", 0, "f()"),
        ("f(a,)", 0, "f()"),
        ("f(n=1)", "n", "f()"),
        ("f(a, n=1)", "n", "f(a)"),
        ("f(a, n=1,)", "n", "f(a,)"),
        ("f(a, n=1, c=2)", "n", "f(a, c=2)"),
        ("f(n=1, c=2)", "n", "f(c=2)"),
        ("f(a, b, c=2)", 1, "f(a, c=2)"),
        ("f(a, n=1, **kwargs)", "n", "f(a, **kwargs)"),
        ("f(\n    a,\n    n=1,\n    c=2,\n)", "n", "f(\n    a,\n    c=2,\n)"),
        ("f(\n    a,\n    n=1,  # why\n)", "n", "f(\n    a,\n)"),
        ("f(\n    a,\n    n=1\n)", "n", "f(\n    a,\n)"),
        ("f(a,\n  n=1)", "n", "f(a)"),
        ("f(a, n=1,\n  c=2)", "n", "f(a,\n  c=2)"),
        ("f(\n    a,  # first\n    n=1\n)", "n", "f(\n    a,  # first\n)"),
        ("StepLR(optimizer, 10, 0.5)", "gamma", "StepLR(optimizer, 10)"),
        ("f((a), n=(1))", "n", "f((a))"),
        ("(f) (n = (1) ,)", "n", "(f) ()"),
        ("f((n), (a)(b), c=2)", 1, "f((n), c=2)"),
    ],
)
def test_drop_argument(before: str, name: str | int, after: str) -> None:
    assert rewritten(before, call_in(before), DropArgument(name)) == after


@pytest.mark.parametrize(
    ("before", "at", "new", "after"),
    [
        ("f(n=a)", "a", "b + c", "f(n=b + c)"),
        ("f(n=2 * a)", "a", "b + c", "f(n=2 * (b + c))"),
        ("f(n=2 * (a))", "a", "b + c", "f(n=2 * (b + c))"),
        ("f(n=2 * a)", "a", "b(c)", "f(n=2 * b(c))"),
        ("x = a.b", "a", "b or c", "x = (b or c).b"),
        ("s.get_lr()", "s.get_lr()", "s.get_last_lr()", "s.get_last_lr()"),
        ("f(a)", "a", "(b, c)", "f((b, c))"),
        ("f(a)", "a", "b, c", "f((b, c))"),
        ("f((a))", "a", "b, c", "f((b, c))"),
        ("f(a, n)", "a", "(b := c)", "f((b := c), n)"),
        ("(a)(b)", "a", "b or c", "(b or c)(b)"),
        ("x[a]", "a", "b, c", "x[(b, c)]"),
        ("f(a)", "a", "(b), (c)", "f(((b), (c)))"),
        ("[a]", "a", "b, c", "[(b, c)]"),
        ("[*a]", "a", "b or c", "[*(b or c)]"),
        ("{**a}", "a", "b or c", "{**(b or c)}"),
        ("[x for x in a]", "a", "b if c else d", "[x for x in (b if c else d)]"),
        ("lambda: a", "a", "b, c", "lambda: (b, c)"),
        ("x = a", "a", "b, c", "x = b, c"),
        ("a.b", "a", "1", "(1).b"),
        ("f'{a}'", "a", "b.c()", "f'{b.c()}'"),
    ],
)  # fmt: skip
def test_replace(before: str, at: str, new: str, after: str) -> None:
    assert rewritten(before, at, ReplaceWith(new)) == after


# -- moving


def moved(before: str, loop: str = "for epoch in", step: str = "scheduler.step()") -> str | None:
    text = dedent(before).lstrip("\n")
    unit = unit_of(text)
    change = MoveStatement(place_of(unit, loop), Destination.END_OF_BODY)
    edits = place_of(unit, step).rewrite(change)
    if edits is None:
        return None
    result = apply_edits(text, edits)
    ast.parse(result)
    return result


def test_move_out_of_the_batch_loop() -> None:
    assert moved(
        """
        for epoch in range(epochs):
            for x, y in loader:
                optimizer.step()
                scheduler.step()
                total += 1
            print(epoch)
        print("done")
        """
    ) == dedent(
        """\
        for epoch in range(epochs):
            for x, y in loader:
                optimizer.step()
                total += 1
            print(epoch)
            scheduler.step()
        print("done")
        """
    )


def test_move_where_both_loops_end() -> None:
    assert moved(
        """
        for epoch in range(epochs):
            for x, y in loader:
                optimizer.step()
                scheduler.step()
        """
    ) == dedent(
        """\
        for epoch in range(epochs):
            for x, y in loader:
                optimizer.step()
            scheduler.step()
        """
    )


FUNCTION = """
    def g():
        a = 1
        b = 2
        c = 3
"""


def test_move_after_a_function_that_is_not_read() -> None:
    loops = "for epoch in r:\n    for x in l:\n        optimizer.step()\n"
    assert moved(f"{loops}        scheduler.step(){FUNCTION}") == (
        f"{loops}{FUNCTION[1:].rstrip()}\n    scheduler.step()\n"
    )


@pytest.mark.parametrize(
    "rows",
    [
        "    y = 1; \\\n        scheduler.step()\n    print(1)",
        "    y = 1\n        scheduler.step()\n    print(1) \\\n",
    ],
)
def test_rows_that_go_on_in_the_next_are_left(rows: str) -> None:
    assert moved(f"for epoch in r:\n    for x in l:\n    {rows}\n") is None


def test_a_row_of_a_string_is_not_a_comment() -> None:
    text = "for epoch in r:\n    for x in l:\n        y = '''\n        # text'''\n"
    assert moved(f"{text}        scheduler.step()\n    print(1)\n") == (
        f"{text}    print(1)\n    scheduler.step()\n"
    )


def test_move_in_a_file_without_a_last_newline() -> None:
    assert (
        moved(
            "for epoch in a:\n    for x in b:\n        optimizer.step()\n        scheduler.step()"
        )
        == "for epoch in a:\n    for x in b:\n        optimizer.step()\n    scheduler.step()"
    )


def test_move_keeps_line_ends_and_tabs() -> None:
    assert moved(
        "for epoch in a:\r\n\tfor x in b:\r\n\t\toptimizer.step()\r\n\t\tscheduler.step()\r\n"
        "\tprint()\r\n"
    ) == (
        "for epoch in a:\r\n\tfor x in b:\r\n\t\toptimizer.step()\r\n"
        "\tprint()\r\n\tscheduler.step()\r\n"
    )


def test_comments_go_along_and_paragraphs_stay() -> None:
    assert moved(
        """
        for epoch in range(epochs):
            for x, y in loader:
                optimizer.step()

                # Decay.
                scheduler.step()  # once

                total += 1
            # The end.
            if total:
                print(total)  # all

        print("done")
        """
    ) == dedent(
        """\
        for epoch in range(epochs):
            for x, y in loader:
                optimizer.step()

                total += 1
            # The end.
            if total:
                print(total)  # all
            # Decay.
            scheduler.step()  # once

        print("done")
        """
    )


def test_move_of_several_rows() -> None:
    assert moved(
        """
        while go:
            for x in loader:
                optimizer.step()
                scheduler.step(
                    epoch
                )
            done()
        """,
        "while go",
        "scheduler.step( epoch )",
    ) == dedent(
        """\
        while go:
            for x in loader:
                optimizer.step()
            done()
            scheduler.step(
                epoch
            )
        """
    )


@pytest.mark.parametrize(
    "body",
    [
        "for x in loader: scheduler.step()",
        "for x in loader:\n    scheduler.step()",
        "for x in loader:\n    optimizer.step(); scheduler.step()",
        "for x in loader:\n    optimizer.step()\n    y = scheduler.step()",
        "for x in loader:\n    optimizer.step()\n    scheduler.step()\nbreak",
        "if x:\n    continue\nfor x in loader:\n    optimizer.step()\n    scheduler.step()",
        "def f():\n    optimizer.step()\n    scheduler.step()",
        "optimizer.step()\nscheduler.step()",
    ],
)
def test_what_is_not_moved(body: str) -> None:
    rows = "\n".join(f"    {row}" for row in body.split("\n"))
    assert moved(f"for epoch in range(epochs):\n{rows}\n") is None


def test_a_step_in_the_else_of_the_loop_is_not_moved() -> None:
    before = """
        for epoch in range(epochs):
            print()
        else:
            print()
            scheduler.step()
        """
    assert moved(before) is None


def test_a_continue_of_an_inner_loop_is_not_an_obstacle() -> None:
    assert (
        moved(
            """
            for epoch in range(epochs):
                for x in loader:
                    if x: continue
                    optimizer.step()
                    scheduler.step()
            """
        )
        is not None
    )


def moved_after(before: str, update: str = "optimizer.step()") -> str | None:
    text = dedent(before).lstrip("\n")
    unit = unit_of(text)
    change = MoveStatement(place_of(unit, update), Destination.AFTER_OPTIMIZER_STEP)
    edits = place_of(unit, "scheduler.step()").rewrite(change)
    return None if edits is None else apply_edits(text, edits)


def test_move_after_the_optimizer() -> None:
    assert moved_after(
        """
        for x in loader:
            scheduler.step()
            optimizer.step()  # update
            total += 1
        """
    ) == dedent(
        """\
        for x in loader:
            optimizer.step()  # update
            scheduler.step()
            total += 1
        """
    )


def test_move_after_the_update_of_the_scaler() -> None:
    assert moved_after(
        """
        for x in loader:
            scheduler.step()
            scaler.step(optimizer)
            scaler.update()
        """,
        "scaler.step(optimizer)",
    ) == dedent(
        """\
        for x in loader:
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
        """
    )


def test_move_into_the_batch_loop() -> None:
    assert moved_after(
        """
        for epoch in range(epochs):
            for x in loader:
                optimizer.step()
                total += 1
            scheduler.step()
            print()
        """
    ) == dedent(
        """\
        for epoch in range(epochs):
            for x in loader:
                optimizer.step()
                scheduler.step()
                total += 1
            print()
        """
    )


def test_no_move_into_another_function() -> None:
    before = """
        for epoch in range(epochs):
            def train():
                for x in loader:
                    optimizer.step()
            scheduler.step()
        """
    assert moved_after(before) is None


def test_no_move_into_another_block() -> None:
    before = """
        for x in loader:
            scheduler.step()
            if x:
                optimizer.step()
        """
    assert moved_after(before) is None


def test_no_move_into_another_file() -> None:
    here = unit_of("for epoch in a:\n    f()\n    scheduler.step()\n")
    there = unit_of("for epoch in a:\n    pass\n", "other.py")
    change = MoveStatement(place_of(there, "for epoch"), Destination.END_OF_BODY)
    assert place_of(here, "scheduler.step()").rewrite(change) is None


# -- notebooks


def notebook(*cells: str) -> str:
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "source": cell, "metadata": {}, "outputs": []}
                for cell in cells
            ],
            "metadata": {"language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def test_rows_count_within_the_cell() -> None:
    cell = "for epoch in a:\n    for x in b:\n        optimizer.step()\n        scheduler.step()"
    unit = unit_of(notebook("import torch\n", cell, "print(1)"), "train.ipynb")
    change = MoveStatement(place_of(unit, "for epoch"), Destination.END_OF_BODY)
    edits = place_of(unit, "scheduler.step()").rewrite(change)
    assert edits is not None
    assert apply_edits(cell, edits) == (
        "for epoch in a:\n    for x in b:\n        optimizer.step()\n    scheduler.step()"
    )


@pytest.mark.parametrize(
    "text",
    [
        "for epoch in a:\n    for x in b: optimizer.step()\n    print(0)\n    scheduler.step()\n",
        "for epoch in a:\n    if x: optimizer.step()\n    scheduler.step()\n",
    ],
)
def test_no_move_into_a_body_of_one_row(text: str) -> None:
    unit = unit_of(text)
    change = MoveStatement(place_of(unit, "optimizer.step()"), Destination.AFTER_OPTIMIZER_STEP)
    assert place_of(unit, "scheduler.step()").rewrite(change) is None
