"""Parsing: syntax errors in one line, and no input that crashes the process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source import SourceError, load, nesting, parse_text
from lrlint.source.nesting import MAX_BRACKETS, MAX_LEVELS, MAX_PATTERN, check
from lrlint.source.notebook import read_notebook
from lrlint.source.parse import parse_expression
from lrlint.source.skeleton import read

HOSTILE = {
    "parentheses": lambda n: "x = " + "(" * n + "1" + ")" * n,
    "lists": lambda n: "x = " + "[" * n + "1" + "]" * n,
    "dicts": lambda n: "x = " + "{1:" * n + "1" + "}" * n,
    "calls": lambda n: "x = " + "f(" * n + "1" + ")" * n,
    "subscripts": lambda n: "x = " + "a[" * n + "1" + "]" * n,
    "unclosed": lambda n: "x = " + "([{" * n,
    "closers in strings": lambda n: "x = " + "(')'+" * n + "1" + ")" * n,
    "closers in comments": lambda n: "x = " + "( # )\n" * n + "1" + ")" * n,
    "plus": lambda n: "x = 1" + "+1" * n,
    "plus over lines": lambda n: "x = (1\n" + "+1\n" * n + ")",
    "minus signs": lambda n: "x = " + "-" * n + "1",
    "not": lambda n: "x = " + "not " * n + "1",
    "attributes": lambda n: "x = a" + ".b" * n,
    "call chain": lambda n: "x = a" + ".b()" * n,
    "double call chain": lambda n: "x = a" + "()" * n,
    "powers": lambda n: "x = 1" + "**1" * n,
    "and": lambda n: "x = 1" + " and 1" * n,
    "ternaries": lambda n: "x = " + "1 if 1 else " * n + "1",
    "lambdas": lambda n: "x = " + "lambda: " * n + "1",
    "lambdas with parameters": lambda n: "x = " + "lambda a, b: " * n + "1",
    "lambdas in defaults": lambda n: "x = " + "lambda a=" * n + "1" + ": 1" * n,
    "elif": lambda n: "if x:\n pass\n" + "elif x:\n pass\n" * n,
    "nested if": lambda n: "".join(" " * i + "if x:\n" for i in range(n)) + " " * n + "pass",
    "nested def": lambda n: "".join(" " * i + "def f():\n" for i in range(n)) + " " * n + "pass",
    "import": lambda n: "import a" + ".b" * n,
    "f-strings": lambda n: "x = " + "f'{" * n + "1" + "}'" * n,
    "f-strings of two kinds": lambda n: "x = " + "f'{f\"{" * n + "1" + "}\"}'" * n,
    "format specifications": lambda n: "x = f'" + "{1:" * n + "}" * n + "'",
    "patterns": lambda n: "match x:\n case " + "[" * n + "1" + "]" * n + ":\n  pass",
    "mapping patterns": lambda n: "match x:\n case " + "{1:" * n + "1" + "}" * n + ":\n  pass",
    "del": lambda n: "del " + "(" * n + "1 2" + ")" * n,
    "del after semicolon": lambda n: "x; del " + "(" * n + "1 2" + ")" * n,
    "mixed": lambda n: "x = " + "-(lambda a=f(" * n + "1" + "): 1)" * n,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_input_is_an_error_in_linear_time(kind: str) -> None:
    began = time.process_time()
    with pytest.raises(SourceError) as caught:
        parse_text(HOSTILE[kind](1500) + "\n")
    assert "\n" not in caught.value.message
    if not kind.startswith("nested "):  # libcst itself has a limit of 100 indentations
        assert "nested too deeply (" in caught.value.message
    assert time.process_time() - began < 5


SNIPPETS = [kind for kind in HOSTILE if "\n" not in HOSTILE[kind](1) and kind != "import"]


@pytest.mark.parametrize("kind", SNIPPETS)
def test_the_guard_is_on_every_way_to_libcst(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules and bodies are in `test_skeleton`; here are fixes, and syntax too new for CPython."""
    text = HOSTILE[kind](1500)
    assert parse_expression(text.removeprefix("x = ")) is None
    for name in ("notebook.syntax_error", "notebook.syntax_tree", "skeleton.syntax_tree"):
        monkeypatch.setattr(f"lrlint.source.{name}", lambda _: SourceError("too old"))
    cells = [{"cell_type": "code", "source": text}]
    (note,) = read_notebook(json.dumps({"cells": cells}).encode()).notes
    assert note.message.startswith("left out: ")
    source = load("x.py", data=text.encode())
    with pytest.raises(SourceError):
        read(source)


def test_one_module_asks_libcst_to_parse() -> None:
    root = Path(__file__).parents[2] / "lrlint"
    asks = re.compile(r"cst\.parse_\w+\(")
    asking = [path for path in root.rglob("*.py") if asks.search(path.read_text())]
    assert asking == [root / "source/parse.py"]


