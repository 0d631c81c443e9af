"""What a SARIF log says is wrong, in homeport's words: rule, severity, place, text, and what makes it the same again.

Pure: nothing that the log names is opened, fetched or run.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from homeport.kernel.knowledge.findings import Evidence, Severity, Words
from homeport.kernel.knowledge.sarif.log import ArtifactLocation, Log, Message, Result, Rule, Run, Text, Tool

_LONGEST_RULE, _LONGEST_FILE, _LONGEST_URL, _LONGEST_TITLE = 200, 1_000, 2_000, 300
_LONGEST_TEXT, _LONGEST_SNIPPET, _LONGEST_ARGUMENT, _MOST_ARGUMENTS = 4_000, 4_000, 500, 50

_MOST_TAGS, _MOST_CWES = 100, 10

_CWE = re.compile(r"\bcwe[-/ ]?0*([1-9]\d{0,4})\b", re.IGNORECASE)
_NO_FINGERPRINT = "requires login"  # what semgrep writes for each result where nobody is signed in
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\d{1,3})\}")
_GAP = re.compile(r"\{\w{0,40}\}")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\([^()\s]{0,500}\)")
_NOT_IN_A_RULE = re.compile(r"[\s\"'`\x00-\x1f\x7f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|[\u202a-\u202e\u2066-\u2069]")
_FROM_SCORE = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
_FROM_LEVEL = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.INFO,
}
_NOTHING_WRONG = {"pass", "notApplicable"}


@dataclass(frozen=True, slots=True)
class ToolResult:
    """One thing a tool says is wrong; `identity` is what it is known again by, besides its rule."""

    rule_id: str
    severity: Severity
    evidence: Evidence
    words: Words
    identity: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a log says: results to report, how many the tool itself had accepted, and whether it looked at all."""

    results: Sequence[ToolResult]
    accepted_count: int
    is_complete: bool
    """Whether every run of the tool ended well; where not, what is missing may still be there."""


def read(log: Log, root: str = "") -> Reading:
    """Return what the log says is wrong; `root` is taken off the start of paths."""
    results: list[ToolResult] = []
    accepted_count = 0
    for run in log.runs:
        rules = _Rules(run.tool)
        for result in run.results:
            if result.kind in _NOTHING_WRONG or result.baseline_state == "absent":
                continue
            if any(one.status == "accepted" for one in result.suppressions):
                accepted_count += 1
                continue
            results.append(_read(run, result, rules.of(result), root))
    is_complete = all(one.execution_successful for run in log.runs for one in run.invocations)
    return Reading(list(_told_apart(results)), accepted_count, is_complete)


def severity_of(result: Result, rule: Rule | None) -> Severity:
    """Return how bad the tool says it is: by its CVSS-like score where it gives one, else by its level.

    Source: GitHub, "SARIF support for code scanning", security-severity; SARIF 2.1.0, section 3.27.10 (level).
    """
    for properties in (result.properties, rule.properties if rule else {}):
        score = _score(properties.get("security-severity"))
        if score is not None:
            return next((severity for least, severity in _FROM_SCORE if score >= least), Severity.INFO)
    if result.kind != "fail":
        return Severity.INFO
    usual = rule.default_configuration.level if rule and rule.default_configuration else None
    return _FROM_LEVEL[result.level or usual or "warning"]


def _read(run: Run, result: Result, rule: Rule | None, root: str) -> ToolResult:
    rule_id = _rule_id(result, rule)
    evidence = _evidence(run, result, root)
    words = _words(run, result, rule, rule_id)
    return ToolResult(rule_id, severity_of(result, rule), evidence, words, _identity(result, evidence, words))


