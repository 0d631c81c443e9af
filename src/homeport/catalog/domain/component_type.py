"""What type of component a repository holds, by signs that weigh against each other.

service: a long-running process that listens or consumes; website: a front end for browsers; library: imported by
other code; tool: run by people or CI; job: runs to completion.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from homeport.catalog.domain.facts import Facts, Manifest
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.paths import Role, depth_of, is_own, role_of

_ENOUGH = 1.0
_AHEAD = 0.6


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks for a type; 1.0 is enough alone, what tells for sure weighs 3."""

    type: str
    weight: float
    source: str
    place: Place | None = None


def type_candidates(facts: Facts) -> list[Candidate]:
    """Return the types that the signs speak for, or none where no type is clearly ahead."""
    weights: dict[str, float] = defaultdict(float)
    strongest: dict[str, Sign] = {}
    for sign in _signs(facts):
        weights[sign.type] += sign.weight
        if sign.type not in strongest or sign.weight > strongest[sign.type].weight:
            strongest[sign.type] = sign
    ranked = sorted(weights, key=lambda kind: -weights[kind])
    if not ranked or weights[ranked[0]] < _ENOUGH:
        return []
    runner_up = weights[ranked[1]] if len(ranked) > 1 else 0.0
    lead = weights[ranked[0]] - max(runner_up, 0.0)
    if lead < _AHEAD:
        return []
    total = sum(weight for weight in weights.values() if weight > 0)
    return [
        Candidate(kind, strongest[kind].source, round(0.3 + 0.6 * weights[kind] / total, 2), strongest[kind].place)
        for kind in ranked
        if weights[kind] > 0
    ]


def _signs(facts: Facts) -> Iterator[Sign]:
    yield from _deployed(facts)
    for manifest in facts.manifests:
        if depth_of(manifest.place.file) == 0:
            yield from _MANIFEST_SIGNS.get(manifest.ecosystem, _no_signs)(manifest, facts)
    yield from _described(facts)
    yield from _laid_out(facts)


def _deployed(facts: Facts) -> Iterator[Sign]:
    """Deployment files: beside a service, jobs are its helpers."""
    kinds = {one.value: one for one in reversed(facts.deployments)}
    if "service" in kinds:
        kinds.pop("job", None)
    is_front = _is_front_end(facts)
    for kind, one in kinds.items():
        shown = "website" if kind == "service" and is_front else kind
        yield Sign(shown, 3.0, one.source, one.place)
    if "dockerfile:web-server" in facts.traits and is_front:
        yield Sign("website", 2.0, "dockerfile")
    elif "dockerfile:listens" in facts.traits:
        yield Sign("website" if is_front else "service", 2.0, "dockerfile")


# --- manifests --------------------------------------------------------------------------------------------------------

_WEB_SERVERS = frozenset(
    "fastapi flask django aiohttp starlette tornado sanic falcon bottle uvicorn gunicorn litestar quart connexion "
    "express koa fastify @nestjs/core @hapi/hapi restify hono apollo-server @apollo/server spring-boot-starter-web "
    "spring-boot-starter-webflux quarkus-resteasy quarkus-rest micronaut-http-server-netty ktor-server-core ktor-server-netty "
    "dropwizard-core actix-web axum rocket warp laravel/framework symfony/framework-bundle slim/slim rails sinatra puma "
    "celery faust kafkajs spring-kafka grpcio amqplib socket.io".split()
)
_GO_SERVERS = re.compile(
    r"gin-gonic/gin|labstack/echo|gofiber/fiber|go-chi/chi|gorilla/mux|google\.golang\.org/grpc|valyala/fasthttp|segmentio/kafka-go|grpc-gateway"
)
_GO_COMMANDS = re.compile(r"spf13/cobra|urfave/cli|alecthomas/kingpin|alecthomas/kong|charmbracelet/")
_FRONT_ENDS = frozenset(
    "react-dom vue svelte @angular/core next nuxt gatsby astro preact solid-js @sveltejs/kit react-scripts @remix-run/react".split()
)


