"""Markdown of published schemas as HTML that is safe to show: what others wrote, within a page of ours.

Headings become strong words, so that the outline of our page stays ours; of images only the words remain.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "b", "i", "code", "pre", "a", "blockquote", "sub", "sup"}
ATTRIBUTES = {"a": {"href", "title"}}
SCHEMES = ("http://", "https://", "mailto:")
MAX_LENGTH = 50_000  # characters of one description

_parser = MarkdownIt("commonmark", {"html": True, "breaks": True})
_parser.add_render_rule("heading_open", lambda *_: "<p><strong>")
_parser.add_render_rule("heading_close", lambda *_: "</strong></p>\n")
_parser.add_render_rule("image", lambda _, tokens, index, *__: html.escape(tokens[index].content))


@lru_cache(maxsize=4096)
def to_html(text: str) -> Markup:
    """A description as paragraphs, lists and links to other sites."""
    clean = nh3.clean(
        _parser.render(text[:MAX_LENGTH]),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_whole_addresses,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 (nh3 kept only the tags above)


def _whole_addresses(tag: str, attribute: str, value: str) -> str | None:
    """A relative address would lead into our own pages."""
    return value if attribute != "href" or value.lower().startswith(SCHEMES) else None


@lru_cache(maxsize=4096)
def to_text(text: str, limit: int = 220) -> str:
    """The beginning of a description as plain words, ended with a sentence where one ends in time, for a line of a list."""
    bare = html.unescape(nh3.clean(_parser.render(text[: 20 * limit]), tags=set()))
    words = " ".join(bare.split())
    if len(words) <= limit:
        return words
    sentence = re.match(rf"(.{{{limit // 3},{limit}}}[.!?…])\s", words)
    return sentence.group(1) if sentence else words[:limit].rsplit(" ", 1)[0].rstrip(" ,;:(") + "…"
