"""What package manifests say of a component's type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from homeport.catalog.domain.facts import Facts, Manifest, Sign
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.paths import Role, depth_of, is_own, role_of
from homeport.catalog.domain.type_words import is_imported, says_it_serves
from homeport.catalog.domain.words import words


def manifest_signs(facts: Facts) -> Iterator[Sign]:
    """Return what the manifests at the root speak for."""
    for manifest in facts.manifests:
        if depth_of(manifest.place.file) == 0 and manifest.ecosystem in _SIGNS:
            share = 0.5 if manifest.ecosystem == "npm" and _is_python(facts) else 1.0
            for sign in _SIGNS[manifest.ecosystem](manifest, facts):
                yield replace(sign, weight=sign.weight * share)


def _is_python(facts: Facts) -> bool:
    """Whether a Python package is the larger part beside one of npm: then that is what it builds its pages with."""
    if not any("requirements" not in one.traits for one in _of(facts, "pypi")):
        return False
    own = [(path, size) for path, size in facts.files if is_own(path)]
    script = sum(size for path, size in own if path.endswith((".js", ".ts", ".jsx", ".tsx", ".vue")))
    return sum(size for path, size in own if path.endswith(".py")) > script


_WEB_SERVERS = words(
    "fastapi flask django aiohttp starlette tornado sanic falcon bottle uvicorn gunicorn litestar quart connexion "
    "express koa fastify @nestjs/core @hapi/hapi restify hono apollo-server @apollo/server spring-boot-starter-web "
    "spring-boot-starter-webflux quarkus-resteasy quarkus-rest micronaut-http-server-netty ktor-server-core "
    "ktor-server-netty dropwizard-core actix-web axum rocket warp laravel/framework symfony/framework-bundle slim/slim "
    "rails sinatra puma celery faust kafkajs spring-kafka grpcio amqplib socket.io @loopback/rest @feathersjs/express "
    "@feathersjs/koa apollo-server-express graphql-yoga mercurius h3 polka sails @strapi/strapi @adonisjs/core egg "
    "elysia bullmq uWebSockets.js cherrypy pyramid twisted blacksheep robyn"
)
_EITHER_SIDE = words("aiohttp tornado twisted grpcio h3 kafkajs amqplib")
"""What clients need as well as servers."""
_CONSUMERS = words("mqtt kafkajs amqplib bullmq nats ioredis redis ws discord.js telegraf")
"""What a program that keeps running waits at; who merely needs these may be a library."""
_TYPED = re.compile(r"(^|/)py\.typed$|\.pyx$")
"""PEP 561's mark for those who import a package, and Cython modules, which are made to be imported."""
_APPLICATION_SERVERS = words("gunicorn granian uvicorn hypercorn daphne waitress cheroot celery")
"""What runs a web application: who needs one to be installed is run, not imported."""
_SCRIPT_SHARE = 20
_GENERATED_MANIFESTS = words("PKG-INFO entry_points.txt")
_GO_SERVERS = re.compile(
    r"gin-gonic/gin|labstack/echo|gofiber/fiber|go-chi/chi|gorilla/mux|google\.golang\.org/grpc|valyala/fasthttp"
    r"|segmentio/kafka-go|grpc-gateway"
)
_GO_COMMANDS = re.compile(r"spf13/cobra|urfave/cli|alecthomas/kingpin|alecthomas/kong|charmbracelet/")
_FRONT_ENDS = words(
    "react-dom vue svelte @angular/core next nuxt gatsby astro preact solid-js @sveltejs/kit react-scripts "
    "@remix-run/react"
)
_FRONT_PAGE = re.compile(
    r"((src|public|app|client)/)?index\.html|(next|nuxt|gatsby|astro|svelte|vue|vite|angular)[.-]?\w*\.(js|ts|mjs|json)"
    r"|(src/)?(pages|app)/.+\.(tsx|jsx|vue|js)"
)