class _Rules:
    """The rules that a tool describes, each found at once: a file may name 25,000 in as many results."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._by_id: dict[int, dict[str, Rule]] = {}

    def of(self, result: Result) -> Rule | None:
        """The rule that the result breaks, where the log describes it. Source: section 3.27.7 (ruleIndex), 3.52."""
        reference = result.rule
        place = reference.tool_component.index if reference and reference.tool_component else -1
        is_extension = 0 <= place < len(self._tool.extensions)
        component = self._tool.extensions[place] if is_extension else self._tool.driver
        index = reference.index if reference and reference.index >= 0 else result.rule_index
        if 0 <= index < len(component.rules):
            return component.rules[index]
        wanted = result.rule_id or (reference.id if reference else None) or ""
        key = place if is_extension else -1
        if key not in self._by_id:
            self._by_id[key] = {rule.id: rule for rule in reversed(component.rules)}
        named = self._by_id[key]
        return named.get(wanted) or named.get(wanted.rpartition("/")[0])


def _rule_id(result: Result, rule: Rule | None) -> str:
    named = result.rule_id or (result.rule.id if result.rule else None) or (rule.id if rule else None)
    return _clip(_NOT_IN_A_RULE.sub("-", named or "unnamed").strip("-"), _LONGEST_RULE) or "unnamed"


def _score(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        score = float(value)
    except ValueError:
        return None
    return score if 0.0 <= score <= 10.0 else None


def _evidence(run: Run, result: Result, root: str) -> Evidence:
    place = next((one.physical_location for one in result.locations if one.physical_location), None)
    if place is None:
        return Evidence()
    file = _file(run, place.artifact_location, root)
    regions = [region for region in (place.region, place.context_region) if region]
    snippet = next((region.snippet.text for region in regions if region.snippet and region.snippet.text), None)
    line = place.region.start_line if place.region else None
    return Evidence(file, line if file else None, _clip(_clean(snippet), _LONGEST_SNIPPET) if snippet else None)


def _file(run: Run, location: ArtifactLocation | None, root: str) -> str | None:
    """The path, without what the tool or `root` says all paths begin with; a text to show, never opened."""
    if location is not None and location.uri is None and 0 <= location.index < len(run.artifacts):
        location = run.artifacts[location.index].location
    if location is None or not location.uri:
        return None
    path = _path(location.uri)
    bases = [_path(base.uri) for base in run.original_uri_base_ids.values() if base.uri]
    for base in sorted({base for base in (*bases, root) if base.strip("/")}, key=len, reverse=True):
        if path.startswith(base.rstrip("/") + "/"):
            path = path[len(base.rstrip("/")) + 1 :]
            break
    return _clip(_clean(path).replace("\n", " "), _LONGEST_FILE) or None


def _path(uri: str) -> str:
    path = unquote(uri[:_LONGEST_URL]).replace("\\", "/")
    return path.removeprefix("file://").removeprefix("./")


def _words(run: Run, result: Result, rule: Rule | None, rule_id: str) -> Words:
    """The texts: `message` alone is made of what the tool says of this place, which may quote a secret."""
    fixes = [_message(fix.description, rule) for fix in result.fixes if fix.description]
    message = _clip("\n\n".join(filter(None, [_message(result.message, rule), *fixes])), _LONGEST_TEXT)
    title = _title(rule, rule_id)
    why = _text(rule.full_description if rule else None)
    help_ = _text(rule.help if rule else None)
    told = {title, message, _text(rule.short_description if rule else None)}
    return Words(
        title=title,
        message=message,
        why="" if why in told else why,
        fix="" if help_ in told | {why} else help_,
        url=_url(rule.help_uri if rule else None),
        language=run.language,
        cwes=_cwes(rule) if rule else (),
    )


def _title(rule: Rule | None, rule_id: str) -> str:
    """What the rule is about: the first of its texts that says more than its id and has no gaps to fill."""
    texts = [rule.short_description, rule.full_description] if rule else []
    short, full = [_first_line(_text(text)) for text in texts] or ["", ""]
    name = _clip(_clean(rule.name or "").strip(), _LONGEST_TITLE) if rule else ""
    says_more = [
        text for text in (short, name, full) if not f" {text}".endswith(f" {rule_id}") and not _GAP.search(text)
    ]
    return _clip(next(filter(None, says_more), rule_id).replace("\n", " "), _LONGEST_TITLE)


def _first_line(text: str) -> str:
    """The first line that is no heading, as ruff and others have them in their Markdown."""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


def _cwes(rule: Rule) -> Sequence[str]:
    """The weaknesses that the rule is about, such as CWE-79, from its tags and what it says it relates to.

    Source: CodeQL writes `external/cwe/cwe-079`, semgrep `CWE-79: …`, others relationships to a taxonomy.
    """
    tags = rule.properties.get("tags")
    named = [*(tags if isinstance(tags, list) else ()), *(one.target.id for one in rule.relationships)]
    found = [match[1] for text in named[:_MOST_TAGS] if isinstance(text, str) for match in _CWE.finditer(text[:200])]
    return [f"CWE-{number}" for number in dict.fromkeys(found)][:_MOST_CWES]


def _message(message: Message, rule: Rule | None) -> str:
    """The text of a message with its placeholders filled, links left out. Source: sections 3.11.3 to 3.11.6."""
    text = message.text
    if text is None and rule is not None and message.id in rule.message_strings:
        text = rule.message_strings[message.id].text

    def fill(match: re.Match[str]) -> str:
        number = match[1]
        if number is None:
            return match[0][0]
        given = message.arguments[int(number)] if int(number) < len(message.arguments) else match[0]
        return given[:_LONGEST_ARGUMENT]

    filled = _PLACEHOLDER.sub(fill, (text or "")[:_LONGEST_TEXT], count=_MOST_ARGUMENTS)
    return _clip(_LINK.sub(r"\1", _clean(filled)), _LONGEST_TEXT)


def _text(text: Text | None) -> str:
    return _clip(_LINK.sub(r"\1", _clean(text.text[:_LONGEST_TEXT])).strip(), _LONGEST_TEXT) if text else ""


def _url(uri: str | None) -> str | None:
    """The address if a browser may follow it: http and https only, so that no `javascript:` gets into a page."""
    is_safe = uri is not None and uri.lower().startswith(("https://", "http://")) and len(uri) <= _LONGEST_URL
    return uri if is_safe and uri is not None and not re.search(r"[\s\x00-\x20<>\"]", uri) else None


def _identity(result: Result, evidence: Evidence, words: Words) -> str:
    """What the result is known again by; never a line number, which changes when lines above do.

    Source: sections 3.27.16 (fingerprints) and 3.27.17 (partialFingerprints).
    """
    fingerprints = [one for one in sorted(result.fingerprints.items()) if one[1] != _NO_FINGERPRINT]
    if fingerprints:
        return json.dumps(["fingerprints", fingerprints])
    if result.partial_fingerprints:
        return json.dumps(["partial", evidence.file, sorted(result.partial_fingerprints.items())])
    seen = " ".join((evidence.snippet or words.message).split())
    return json.dumps(["made", evidence.file, seen])


def _told_apart(results: Sequence[ToolResult]) -> Iterator[ToolResult]:
    """The results, each once; those that only their place tells apart are numbered in the order of their places."""
    places: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for one in results:
        places.setdefault((one.rule_id, one.identity), set()).add(_place(one))
    order = {key: {place: number for number, place in enumerate(sorted(found))} for key, found in places.items()}
    given = Counter[tuple[str, str, int]]()
    for one in results:
        place = order[one.rule_id, one.identity][_place(one)]
        given[one.rule_id, one.identity, place] += 1
        if given[one.rule_id, one.identity, place] > 1:
            continue
        identity = f"{one.identity}#{place}" if place else one.identity
        yield ToolResult(one.rule_id, one.severity, one.evidence, one.words, identity)


def _place(result: ToolResult) -> tuple[str, int]:
    return result.evidence.file or "", result.evidence.line or 0


def _clean(text: str) -> str:
    """The text without control characters and without marks that turn the direction of what follows."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
