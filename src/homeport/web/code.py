"""Source text with colours by class, line by line."""

from __future__ import annotations

from markupsafe import Markup, escape
from pygments import lex
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_by_name, get_lexer_for_filename
from pygments.token import STANDARD_TYPES, Token
from pygments.util import ClassNotFound

_PLAIN_ABOVE_BYTES = 200_000
"""Longer texts are shown without colours: lexing them would hold the page up."""


def highlight(text: str, language: str = "", filename: str = "") -> list[Markup]:
    """The lines of `text` as HTML, each token in Pygments' short class; unknown languages stay plain."""
    if len(text) > _PLAIN_ABOVE_BYTES:
        return [escape(line) for line in text.splitlines()]
    lines = [Markup("")]
    for token, value in lex(text, _lexer(language, filename)):
        css = _css_class(token)
        for number, piece in enumerate(value.split("\n")):
            if number:
                lines.append(Markup(""))
            if piece:
                lines[-1] += Markup('<span class="{}">{}</span>').format(css, piece) if css else escape(piece)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def _lexer(language: str, filename: str) -> Lexer:
    try:
        if language:
            return get_lexer_by_name(language, stripnl=False)
        return get_lexer_for_filename(filename, stripnl=False)
    except ClassNotFound:
        plain: Lexer = TextLexer(stripnl=False)
        return plain


def _css_class(token: object) -> str:
    """Pygments' short class of a token, its nearest known ancestor's if it has none of its own."""
    while token is not Token and token not in STANDARD_TYPES:
        token = token.parent  # type: ignore[attr-defined]
    return STANDARD_TYPES.get(token, "")  # type: ignore[call-overload, no-any-return]