def _python(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    place = manifest.place
    if "requirements" in manifest.traits:
        if len(_of(facts, "pypi")) == 1 and _WEB_SERVERS & set(manifest.dependencies):
            yield Sign("service", 1.0, "manifest", place)
        return
    needed = {name for one in _of(facts, "pypi") for name in one.dependencies}
    serves = bool(_WEB_SERVERS & needed)
    is_published = any(one.classifiers for one in _of(facts, "pypi"))
    if "unpackaged" in manifest.traits:
        yield Sign("service" if serves else "job", 0.8, "manifest", place)
        return
    commands = {command for one in _of(facts, "pypi") for command in one.commands}
    packaged = [one for one in _of(facts, "pypi") if "requirements" not in one.traits]
    if manifest is not min(packaged, key=lambda one: one.place.file.rpartition("/")[2] in _GENERATED_MANIFESTS):
        return
    topics = " ".join(one for other in _of(facts, "pypi") for one in other.classifiers)
    own_framework = rf"Framework :: (?!{re.escape(manifest.name or '-')})"
    if "Topic :: Software Development :: Libraries" in topics or re.search(own_framework, topics, re.IGNORECASE):
        yield Sign("library", 0.6, "manifest", place)
    if any((manifest.name or "").lower().startswith(f"{one}-") for one in needed):
        yield Sign("library", 0.6, "manifest", place)  # named after what it needs, it extends that
    serving_words = says_it_serves(facts)
    is_web = "Environment :: Web Environment" in topics
    if "Environment :: Console" in topics and commands and not serving_words and not is_web:
        yield Sign("tool", 0.7, "manifest", place)
    if is_web and commands:
        yield Sign("service", 0.3, "manifest", place)
    if "(Daemon)" in topics:
        yield Sign("service", 0.9, "manifest", place)
    if _APPLICATION_SERVERS & needed and commands:
        yield Sign("service", 0.8, "manifest", place)
    console = r"Quality Assurance|Build Tools|Code Generators|Utilities|Systems Administration"
    if re.search(console, topics) and commands and not serving_words:
        yield Sign("tool", 0.4, "manifest", place)
    if "HTTP Servers" in topics or "WSGI :: Server" in topics:
        yield Sign("service", 0.9, "manifest", place)
    if any(re.fullmatch(rf"{re.escape(manifest.name or '-')}(d|-server)", command) for command in commands):
        yield Sign("service", 1.0, "manifest", place)
    elif any(re.search(r"[-_](\w*server|worker|daemon)$", command) for command in commands):
        yield Sign("service", 0.6, "manifest", place)
    if commands:
        is_main = any(_plain(manifest.name or "").startswith(_plain(command)) for command in commands)
        is_main = is_main and not (_WEB_SERVERS - _EITHER_SIDE) & needed
        weight = 0.3 if serving_words or is_imported(facts) else 1.0 if is_main else 0.5
        yield Sign("tool", weight, "manifest", place)
    elif holds_page(facts):
        yield Sign("website", 1.4, "layout", place)
    else:
        yield Sign("library", 0.6 if serving_words else 1.0 if is_published else 0.6, "manifest", place)
    if any(_TYPED.search(path) and is_own(path) for path, _ in facts.files):
        yield Sign("library", 0.3, "layout", place)
    if serves:
        share = 1.0 if (_WEB_SERVERS - _EITHER_SIDE) & needed else 0.5
        yield Sign("service", (0.6 if is_published else 1.4) * share, "manifest", place)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "", name.lower())


def _npm(manifest: Manifest, facts: Facts) -> Iterator[Sign]:
    place = manifest.place
    needed = set(manifest.dependencies)
    is_private = "private" in manifest.traits
    is_started = _starts_own_program(manifest)
    serves = bool(needed & _WEB_SERVERS) or (is_started and bool(needed & _CONSUMERS))
    if manifest.commands:
        share = 0.5 if says_it_serves(facts) or (is_started and serves) else 1.0
        yield Sign("tool", (0.9 if manifest.importable else 2.0) * share, "manifest", place)
    if manifest.name in manifest.commands and facts.readme and not (is_imported(facts) or serves):
        yield Sign("tool", 0.5, "manifest", place)
    if manifest.importable and not is_private:
        is_run = is_started and (serves or "dockerfile" in facts.traits)
        is_said_to_run = serves and says_it_serves(facts)
        yield Sign("library", 0.8 if manifest.commands or is_run or is_said_to_run else 1.6, "manifest", place)
    elif not manifest.commands and (_has_loose_module(manifest, facts) or _is_android_library(facts)):
        yield Sign("library", 1.4, "manifest", place)
    if is_front_end(facts):
        yield Sign("website", 2.0, "manifest", place)
    elif not (manifest.importable or manifest.commands or needed & _WEB_SERVERS) and _has_front_page(facts):
        yield Sign("website", 1.4, "layout", Place("index.html"))
    elif serves and (is_private or not manifest.importable or "start" in manifest.scripts):
        yield Sign("service", 2.4 if is_started else 1.6, "manifest", place)
    elif serves and manifest.commands:
        yield Sign("service", 1.4 if "entry:listens" in facts.traits else 0.8, "manifest", place)
    elif serves and says_it_serves(facts):
        yield Sign("service", 1.0, "manifest", place)


