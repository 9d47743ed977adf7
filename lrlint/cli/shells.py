"""Completion in shells: where click leaves ``--option=VALUE`` and names with brackets out.

Bash splits words at ``=`` and ``:`` and replaces the last piece only; zsh and fish replace the
whole word, with the option.
"""

from __future__ import annotations

import os
import re
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' line
    for line in $(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \
%(complete_var)s=bash_complete $1); do
        case $line in
            file,*) COMPREPLY=(); compopt -o default ;;
            plain,*) COMPREPLY+=("${line#plain,}") ;;
        esac
    done
    # The value follows at once.
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_SPLIT = re.compile("[=:]+")
"""What bash takes as a separate word."""
_OPTION = re.compile("--[^=]+=")
_SPECIAL = re.compile(r"[^\w\-.,=:/+@%]")
"""What means something to bash in a word without quotes."""


class _Bash(BashComplete):
    source_template = _BASH
    _before = ""
    """What bash has split off the last word, without the option, and keeps."""
    _quoted = False
    """Whether the last word begins with a quotation mark."""

    def get_completion_args(self) -> tuple[list[str], str]:
        raw = os.environ["COMP_WORDS"].split("\n")
        last = int(os.environ["COMP_CWORD"])
        words: list[str] = []
        glued = False
        for word in [*raw[1:last], ""]:
            splits = _SPLIT.fullmatch(word) is not None
            if (splits or glued) and words:
                words[-1] += word
            else:
                words.append(word)
            glued = splits
        before = words.pop()
        current = raw[last] if last < len(raw) else ""
        if _SPLIT.fullmatch(current):  # nothing follows the sign yet
            before, current = (before or (words.pop() if words else "")) + current, ""
        self._quoted = current.startswith(("'", '"'))
        arguments, option, value = _without_option(
            split_arg_string("\n".join(words)), "".join(split_arg_string(before + current))
        )
        self._before = before.removeprefix(option)
        return arguments, value

    def format_completion(self, item: CompletionItem[Any]) -> str:
        value = item.value.removeprefix(self._before)
        if item.type != "file" and not self._quoted:
            value = _SPECIAL.sub(r"\\\g<0>", value)
        return f"{item.type},{value}"


class _Zsh(ZshComplete):
    _option = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        arguments, self._option, value = _without_option(*super().get_completion_args())
        return arguments, value

    def format_completion(self, item: CompletionItem[str]) -> str:
        return super().format_completion(_with_option(self._option, item))


class _Fish(FishComplete):
    # A list of rules holds commas, too.
    source_template = FishComplete.source_template.replace('split ","', 'split -m 1 ","')
    _option = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        arguments, self._option, value = _without_option(*super().get_completion_args())
        return arguments, value

    def format_completion(self, item: CompletionItem[str]) -> str:
        return super().format_completion(_with_option(self._option, item))


def _without_option(arguments: list[str], incomplete: str) -> tuple[list[str], str, str]:
    """Return the arguments with the option of ``--option=VALUE``, ``--option=``, and the value."""
    match = _OPTION.match(incomplete)
    if match is None:
        return arguments, "", incomplete
    return [*arguments, match[0][:-1]], match[0], incomplete[match.end() :]


def _with_option(option: str, item: CompletionItem[str]) -> CompletionItem[str]:
    if item.type != "plain":
        return item
    return CompletionItem(option + item.value, item.type, item.help)


def install() -> None:
    """Let click complete in this way."""
    for kind in (_Bash, _Zsh, _Fish):
        add_completion_class(kind)