def _python(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    place = manifest.place
    serves = bool(_WEB_SERVERS & set(manifest.dependencies))
    is_published = bool(manifest.classifiers)
    if "unpackaged" in manifest.traits:
        yield Sign("service" if serves else "job", 0.8, "manifest", place)
        return
    commands = {command for one in _of(facts, "pypi") for command in one.commands}
    if manifest.place.file == "PKG-INFO" and len(_of(facts, "pypi")) > 1:
        return
    topics = " ".join(one for other in _of(facts, "pypi") for one in other.classifiers)
    if "Topic :: Software Development :: Libraries" in topics or "Framework ::" in topics:
        yield Sign("library", 0.8, "manifest", place)
    if "Environment :: Console" in topics and commands:
        yield Sign("tool", 0.7, "manifest", place)
    if (
        re.search(r"Quality Assurance|Build Tools|Code Generators|Utilities|Systems Administration", topics)
        and commands
    ):
        yield Sign("tool", 0.4, "manifest", place)
    if "HTTP Servers" in topics or "WSGI :: Server" in topics:
        yield Sign("service", 0.5, "manifest", place)
    if commands:
        yield Sign("tool", 0.7, "manifest", place)
    else:
        yield Sign("library", 1.2 if is_published else 0.6, "manifest", place)
    if serves and not is_published:
        yield Sign("service", 1.4, "manifest", place)


def _npm(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    place = manifest.place
    needed = set(manifest.dependencies)
    is_private = "private" in manifest.traits
    if manifest.commands:
        yield Sign("tool", 0.9 if manifest.importable else 2.0, "manifest", place)
    if manifest.importable and not is_private:
        yield Sign("library", 0.8 if manifest.commands else 1.6, "manifest", place)
    elif not is_private and not manifest.commands and any(path == "index.js" for path, _ in facts.files):
        yield Sign("library", 1.4, "manifest", place)
    if _is_front_end(facts):
        yield Sign("website", 2.0, "manifest", place)
    elif needed & _WEB_SERVERS and (is_private or not manifest.importable or "start" in manifest.scripts):
        yield Sign("service", 1.6, "manifest", place)


def _go(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    mains = [path for path, _ in facts.files if re.fullmatch(r"(main|cmd/[^/]+/main|cmd/main)\.go", path)]
    needed = " ".join(manifest.dependencies)
    if not mains:
        has_root_package = any(path.endswith(".go") and is_own(path) for path, _ in facts.files)
        yield Sign("library", 1.6 if has_root_package else 0.5, "layout", manifest.place)
        return
    if _GO_SERVERS.search(needed):
        yield Sign("service", 1.4, "manifest", manifest.place)
    if _GO_COMMANDS.search(needed):
        yield Sign("tool", 1.0, "manifest", manifest.place)
    if "dockerfile" in facts.traits:
        yield Sign("service", 0.6, "dockerfile")
    else:
        yield Sign("tool", 0.6, "layout", manifest.place)


def _rust(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    paths = {path for path, _ in facts.files}
    runs = bool(manifest.commands) or "src/main.rs" in paths or any(path.startswith("src/bin/") for path in paths)
    if runs:
        serves = _WEB_SERVERS & set(manifest.dependencies)
        yield Sign("service" if serves else "tool", 1.4, "manifest", manifest.place)
    if "src/lib.rs" in paths or manifest.importable:
        yield Sign("library", 0.5 if runs else 1.6, "layout", manifest.place)


def _jvm(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    others = [one for one in facts.manifests if one.ecosystem == manifest.ecosystem]
    needed = {name for one in others for name in one.dependencies}
    traits = {trait for one in others for trait in one.traits}
    boots = any(
        "spring-boot" in trait or "quarkus" in trait or trait.endswith("plugin:application") for trait in traits
    )
    if {"spring-boot-starter-batch", "spring-batch-core"} & needed and boots:
        yield Sign("job", 2.0, "manifest", manifest.place)
    elif needed & _WEB_SERVERS and (boots or "packaging:war" in traits):
        yield Sign("service", 2.0, "manifest", manifest.place)
    elif "packaging:war" in traits:
        yield Sign("service", 1.2, "manifest", manifest.place)
    elif "plugin:application" in traits:
        yield Sign("tool", 0.8, "manifest", manifest.place)
    elif "packaging:jar" in traits or {"plugin:java-library", "plugin:maven-publish"} & traits:
        yield Sign("library", 1.2, "manifest", manifest.place)


def _php(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    if "packaging:project" in manifest.traits or "artisan" in {path for path, _ in facts.files}:
        yield Sign("service", 1.5, "manifest", manifest.place)
    elif manifest.commands:
        yield Sign("tool", 1.2, "manifest", manifest.place)
    elif manifest.importable:
        yield Sign("library", 1.5, "manifest", manifest.place)


def _gem(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    if manifest.place.file.endswith(".gemspec"):
        yield (
            Sign("tool", 0.8, "manifest", manifest.place)
            if manifest.commands
            else Sign("library", 1.5, "manifest", manifest.place)
        )
    elif {"rails", "sinatra", "puma"} & set(manifest.dependencies) and not any(
        path.endswith(".gemspec") for path, _ in facts.files
    ):
        yield Sign("service", 1.5, "manifest", manifest.place)


def _dotnet(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    if {"sdk:Microsoft.NET.Sdk.Web", "sdk:Microsoft.NET.Sdk.Worker"} & manifest.traits:
        yield Sign("service", 2.0, "manifest", manifest.place)
    elif "packaging:tool" in manifest.traits:
        yield Sign("tool", 2.0, "manifest", manifest.place)
    elif "packaging:Exe" in manifest.traits:
        yield Sign("tool", 1.0, "manifest", manifest.place)
    else:
        yield Sign("library", 1.2, "manifest", manifest.place)


def _no_signs(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    return iter(())


_MANIFEST_SIGNS = {
    "pypi": _python, "npm": _npm, "go": _go, "cargo": _rust, "maven": _jvm, "gradle": _jvm, "composer": _php, "gem": _gem,
    "nuget": _dotnet,
}  # fmt: skip


def _of(facts: Facts, ecosystem: str) -> list[Manifest]:
    return [one for one in facts.manifests if one.ecosystem == ecosystem and depth_of(one.place.file) == 0]


def _is_front_end(facts: Facts) -> bool:
    """Whether the repository is an application for browsers, not a library of parts for one."""
    roots = [one for one in facts.manifests if one.ecosystem == "npm" and depth_of(one.place.file) == 0]
    if not any(_FRONT_ENDS & set((*one.dependencies, *one.dev_dependencies)) for one in roots):
        return False
    if any(one.importable and "private" not in one.traits for one in roots):
        return False
    page = re.compile(
        r"((src|public|app|client)/)?index\.html|(next|nuxt|gatsby|astro|svelte|vue|vite|angular)[.-]?\w*\.(js|ts|mjs|json)|(src/)?(pages|app)/.+\.(tsx|jsx|vue|js)"
    )
    return any(page.fullmatch(path) for path, _ in facts.files)


# --- words ------------------------------------------------------------------------------------------------------------

_WORDS = {
    "tool": re.compile(
        r"command[- ]?line|\bcli\b|\blinter\b|code formatter|\bcompiler\b|build (tool|system)|\bbundler\b|scaffold|package manager"
        r"|test runner|testing tool|static (type checker|analy)|style checker|task runner|\btool (for|to|that)\b|^an? [\w -]*\btool\b"
        r"|\bgenerator\b|명령줄|명령행|도구",
        re.IGNORECASE),
    "library": re.compile(
        r"\blibrar(y|ies)\b|\bframework\b|\btoolkit\b|\bsdk\b|\bclient for\b|\bbindings?\b|\bwrapper\b|api client|\bparser\b"
        r"|\bmodule for\b|\bpackage for\b|implementation of|\bplugin\b|\bextension\b|\bmiddleware\b|type definitions|\butilities\b"
        r"|\bhelpers?\b|\bdecorators?\b|\bhooks?\b|\bpolyfill\b|\bpython interface\b|라이브러리|공통 모듈|공용 모듈",
        re.IGNORECASE),
    "service": re.compile(
        r"\b(web|http|asgi|wsgi|api|proxy|application|push|mail|smtp|dns|media|git|registry) server\b|\bdaemon\b|web app(lication)?\b(?! (framework|librar))"
        r"|\bmicroservice\b|self-hosted|\bbackend\b|\brest api\b(?! (client|librar|framework|wrapper))|서비스|서버|백엔드|\bconsumer\b|게이트웨이",
        re.IGNORECASE),
    "website": re.compile(r"\bweb ?site\b|\bfront-?end\b(?! (framework|librar|tool))|single[- ]page app|웹 ?사이트|프론트 ?엔드|웹 화면|어드민 화면", re.IGNORECASE),
    "job": re.compile(r"\bbatch (job|process)|\bcron ?job\b|\bnightly job\b|\betl\b|배치|스케줄 ?작업", re.IGNORECASE),
}  # fmt: skip


def _described(facts: Facts) -> Iterator[Sign]:
    """The words of the description; how the README's code blocks use the project."""
    roots = [one for one in facts.manifests if depth_of(one.place.file) == 0]
    sentences = [one.description for one in roots if one.description][:2]
    readme = facts.readme
    if readme:
        sentences += [text for text in (readme.title, readme.sentence) if text]
    text = " / ".join(dict.fromkeys(sentences))
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


def _used(facts: Facts, text: str, place: Place) -> Iterator[Sign]:
    names = {one.name for one in facts.manifests if one.name and depth_of(one.place.file) == 0}
    modules = {re.sub(r"[-.]", "_", name.lower()) for name in names} | {name.lower() for name in names}
    imports = re.findall(
        r"^[ \t>]*(?:from|import)[ \t]+([\w.]+)|(?:require\(|from )[\"']([@\w./-]+)[\"']", text, re.MULTILINE
    )
    imported = {one or other for one, other in imports}
    if any(one.split(".")[0].lower() in modules or one in names for one in imported):
        yield Sign("library", 0.9, "readme", place)
    commands = {command for one in facts.manifests for command in one.commands if depth_of(one.place.file) == 0} | {
        name for name in names if any(one.commands for one in facts.manifests)
    }
    ran = [
        command
        for command in commands
        if re.search(
            rf"^[ \t]*(?:[$>%#][ \t]+|npx[ \t]+|\$[ \t]*)?{re.escape(command)}[ \t]+[\w./<\[-]", text, re.MULTILINE
        )
    ]
    if ran:
        yield Sign("tool", 0.6, "readme", place)


# --- layout -----------------------------------------------------------------------------------------------------------


def _laid_out(facts: Facts) -> Iterator[Sign]:
    paths = {path for path, _ in facts.files}
    if {"action.yml", "action.yaml"} & paths and "runs" not in facts.traits:
        yield Sign("tool", 1.6, "layout")
    if ".pre-commit-hooks.yaml" in paths:
        yield Sign("tool", 1.0, "layout", Place(".pre-commit-hooks.yaml"))
    if facts.manifests or facts.deployments:
        return
    if any(re.fullmatch(r"(dags|jobs?|batch)/.*\.(py|sql|sh)", path) and role_of(path) is Role.OWN for path in paths):
        yield Sign("job", 1.0, "layout")
    if {"index.html"} & paths:
        yield Sign("website", 1.2, "layout", Place("index.html"))