def _has_loose_module(manifest: Manifest, facts: Facts) -> bool:
    """Whether npm takes the package's index.js for what is imported though the manifest does not say so."""
    is_private, is_started = "private" in manifest.traits, "start" in manifest.scripts
    return not (is_private or is_started) and any(path == "index.js" for path, _ in facts.files)


def _is_android_library(facts: Facts) -> bool:
    """Source: Android, "Create an Android library": the plugin of what applications include."""
    return any("plugin:com.android.library" in one.traits for one in facts.manifests)


def _starts_own_program(manifest: Manifest) -> bool:
    """Whether `npm start` runs a program of the package with node: `node ./build/main.js`, `node .`."""
    return re.search(r"\b(?:ts-)?node (?:-\S+ )*(?:\.(?:\s|$)|[\w./-]+)", manifest.scripts.get("start", "")) is not None


def _has_front_page(facts: Facts) -> bool:
    return any(path == "index.html" for path, _ in facts.files)


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


def _dotnet(manifest: Manifest, _: Facts) -> Iterator[Sign]:
    if {"sdk:Microsoft.NET.Sdk.Web", "sdk:Microsoft.NET.Sdk.Worker"} & manifest.traits:
        yield Sign("service", 2.0, "manifest", manifest.place)
    elif "packaging:tool" in manifest.traits:
        yield Sign("tool", 2.0, "manifest", manifest.place)
    elif "packaging:Exe" in manifest.traits:
        yield Sign("tool", 1.0, "manifest", manifest.place)
    else:
        yield Sign("library", 1.2, "manifest", manifest.place)


_SIGNS: Mapping[str, Callable[[Manifest, Facts], Iterator[Sign]]] = {
    "pypi": _python,
    "npm": _npm,
    "go": _go,
    "cargo": _rust,
    "maven": _jvm,
    "gradle": _jvm,
    "composer": _php,
    "gem": _gem,
    "nuget": _dotnet,
}


def _of(facts: Facts, ecosystem: str) -> list[Manifest]:
    return [one for one in facts.manifests if one.ecosystem == ecosystem and _is_of_root(one)]


def _is_of_root(manifest: Manifest) -> bool:
    """Whether the manifest describes the whole: at the root, or made from one that is."""
    return depth_of(manifest.place.file) == 0 or "egg-info" in manifest.traits


def is_front_end(facts: Facts) -> bool:
    """Whether the repository is an application for browsers, not a library of parts for one."""
    roots = [one for one in facts.manifests if one.ecosystem == "npm" and depth_of(one.place.file) == 0]
    if not any(_FRONT_ENDS & ({*one.dependencies, *one.dev_dependencies}) for one in roots):
        return False
    if any(one.importable and "private" not in one.traits for one in roots):
        return False
    if any(one.classifiers and _WEB_SERVERS & set(one.dependencies) for one in facts.manifests):
        return False  # a published server that brings its front end with it
    return any(_FRONT_PAGE.fullmatch(path) for path, _ in facts.files)


def holds_page(facts: Facts) -> bool:
    """Whether the package does little else than hand out a built page: an index.html with far more script than code."""
    pages = [path for path, _ in facts.files if re.search(r"(^|/)(index|main)\.html$", path)]
    if not any(role_of(path) in (Role.OWN, Role.GENERATED) for path in pages):
        return False
    kept = [(path, size) for path, size in facts.files if role_of(path) in (Role.OWN, Role.GENERATED)]
    scripts = sum(size for path, size in kept if path.endswith((".js", ".mjs", ".css")))
    code = sum(size for path, size in kept if path.endswith((".py", ".rb", ".go", ".java", ".rs")))
    return scripts > _SCRIPT_SHARE * code
