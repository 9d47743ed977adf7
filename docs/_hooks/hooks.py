"""What MkDocs asks while it builds the site: the pages that are made from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import command_line
import curves
import rule_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put a page for each rule below "Rules", and pages that no entry names below "Reference"."""
    sections: dict[str, Any] = {
        title: e for entry in config.nav or () for title, e in entry.items()
    }
    named = re.findall(r"[\w/-]+\.md", str(config.nav))
    pages = sorted(path.name for path in Path(config.docs_dir).glob("*.md"))
    sections["Reference"] += [page for page in pages if page not in named]
    rules = next(entry for entry in config.nav or () if "Rules" in entry)
    rules["Rules"] = [rules["Rules"], *_families()]
    return config


def _families() -> Iterator[dict[str, list[dict[str, str]]]]:
    for title, rules in rule_pages.families():
        yield {title: [{f"{rule.code} {rule.name}": rule_pages.path(rule)} for rule in rules]}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the code."""
    for path, text in (*rule_pages.pages(), *command_line.pages()):
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the picture of a rule where a page asks for it: ``<!-- curve LR101 -->``."""
    rules = {rule.code: rule for rule in rule_pages.own_rules()}
    return re.sub(r"<!-- curve (LR\d+) -->", lambda ask: curves.picture(rules[ask[1]]), markdown)


def on_page_context(context: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Show no source link: the address of the repository is not known here."""
    context["page"].edit_url = None
    return context
