"""Checks a built site: every link inside it leads to a file and, where it has one, to an anchor.

``python docs/_hooks/links.py site`` prints the dead ones; the exit status is 1 where there are any.
MkDocs checks the links of Markdown; this reads the HTML, so also what templates and hooks write.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINKS = {"a": "href", "link": "href", "script": "src", "img": "src"}
ABSOLUTE = {"404.html"}
"""Pages that a server shows at any address: their links begin with a slash."""


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if (address := values.get(LINKS.get(tag, ""))) is not None:
            self.links.append(address)
        self.anchors |= {values[key] or "" for key in ("id", "name") if key in values}


def dead_links(site: Path) -> Iterator[str]:
    """Yield each dead link of a built site, with its page."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for link in page.links:
            reason = _reason(site, path, link, pages)
            if reason is not None:
                yield f"{path.relative_to(site).as_posix()}: {link}: {reason}"


def _reason(site: Path, path: Path, link: str, pages: dict[Path, Page]) -> str | None:
    """Return what is wrong with a link, None where nothing is or where it leaves the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None if parts.scheme in ("https", "mailto", "data") else "not https"
    target = unquote(parts.path)
    if target.startswith("/"):
        if path.name not in ABSOLUTE:
            return "not relative"
        target = target[1:]
        file = site / target
    else:
        file = (path.parent / target).resolve() if target else path
    if file.is_dir():
        file /= "index.html"
    if not file.is_file():
        return "no such file"
    if parts.fragment and file in pages and unquote(parts.fragment) not in pages[file].anchors:
        return "no such anchor"
    return None


if __name__ == "__main__":
    dead = list(dead_links(Path(sys.argv[1]).resolve()))
    print("\n".join(dead) or "No dead link inside the site.")
    sys.exit(bool(dead))
