"""Values that change in place, their copies, and how Python looks attributes up."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .scripts import UNKNOWN, value_of


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ("x.insert(1, 9)", [3, 9, 5, 7]),
        ("x.pop(0)", [5, 7]),
        ("x.pop()", [3, 5]),
        ("x.reverse()", [7, 5, 3]),
        ("x.sort(reverse=True)", [7, 5, 3]),
        ("x.sort(key=lambda n: abs(n - 5))", [5, 3, 7]),
        ("x.extend([2])", [3, 5, 7, 2]),
        ("x.clear()", []),
        ("x[1:] = [4]", [3, 4]),
        ("x[-1] = 8", [3, 5, 8]),
        ("del x[0]", [5, 7]),
        ("del x[-1]", [3, 5]),
        ("del x[:2]", [7]),
        ("y = x.copy()\ny[0] = 1", [3, 5, 7]),
        ("y = list(reversed(x))\ny.pop()", [3, 5, 7]),
        ("for k in range(unseen()):\n    x[0] = k", UNKNOWN),
        ("if unseen():\n    x.pop()", UNKNOWN),
        ("x.remove(unseen())", UNKNOWN),
    ],
)
def test_a_list_that_changes(change: str, result: object) -> None:
    assert (
        value_of("[*x]" if result is not UNKNOWN else "x[0]", f"x = [3, 5, 7]\n{change}") == result
    )


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ("d.clear()", 0),
        ("d |= {'rate': 5}", 5),
        ("d.update(rate=6)", 6),
        ("del d['rate']", 0),
        ("d.setdefault('rate', 9)", 3),
        ("d.popitem()", 0),
        ("e = copy.copy(d)\ne['rate'] = 8", 3),
        ("e = {'inner': d}\ncopy.copy(e)['inner']['rate'] = 8", 8),
        ("e = {'inner': d}\ncopy.deepcopy(e)['inner']['rate'] = 8", 3),
    ],
)
def test_a_dict_that_changes(change: str, result: int) -> None:
    assert value_of("d.get('rate', 0)", f"import copy\nd = {{'rate': 3}}\n{change}") == result


CONFIG = """
from dataclasses import asdict, dataclass, replace
@dataclass
class Config:
    width: int = 4
    depth: int = 6
first = Config(depth=9)
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("Config(**asdict(first)).depth", 9),
        ("replace(first, width=5).width", 5),
        ("replace(first, width=5).depth", 9),
        ("asdict(first)['width']", 4),
    ],
)
def test_copies_of_a_dataclass(code: str, result: int) -> None:
    assert value_of(code, CONFIG) == result


CLASSES = """
class Base:
    size = 2
    def __init__(self):
        self.count = 2
class Left(Base):
    def __init__(self):
        super().__init__()
        self.count += 1
class Right(Base):
    size = 5
    def __init__(self):
        super().__init__()
        self.count *= 3
class Both(Left, Right):
    pass
class Halved:
    def __init__(self):
        self._rate = 8
    @property
    def rate(self):
        return self._rate
    @rate.setter
    def rate(self, value):
        self._rate = value - 1
thing = Halved()
thing.rate = 6
"""


@pytest.mark.parametrize(
    ("code", "result"), [("Both().size", 5), ("Both().count", 7), ("thing.rate", 5)]
)
def test_attributes_are_looked_up_as_python_does(code: str, result: int) -> None:
    assert value_of(code, CLASSES) == result


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("torch.zeros(6, 2).repeat(3, 1)", 18),
        ("torch.zeros(6).repeat(2, 5)", 2),
        ("torch.zeros(1, 2).expand(7, -1)", 7),
        ("torch.zeros(6, 2).expand(-1, 2)", 6),
        ("torch.zeros(6, 2).repeat_interleave(4, dim=0)", 24),
        ("torch.zeros(6, 2).repeat_interleave(4, dim=1)", 6),
        ("torch.zeros(6).repeat_interleave(2)", 12),
        ("torch.zeros(6, 2).float().to('cpu')", 6),
    ],
)
def test_rows_of_a_tensor_that_is_repeated(code: str, result: int) -> None:
    assert value_of(f"len({code})", "import torch") == result


def test_a_name_that_is_set_through_globals() -> None:
    before = """
    count = 2
    def configure():
        globals()["count"] = 7
        globals().update(other=9)
    configure()
    """
    assert value_of("count", dedent(before)) == 7
    assert value_of("other", dedent(before)) == 9


def test_an_iterator_that_leaves_its_loop_has_no_known_length() -> None:
    script = """
    class Part:
        def __len__(self):
            return 6
        def __iter__(self):
            for number, item in enumerate(items):
                {leave}
                yield item
    total = list(Part())
    """
    assert value_of("len(total)", dedent(script).replace("{leave}", "pass")) == 6
    early = dedent(script).replace("{leave}", "if number == 3: return")
    assert value_of("len(total)", early) != 6
