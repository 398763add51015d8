"""Markdown to the plain text a reader sees."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*$", re.MULTILINE)
_RULE = re.compile(
    r"^ {0,3}(?:(?:[-*_] ?){3,}|=+|\|?(?: ?:?-+:? ?\|)+(?: ?:?-+:? ?)?)[ \t]*$", re.M
)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*)$", re.MULTILINE)
_QUOTE = re.compile(r"^ {0,3}(?:> ?)+", re.MULTILINE)
_ITEM = re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE)
_ROW = re.compile(r"^ {0,3}\|(.*)\|[ \t]*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)|\[[^\[\]\n]*\])")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_\n]+)\1")
_EMPHASIS = re.compile(r"(?<![\d*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\d*])")
_CODE = re.compile(r"`+([^`\n]+)`+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")


def plain_markdown(text: str) -> str:
    """The text without marks of headings, links, emphasis and the like; images go entirely."""
    text = _FENCE.sub("", _COMMENT.sub("", text))
    text = _RULE.sub("", _TAG.sub("", text))
    text = _HEADING.sub(lambda match: f"\n{match[1].rstrip(' #')}\n", text)
    text = _ITEM.sub(r"\1- ", _QUOTE.sub("", text))
    text = _ROW.sub(lambda match: " | ".join(cell.strip() for cell in match[1].split("|")), text)
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", text))
    return _ESCAPE.sub(r"\1", _CODE.sub(r"\1", text))
