"""What Python does by itself: exceptions that leave functions, hooks of classes, ``del``."""

from __future__ import annotations

import pytest

from .one_decay import steps

_SINGLE = "for k in range({}): update()"


@pytest.mark.parametrize(
    ("code", "count"),
    [
        # classes
        (
            "class Base:\n    all = []\n    def __init_subclass__(cls): Base.all.append(cls)\n"
            "class A(Base): pass\nclass B(Base): pass\nfor c in Base.all: update()",
            2,
        ),
        ("class C:\n    n = 5\n    def __init__(self): self.n = 2\nc = C()\ndel c.n\n", 5),
        (
            "class A:\n    def n(self): return 4\nclass B(A):\n    def n(self): return 1\n"
            "class C(B):\n    def n(self): return super(B, self).n()\nc = C()\nc.n = c.n()\n",
            4,
        ),
        (
            "import dataclasses, typing\n@dataclasses.dataclass\nclass C:\n"
            "    total: typing.ClassVar[int] = 9\n    n: int = 2\nc = C(3)\n",
            3,
        ),
        (
            "import dataclasses\n@dataclasses.dataclass\nclass C:\n"
            "    made: int = dataclasses.field(init=False, default=9)\n    n: int = 2\nc = C(3)\n",
            3,
        ),
        # context managers
        (
            "class C:\n    n = 0\n    def __enter__(self): self.n += 1\n"
            "    def __exit__(self, *error): self.n += 2\nc = C()\nwith c: pass\n",
            3,
        ),
        # ways out of a function
        (
            "def f():\n    try: return 1\n    finally:\n        return 3\n"
            "class C: n = f()\nc = C()\n",
            3,
        ),
        (
            "def f(a):\n    try:\n        return 5\n    finally:\n        if a: return 3\n"
            "class C: n = f(True)\nc = C()\n",
            3,
        ),
        (
            "def get(k):\n    try: return {'n': 4}[k]\n    except KeyError: return 7\n"
            "class C: n = get('n')\nc = C()\n",
            4,
        ),
    ],
)
def test_followed(code: str, count: int) -> None:
    assert steps(code if "update" in code else code + _SINGLE.format("c.n")) == count


@pytest.mark.parametrize(
    "code",
    [
        # an exception that is handled in a function, or goes on from it
        "def f(k):\n    try:\n        if k == 4: raise KeyError\n    except KeyError: return\n"
        "    decay.step()\nfor k in range(6):\n    adam.step()\n    f(k)",
        "def f(k):\n    try:\n        if k % 3 == 0: raise OSError\n"
        "    except OSError: return False\n    return True\nfor k in range(6):\n    adam.step()\n"
        "    if f(k): decay.step()",
        "def f(k):\n    try: {0: 1}[k]\n    except KeyError: return\n    decay.step()\n"
        "for k in range(6):\n    adam.step()\n    f(k)",
        "def f(k):\n    try:\n        if k == 4: raise KeyError\n    except KeyError: raise\n"
        "for k in range(6):\n    update()\n    f(k)",
        "def f(k):\n    try:\n        if k == 4: raise KeyError\n"
        "    except KeyError: raise OSError\n"
        "try:\n    for k in range(6):\n        update()\n        f(k)\nexcept OSError: pass",
        # elements that an object gives one by one
        "class D:\n    def __len__(self): return 6\n    def __getitem__(self, k):\n"
        "        if k > 3: raise IndexError\n        return k\nfor x in D(): update()",
        # what a metaclass makes of an object
        "class M(type):\n    def __call__(cls):\n        made = super().__call__()\n"
        "        made.n = 6\n        return made\nclass C(metaclass=M):\n"
        "    def __init__(self): self.n = 2\nfor k in range(C().n): update()",
        # a coroutine that nothing awaits
        "async def f(): decay.step()\nfor k in range(3):\n    adam.step()\n    f().close()",
    ],
)
def test_left_open(code: str) -> None:
    assert steps(code) is None


def test_a_name_that_is_gone_steps_nothing() -> None:
    code = (
        "kept = decay\ndel decay\nfor k in range(3):\n    adam.step()\n"
        "    try: decay.step()\n    except NameError: pass"
    )
    assert steps(code) in (0, None)
