"""What names, descriptions and READMEs say of a component's type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from homeport.catalog.domain.facts import Facts, Sign
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.paths import depth_of

_NAME_ENDINGS = (
    (re.compile(r"-(server|daemon|agent|api|service|svc|worker|gateway|bff|consumer|backend|bot)$"), "service"),
    (re.compile(r"-(cli|tool|tools|ctl|linter)$|ctl$"), "tool"),
    (re.compile(r"-(lib|sdk|client|common|commons|utils|shared|core|js|py|plugin|loader)$"), "library"),
    (re.compile(r"-(web|www|frontend|front|ui|site|website|homepage)$"), "website"),
    (re.compile(r"-(batch|job|jobs|cron|etl|scheduler)$"), "job"),
)


def name_signs(facts: Facts) -> Iterator[Sign]:
    name = re.sub(r"[-_.]v?\d+(\.\d+)+.*$", "", facts.name.lower())
    for ending, kind in _NAME_ENDINGS:
        if ending.search(name):
            yield Sign(kind, 0.8, "path")


_OFTEN = 5
"""So many times more often run than imported, a README is that of a program."""

SERVICE_WORDS = re.compile(
    r"\b(web|http|asgi|wsgi|api|proxy|application|push|mail|smtp|dns|media|git|registry) server\b"
    r"|\bserver( for\b| implementation\b|\.?$| /)|\bproxy registry\b|\bhttp [\w& ]*service\b|\bdaemon\b"
    r"|\b(monitoring|notification|messaging|scheduling|storage|search|hosting|chat|queue|identity|streaming) service\b"
    r"|\b[wa]sgi application\b|\bservice for\b|\b(web|chat|mail|storage|data) platform\b"
    r"|\b(forum|blog|chat|ticketing|booking|wiki|shop|content management|issue tracking) "
    r"(application|software|system)\b"
    r"|web app(lication)?\b(?! (framework|librar))|\bmicroservice\b|self-hosted|\bbackend\b"
    r"|\bhome ?server\b|\bweb-based\b|\bis (an?|the) [^.,]{0,60}\b(?<!cross-)(platform|service)\b"
    r"|^the [\w ]+ platform\b"
    r"|\brest api\b(?! (client|librar|framework|wrapper))|서비스|서버|백엔드|\bconsumer\b|게이트웨이",
    re.IGNORECASE,
)
"""Words of a description that speak for a service."""

_WORDS = {
    "service": SERVICE_WORDS,
    "tool": re.compile(
        r"command[- ]?line|\bcli\b|\blinter\b|code formatter|\bcompiler\b|build (tool|system)|\bbundler\b|scaffold"
        r"|package manager|test runner|testing tool|\btest(ing)? framework|static (type checker|analy)|style checker"
        r"|task runner|\btool (for|to|that)\b|^an? [\w -]*\btool\b|\bgenerator\b"
        r"|\b(import|export|convert|download|migrat|deploy)(e|o)r\b|명령줄|명령행|도구",
        re.IGNORECASE,
    ),
    "library": re.compile(
        r"\blibrar(y|ies)\b|(?<!test )(?<!testing )\bframework\b|\btoolkit\b|\bsdk\b|\bclient for\b|\bbindings?\b"
        r"|\bwrapper\b|api client|\bparser\b|\bmodule for\b|\bpackage for\b|(?<!server )\bimplementation of"
        r"|\bplugin\b(?!-| system| manager)|\bextension\b|\bmiddleware\b"
        r"|type definitions|\bhelpers?\b|\bdecorators?\b|\breact hooks?\b"
        r"|\bpolyfill\b|\bpython interface\b|라이브러리|공통 모듈|공용 모듈",
        re.IGNORECASE,
    ),
    "website": re.compile(
        r"\bweb ?site( (for|of)\b|\.?$| /)|\bui$|\bfront-?end\b(?! (framework|librar|tool))|single[- ]page app"
        r"|웹 ?사이트|프론트 ?엔드|웹 화면|어드민 화면",
        re.IGNORECASE,
    ),
    "job": re.compile(r"\bbatch (job|process)|\bcron ?job\b|\bnightly job\b|\betl\b|배치|스케줄 ?작업", re.IGNORECASE),
}


_HEADS = {
    "library": "library|framework|toolkit|sdk",
    "service": "(?:server|service|daemon)(?: implementation)?",
    "tool": "tool|cli|linter|formatter|compiler|utility|command[- ]line (?:interface|application|program)",
}
_IS = {
    kind: re.compile(
        rf"^(?:an? |the )?(?:[\w+/&.-]+ ){{0,5}}(?:{nouns})"
        r"(?=[.,;:!]|$| (?:for|that|which|to|of|written|with|in|using|by)\b)",
        re.IGNORECASE,
    )
    for kind, nouns in _HEADS.items()
}
"""Descriptions that begin by saying what the thing is: `A fast mail server for small teams`."""


def told_of(facts: Facts) -> list[str]:
    """The sentences that say what the project is: its descriptions, the README's title and first sentence."""
    roots = [one for one in facts.manifests if depth_of(one.place.file) == 0]
    sentences = [one.description for one in roots if one.description][:2]
    readme = facts.readme
    return list(
        dict.fromkeys(sentences + [text for text in (readme and (readme.title, readme.sentence)) or () if text])
    )


