"""What one walk over a module says of it, before anything in it is interpreted.

Whoever asks whether a function yields, what a class calls or what a module changes in place would
otherwise walk the same syntax again and again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lrlint.analysis.code.queries import SCOPES, yields
from lrlint.formulas import LAWS
from lrlint.source import Mutations
from lrlint.source.outline import only_fields, words
from lrlint.source.skeleton import Skeleton
from lrlint.syntax import nodes as cst
from lrlint.syntax.nodes import children


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in a module, a class or a function, with all that is defined in it."""

    called: frozenset[str]
    """The last names of all that is called: ``step`` of ``self.optimizer.step()``."""
    relevant: bool
    """Whether it builds or steps something."""


class Survey:
    """The parts of one module, and what it changes in place."""

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        self._mutations = Mutations()
        # By identity: the module keeps its nodes alive.
        self._parts: dict[int, Part] = {}
        self._generators: dict[int, bool] = {}

    @property
    def module(self) -> Part:
        """What stands in the module."""
        return self.part(self._skeleton.tree)

    @property
    def mutations(self) -> Mutations:
        """What the module changes in place, as its parsed functions say."""
        _ = self.module
        return self._mutations

    def part(self, node: cst.CSTNode) -> Part:
        """What stands in a module, or in a function, lambda or class of it."""
        found = self._parts.get(id(node))
        return self._survey(node) if found is None else found

    def is_generator(self, function: cst.FunctionDef) -> bool:
        """Whether calling a function, whose body is parsed, makes a generator."""
        found = self._generators.get(id(function))
        if found is None:
            text = self._skeleton.text(function)
            may_yield = text is None or "yield" in text
            found = self._generators[id(function)] = may_yield and yields(function.body)
        return found

    def _survey(self, root: cst.CSTNode) -> Part:
        """Walk one scope, the scopes in it each by itself."""
        called: set[str] = set()
        names = {root.name.value} if isinstance(root, cst.FunctionDef) else set[str]()
        inner: list[Part] = []
        stack = _said_by(root)
        text = self._skeleton.text(root)
        if text is not None:  # its words say as much as its tree, which need not be there
            code = only_fields(text)
            called.update(name[::-1] for name in _DELLAC.findall(code[::-1]))
            names |= words(_VARIABLE_STEP.sub(" ", code))
            stack.remove(root.body)  # type: ignore[attr-defined]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is cst.Name:  # a variable `step` steps nothing
                if node.value != "step":  # type: ignore[attr-defined]
                    names.add(node.value)  # type: ignore[attr-defined]
                continue
            if kind is cst.Attribute:
                names.add(node.attr.value)  # type: ignore[attr-defined]
            if kind in SCOPES:
                inner.append(self._survey(node))
                continue
            if kind is cst.Call:
                name = _last_name(node.func)  # type: ignore[attr-defined]
                if name is not None:
                    called.add(name)
            elif kind in _CHANGES:
                self._note_change(node)
            stack += _said_by(node)
        part = Part(
            called=frozenset(called).union(*(one.called for one in inner)),
            relevant=any(map(_is_telling, names)) or any(one.relevant for one in inner),
        )
        self._parts[id(root)] = part
        return part

    def _note_change(self, node: cst.CSTNode) -> None:
        found = self._mutations
        match node:
            case cst.AugAssign(target=cst.Attribute(attr=attribute)):
                found.attributes.add(attribute.value)
            case cst.AugAssign(target=cst.Subscript(slice=[cst.String(value=str() as key)])):
                found.keys.add(key)
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Attribute(attr=attribute))],
                value=cst.BinaryOperation(),
            ):
                found.attributes.add(attribute.value)
            case cst.Global(names=names) | cst.Nonlocal(names=names):
                found.shared_names.update(name.value for name in names)


_VARIABLE_STEP = re.compile(r"step(?<!\wstep)(?<!\.step)(?<!def step)\b")
"""``step``, where it is only what a variable is called."""
_DELLAC = re.compile(r"\([ \t]*(\w+)(?!\w| (?:fed|ssalc)\b)")
"""A name that is called, back to front: the regex engine skips to the bracket, which is 20 times as
fast as trying each name."""
_CHANGES = frozenset({cst.AugAssign, cst.Assign, cst.Global, cst.Nonlocal})


def _said_by(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The parts of a node, without its annotations: a type builds and steps nothing."""
    parts = children(node)
    annotation = _ANNOTATION.get(type(node))
    if annotation is not None and (found := getattr(node, annotation)) is not None:
        parts.remove(found)
    return parts


_ANNOTATION = {cst.Param: "annotation", cst.AnnAssign: "annotation", cst.FunctionDef: "returns"}


def _last_name(callee: cst.BaseExpression) -> str | None:
    if isinstance(callee, cst.Attribute):
        callee = callee.attr
    return callee.value if isinstance(callee, cst.Name) else None


def _is_telling(name: str) -> bool:
    return name == "step" or name in LAWS or "sched" in name.lower()
