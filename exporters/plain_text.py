"""Markdown of published schemas as plain text, for cells and messages that know no markup."""

from __future__ import annotations

import html
import re
from functools import lru_cache

MAX_LENGTH = 50_000  # characters of one description


@lru_cache(maxsize=2048)
def plain_text(text: str) -> str:
    """Paragraphs and items of lists on lines of their own, links as « words (address) », entities as their characters."""
    import nh3
    from markdown_it import MarkdownIt

    rendered = MarkdownIt("commonmark", {"html": True, "breaks": True}).render(text[:MAX_LENGTH])
    rendered = re.sub(r'<a href="(https?://[^"]*)"[^>]*>(.*?)</a>', _link, rendered, flags=re.DOTALL)
    rendered = re.sub(r"<li>\s*(?:<p>)?", "– ", rendered)
    rendered = re.sub(r"\s*(?:<br ?/?>|</p>|</li>|</h\d>|</tr>)\s*", "\n", rendered)
    bare = html.unescape(nh3.clean(rendered, tags=set()))
    lines = (" ".join(line.split()) for line in bare.splitlines())
    return "\n".join(line for line in lines if line)


def _link(found: re.Match[str]) -> str:
    address, words = found[1], found[2]
    return (
        words
        if html.unescape(words).strip() in (html.unescape(address), html.unescape(address).partition("//")[2])
        else f"{words} ({address})"
    )


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units on one line, cut between words."""
    line = " ".join(text.split())
    if len(line.encode("utf-16-le")) // 2 <= limit:
        return line
    cut = line.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:(–-") + "…"