def says_it_serves(facts: Facts) -> bool:
    """Whether the project calls itself something that runs and serves, and no tool."""
    text = " / ".join(told_of(facts))
    return bool(SERVICE_WORDS.search(text)) and not _WORDS["tool"].search(text)


def word_signs(facts: Facts) -> Iterator[Sign]:
    """The words of the description; how the README's code blocks use the project."""
    roots = [one for one in facts.manifests if depth_of(one.place.file) == 0]
    readme = facts.readme
    text = " / ".join(told_of(facts))
    for kind, is_one in _IS.items():
        if any(is_one.match(one.description or "") for one in roots):
            yield Sign(kind, 0.5, "manifest")
    counts = {kind: bool(words.search(text)) for kind, words in _WORDS.items()}
    for kind, is_said in counts.items():
        if is_said:
            yield Sign(kind, 0.8, "readme" if readme else "manifest", readme.place if readme else None)
    keywords = {word.lower() for one in roots for word in one.keywords}
    if keywords & {"cli", "command-line", "command", "console", "linter", "formatter", "bin", "lint"}:
        yield Sign("tool", 0.4, "manifest")
    if keywords & {"library", "framework", "sdk", "api", "parser", "util", "utils", "client"}:
        yield Sign("library", 0.3, "manifest")
    if readme:
        yield from _used(facts, readme.text, readme.place)


def _root_names(facts: Facts) -> set[str]:
    return {one.name for one in facts.manifests if one.name and depth_of(one.place.file) == 0}


def is_imported(facts: Facts) -> bool:
    """Whether the README shows how to import the project."""
    return bool(imports_of(facts))


def imports_of(facts: Facts) -> list[str]:
    """The imports of the project that the README shows."""
    text = facts.readme.text if facts.readme else ""
    names = _root_names(facts)
    modules = {re.sub(r"[-.]", "_", name.lower()) for name in names} | {name.lower() for name in names}
    imports = re.findall(
        r"^[ \t>]*(?:from|import)[ \t]+([\w.]+)|(?:require\(|from )[\"']([@\w./-]+)[\"']", text, re.MULTILINE
    )
    imported = [one or other for one, other in imports]
    return [one for one in imported if one.split(".")[0].lower() in modules or one in names]


def _used(facts: Facts, text: str, place: Place) -> Iterator[Sign]:
    names = _root_names(facts)
    if is_imported(facts):
        yield Sign("library", 0.6 if says_it_serves(facts) else 1.0, "readme", place)
    commands = {command for one in facts.manifests for command in one.commands if depth_of(one.place.file) == 0} | {
        name for name in names if any(one.commands for one in facts.manifests)
    }
    ran = sum(
        len(
            re.findall(
                rf"^[ \t]*(?:[$>%#][ \t]+|npx[ \t]+|\$[ \t]*)?{re.escape(command)}[ \t]+[\w./<\[-]", text, re.MULTILINE
            )
        )
        for command in commands
    )
    share = 0.5 if says_it_serves(facts) else 1.0
    if names and not is_imported(facts) and _installed_to_run(names).search(text):
        yield Sign("tool", 0.8 * share, "readme", place)
    if ran:
        weight = 1.0 if ran >= _OFTEN and ran >= _OFTEN * len(imports_of(facts)) else 0.6
        yield Sign("tool", weight * share, "readme", place)


def _installed_to_run(names: set[str]) -> re.Pattern[str]:
    """How READMEs install or start what is run, not imported."""
    packages = "|".join(re.escape(name) for name in sorted(names))
    return re.compile(
        rf"\b(npm (i|install|add) (-g|--global)|npm (i|install) (-\S+ )*({packages}) (-g|--global)"
        rf"|yarn global add|npx|bunx|pipx (install|run)|uvx|brew install|uv tool install) .*({packages})\b"
    )
