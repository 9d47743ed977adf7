"""Scripts that start code which imports modules by their names."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.source import Relevance

NET = "from torch.optim.lr_scheduler import StepLR\ndef build(o):\n    return StepLR(o, 3)\n"

STARTS = {
    "a field in a name": "def find(kind):\n    return importlib.import_module(f'nets.{kind}_net')",
    "a sum": "def find(kind):\n    return importlib.import_module('nets.' + kind)",
    "a template": "def find(kind):\n    return importlib.import_module('nets.%s' % kind)",
    "a method of text": """
        def find(kind):
            return importlib.import_module("nets.{}".format(kind))
        """,
    "a variable": """
        def find(kind):
            path = "nets." + kind
            return importlib.import_module(path)
        """,
    "a parameter": "def find(kind):\n    return importlib.import_module(kind)",
    "the own package": """
        def find(kind):
            return importlib.import_module("." + kind, __package__)
        """,
    "through another function": """
        def find(kind):
            return load(kind)
        def load(kind):
            return importlib.import_module("nets." + kind)
        """,
}

STARTS_NOT = {
    "the name is from the environment": """
        def find(kind):
            backend = os.environ["BACKEND"]
            return importlib.import_module(backend)
        """,
    "a module of another library": """
        def find(kind):
            return importlib.import_module("." + kind, package=gym.__name__)
        """,
    "the name is whole": "def find(kind):\n    return importlib.import_module('tomllib')",
    "another function does": """
        def find(kind):
            return NETS[kind]
        def load(kind):
            return importlib.import_module("nets." + kind)
        """,
}


def starts(folder: Path, files: dict[str, str]) -> bool:
    (folder / ".git").mkdir()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    first = folder.resolve() / next(iter(files))
    return Relevance().may_start(first, first.read_text(encoding="utf-8"))


def project(finder: str) -> dict[str, str]:
    return {
        "main.py": "from finder import find\nfind('small').build(optimizer)",
        "finder.py": f"import importlib, os\n{dedent(finder)}",
        "nets/small.py": NET,
    }


@pytest.mark.parametrize("kind", STARTS)
def test_a_name_that_is_put_together_may_lead_to_a_scheduler(kind: str, tmp_path: Path) -> None:
    assert starts(tmp_path, project(STARTS[kind]))


@pytest.mark.parametrize("kind", STARTS_NOT)
def test_no_module_of_the_project_is_named(kind: str, tmp_path: Path) -> None:
    assert not starts(tmp_path, project(STARTS_NOT[kind]))


@pytest.mark.parametrize(("last", "answer"), [(NET, True), ("def build(o): return o", False)])
def test_a_long_chain_from_code_that_imports_by_name(
    last: str, answer: bool, tmp_path: Path
) -> None:
    """Such a chain leads into whole libraries: it is followed to its end."""
    files = {
        "main.py": "from settings import read\nfrom first import run\nrun(read())",
        "settings.py": """
            import importlib, os
            def read():
                path = os.environ["SETTINGS"]
                return importlib.import_module(path)
            """,
        "first.py": "from second import run",
        "second.py": "from third import run",
        "third.py": "from fourth import build\ndef run(o): build(o)",
        "fourth.py": last,
    }
    assert starts(tmp_path, files) is answer
