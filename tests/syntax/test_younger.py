"""What only a younger Python reads is linted and fixed like anything else."""

from __future__ import annotations

import ast
import sys

import nbformat
import pytest

from lrlint.fix import Location, apply_edits
from lrlint.linter.engine import lint_text
from lrlint.source import Positions, load, parse_text
from lrlint.source.skeleton import whole
from lrlint.syntax.nodes import walk
from lrlint.syntax.younger import from_libcst

from .test_build import shape

SCRIPT = """\
import torch

type Loader = list[int]


class Model[*Ts]: ...


def train[T: Model](model: T, optimizer, loader: Loader):
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=(100), eta_min=1e-6)
    for epoch in range(90):
        for é in loader:
            optimizer.step()
        scheduler.step()
    print(f"{"ü"} {f"{"x"}"}")
"""


def test_findings_and_fixes() -> None:
    (found,) = lint_text(SCRIPT).diagnostics
    assert found.code == "LR201"
    assert found.location == Location(10, 78)
    assert found.fix is not None
    fixed = apply_edits(SCRIPT, found.fix.edits)
    assert fixed == SCRIPT.replace("T_max=(100)", "T_max=(90)")
    assert lint_text(fixed).diagnostics == ()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="its own parser reads this")
def test_this_python_does_not_read_it() -> None:
    with pytest.raises(SyntaxError):
        ast.parse(SCRIPT)


LITERALS = {
    'open("C:\\Users\\me")': "(unicode error)",
    'x = "\\x4"': "(unicode error)",
    'x = "\\N{x}"': "(unicode error)",
    "x = b'é'": "bytes can only contain ASCII",
    "x = 'a' b'b'": "cannot mix bytes",
}


@pytest.mark.parametrize("code", LITERALS)
def test_what_libcst_alone_takes_for_python_is_none(code: str) -> None:
    text = f"import torch\nscheduler = StepLR(o, 1)\n{code}\n"
    (found,) = lint_text(text).diagnostics
    assert found.code == "LR000"
    assert LITERALS[code] in found.message
    assert found.location.row == 3


def test_a_cell_that_libcst_alone_takes_for_python_is_left_out() -> None:
    cells = [nbformat.v4.new_code_cell(code) for code in ("import torch", *LITERALS, "x = 1")]
    data = nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()
    source = load("train.ipynb", data=data)
    assert source.notebook is not None
    assert [note.cell for note in source.notebook.notes] == [2, 3, 4, 5, 6]
    assert len(whole(source).tree.body) == 2


@pytest.mark.parametrize(
    "code", [r'x = rf"{a}\{b}"', r'x = f"\N{BULLET}{a}"', "f(x for x in y)", "é = 'ü' + f(ä)"]
)
def test_odd_code_beside_it(code: str) -> None:
    text = f"type X = int\n{code}\n"
    found = from_libcst(parse_text(text), text)
    alone = whole(load("x.py", data=f"{code}\n".encode())).tree
    assert shape(found.body[1]) == shape(alone.body[0])
    assert found.body[1].end - found.body[1].start == alone.body[0].end


def test_where_libcst_moves_things_nothing_is_said() -> None:
    (found,) = lint_text("type X = int\n\x0cscheduler = StepLR(o, 1)\n").diagnostics or [None]
    assert found is None or found.code == "LR000"


def test_names_that_cpython_knows_by_another() -> None:
    source = load("x.py", data="x.ﬁ\nf(ﬁ=1)\ndef ﬁ(ﬁ=1): pass\n".encode())
    positions = Positions(source)
    for node in walk(whole(source).tree):
        assert positions.code(node) is not None
        assert positions.span(node).row in (1, 2, 3)
