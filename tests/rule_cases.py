"""The snippets of all our rules: those in the rule files and those in ``tests/rules/cases``.

A rule's file shows its most telling snippets, ``tests/rules/cases/<code>/*.py`` has the others,
one in a file. A case begins with a header and is a plain script otherwise::

    # invalid: why the rule must report this
    # at: scheduler.step()
    # says: words that the message contains
    from torch.optim import SGD
    ...
    # fixed:
    # -     scheduler.step()
    # + scheduler.step()

The first row says ``valid`` or ``invalid`` and why. The other keys are those of
:class:`lrlint.rule.Invalid`; ``says`` and ``also`` may be repeated. Without ``# fixed:``, which
is followed by a :class:`lrlint.snippets.Diff`, there is no fix.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lrlint.rule import OWN_RULES, Invalid, Rule, load_rules
from lrlint.snippets import Diff, script

CASES = Path(__file__).parent / "rules" / "cases"
HEADER = re.compile(r"# (valid|invalid|at|row|says|also): (.+)\n")
RULES = [rule for rule in load_rules() if type(rule).__module__.startswith(OWN_RULES)]


def valid_scripts(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield a name and a script that must draw nothing of the rule."""
    for number, code in enumerate(rule.VALID, 1):
        yield f"{rule.code}-{number}", script(code)
    for name, case in _cases(rule):
        if isinstance(case, str):
            yield name, case


def invalid_examples(rule: Rule) -> Iterator[tuple[str, Invalid]]:
    """Yield a name and a snippet that must draw exactly one finding of the rule."""
    for number, example in enumerate(rule.INVALID, 1):
        yield f"{rule.code}-{number}", example
    for name, case in _cases(rule):
        if isinstance(case, Invalid):
            yield name, case


def _cases(rule: Rule) -> Iterator[tuple[str, str | Invalid]]:
    for path in sorted((CASES / rule.code.lower()).glob("*.py")):
        yield f"{rule.code}-{path.stem}", read_case(path.read_text(encoding="utf-8"))


def read_case(text: str) -> str | Invalid:
    """Return the script of a valid case, or an invalid one; raise ValueError for a bad header."""
    header: dict[str, list[str]] = defaultdict(list)
    while match := HEADER.match(text):
        header[match[1]].append(match[2])
        text = text[match.end() :]
    code, mark, fixed = text.partition("# fixed:\n")
    if not code or ("valid" in header) == ("invalid" in header):
        raise ValueError("a case begins with '# valid: why' or '# invalid: why'")
    if "valid" in header:
        if len(header) > 1 or mark:
            raise ValueError("a valid case has no other key")
        return code
    (at,) = header["at"] or [None]
    (row,) = header["row"] or [None]
    return Invalid(
        code,
        at=at,
        row=None if row is None else int(row),
        fixed=Diff(re.sub("^# ", "", fixed, flags=re.MULTILINE)) if mark else None,
        says=tuple(header["says"]),
        also=tuple(header["also"]),
    )
