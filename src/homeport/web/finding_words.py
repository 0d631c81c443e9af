"""The words of a finding: its own where another tool brought it, else those of the locale files."""

from __future__ import annotations

from homeport.kernel.knowledge.findings import Finding, Shown, Words
from homeport.web.i18n import Messages
from homeport.web.pages.finding_facts import readable


def words_of(messages: Messages, language: str, row: Finding, shown: Shown) -> Words:
    """Return what people read about the finding, in `language` unless another tool worded it.

    `shown` is what they may see of it.
    """
    if shown.words:
        return shown.words
    told = readable(row.parameters)

    def word(part: str) -> str:
        key = f"{row.message_key}-{part}"
        return str(messages.translate(language, key, **told)) if messages.has(language, key) else ""

    return Words(title=word("title") or row.rule, why=word("why"), fix=word("fix"), language=language)
