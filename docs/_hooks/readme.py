"""What README.md shows of lrlint: the list of rules, and what two commands print.

``python docs/_hooks/readme.py`` writes them anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from rule_pages import own_rules

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(?s)(<!-- (\w+):begin -->\n)(.*?)(<!-- \2:end -->)")


def updated(text: str) -> str:
    """Return the text of README.md with its blocks as they should be."""
    return BLOCK.sub(lambda block: block[1] + _content(block[2], block[3]) + block[4], text)


def _content(name: str, old: str) -> str:
    if name == "rules":
        rows = ["| code | name | severity | what it reports |", "| --- | --- | --- | --- |"]
        rows += [
            f"| {rule.code} | {rule.name} | {rule.severity.label} | {rule.summary()} |"
            for rule in own_rules()
        ]
        return "\n".join(rows) + "\n"
    command = re.findall(r"^\$ lrlint (.+)$", old, re.MULTILINE)[0]
    return f"```console\n$ lrlint {command}\n{_output(command)}```\n"


def _output(command: str) -> str:
    """Return what a command of the README prints outside a terminal."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LRLINT_")}
    ours.pop("COLUMNS", None)
    ran = subprocess.run(
        f'"{sys.executable}" -m lrlint {command}',
        shell=True,
        cwd=ROOT,
        env=ours | {"NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    return "".join(f"{row.rstrip()}\n" for row in ran.stdout.splitlines())


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
