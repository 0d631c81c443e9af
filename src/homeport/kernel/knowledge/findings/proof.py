"""What of a finding is its proof, and who sees it.

Proof is what quotes the place itself: the lines of code, and what another tool says of this one place, since tools
quote the very password they found. What it says of its rule, the file and the line are for every reader.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge.findings.records import Evidence, Finding, Words
from homeport.kernel.trust.access import may
from homeport.kernel.trust.identity import Actor


@dataclass(frozen=True, slots=True)
class Shown:
    """What one reader may see of a finding; `is_whole` says that nothing was left out."""

    evidence: Evidence
    words: Words | None
    is_whole: bool


def shown_to(actor: Actor | None, finding: Finding, owner: EntityRef | None) -> Shown:
    """Return what `actor` may see: the proof is for `owner`, security and admin only."""
    if may(actor, "finding.proof", owner):
        return Shown(finding.evidence, finding.words, is_whole=True)
    return without_proof(finding)


def without_proof(finding: Finding) -> Shown:
    """Return what every reader may see, and what may leave the portal as a file."""
    words = finding.words
    has_proof = finding.evidence.snippet is not None or bool(words and words.message)
    told = replace(words, title=_title(finding, words), message="") if words else None
    return Shown(replace(finding.evidence, snippet=None), told, is_whole=not has_proof)


def _title(finding: Finding, words: Words) -> str:
    """Its title, or its rule where the title is the message's beginning, as in findings of earlier versions."""
    beginning = words.title.removesuffix("…")
    is_message = bool(beginning) and words.message.replace("\n", " ").strip().startswith(beginning)
    return finding.rule.partition("/")[2] or finding.rule if is_message else words.title