@pytest.mark.slow
def test_what_is_just_within_the_limits_parses_on_a_small_stack() -> None:
    """Everything the guard lets through must parse, on a thread of 1 MiB in its own process."""
    script = """
import sys, threading
from tests.source.test_parse import HOSTILE
from lrlint.source import SourceError, load, parse_text
from lrlint.source.nesting import check
from lrlint.source.skeleton import read
def largest(make):
    low, high = 1, 1500
    while high - low > 1:
        middle = (low + high) // 2
        try: check(make(middle))
        except SourceError: high = middle
        else: low = middle
    return low
def main():
    for kind in sys.argv[1:]:
        make = HOSTILE[kind]
        code = make(95 if kind.startswith("nested") else largest(make))
        try:
            module = parse_text(code)
            tree = read(load("x.py", data=code.encode())).tree
        except SourceError as error:
            assert kind in ("unclosed", "del", "del after semicolon"), (kind, error)
        else:
            assert module.body, kind
            assert tree.body, kind
threading.stack_size(1 << 20)
thread = threading.Thread(target=main)
thread.start()
thread.join()
print("survived")
"""
    run = subprocess.run(
        [sys.executable, "-c", script, *HOSTILE],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    assert (run.stdout, run.stderr, run.returncode) == ("survived\n", "", 0)


@pytest.mark.parametrize(
    ("code", "place", "message"),
    [
        ("x = 1\nprint 'x'\n", (2, 1), "Missing parentheses in call to 'print'. Did you mean"),
        ("if x:\n\ty\n        z\n", (3, 10), "inconsistent use of tabs and spaces"),
        ("if x:\n", (1, 6), "expected an indented block after 'if' statement on line 1"),
        ("x = (1,\n", (1, 5), "'(' was never closed"),
        ("x = 'abc\n", (1, 5), "unterminated string literal"),
        ("x = 1\n y = 2\n", (2, 1), "unexpected indent"),
        ("x = $\n", (1, 5), "invalid syntax"),
        ("x = '\ud800'\n", (1, 1), "holds half of a surrogate pair"),
    ],
)
def test_syntax_errors(code: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_text(code)
    assert caught.value.row == place[0]
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "code",
    [
        "",
        "x = 1",
        "\f\nx = 1\n",
        "x = 1\ry = 2\r",
        "if x:\r  y\r\n  z\n",
        "await f()\n",
        "x = f'{a!r:>{w}} {{}} {b:%Y-%m}'\n",
        "x = f'{'a'}'\n",
        "print(rf'\\{x}', b'(', Rb'[')\n",
        "def f[T](x: T) -> T: ...\n",
        "# only a comment",
        "x = " + "[" * 40 + "]" * 40 + "\n",
    ],
)
def test_odd_but_fine(code: str) -> None:
    assert parse_text(code).code == re.sub(r"\r(?!\n)", "\n", code)


@pytest.mark.parametrize(
    "code",
    [
        "x = [" + "1, " * 50_000 + "]\n",
        "x = {" + "'a': -1 + 2, " * 3_000 + "}\n",
        "x = [" + "lambda a, b: a + b, " * 2_000 + "]\n",
        "f(1)\n" * 3_000,
        "if x: pass\nelif y: pass\n" * 600,
        "x = " + "f(" * 90 + ")" * 90 + "\n",
        "x = 'a' " + "'b' " * 500 + "\n",
        "x = 1" + " + 1" * 400 + "\n",
        "s = '''" + "((((" * 5_000 + "'''\n",
        "# " + "((((" * 5_000 + "\n",
        'x = f"""' + "{a} ((( " * 1_000 + '"""\n',
    ],
)
def test_a_big_file_that_is_not_deep_raises_nothing(code: str) -> None:
    check(code)


@given(
    st.lists(
        st.sampled_from(
            [*"()[]{},:;+.\na", "**", "->", "lambda ", " if ", " not ", "'(,'", "# (\n"]
        )
        | st.sampled_from(["f'{a[0]}'", "f'{(a + b, c):>{d}}'"]),
        max_size=60,
    ).map("".join)
)
def test_the_cheap_bound_on_levels_is_one(line: str) -> None:
    assert nesting._levels(line)[0] <= nesting._most_levels(line)


def test_time_grows_with_the_size_only() -> None:
    def seconds(lines: int) -> float:
        code = "for i in range(10):\n    x[i] = f(i, 'a') + 1  # why\n" * (lines // 2)
        began = time.process_time()
        check(code)
        return time.process_time() - began

    seconds(100)
    assert seconds(100_000) < 40 * max(seconds(10_000), 0.01)


def test_limits_are_named_in_the_message() -> None:
    with pytest.raises(SourceError) as brackets:
        check("y\nx = " + "(" * 300 + ")" * 300)
    assert brackets.value.message == f"nested too deeply (300 levels; limit {MAX_BRACKETS})"
    assert brackets.value.row == 2
    with pytest.raises(SourceError, match=f"600 levels; limit {MAX_LEVELS}"):
        check("x = " + "-" * 600 + "1")
    with pytest.raises(SourceError, match=f"9 levels; limit {MAX_PATTERN}"):
        check("match x:\n  case " + "[" * 9 + "]" * 9 + ": pass")


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    script = (
        "import sys, lrlint.source as s; s.load('-', data=b'x').suppressions;"
        "print([m for m in ('libcst', 'pathspec', 'json', 'torch', 'numpy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
    script = (
        "import sys, lrlint.source as s; s.parse_text('x'); print('libcst.matchers' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout.strip() == "False"
