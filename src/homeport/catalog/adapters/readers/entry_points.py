"""Programs' first files: whether what starts there listens, or takes a command line."""

from __future__ import annotations

import re

from homeport.catalog.domain.paths import is_own

_FILE = re.compile(
    r"(main\.go|cmd/[^/]+/main\.go|((src|app|server|service)/)?(main|app|server|index|__main__|wsgi|asgi)\.(py|js|ts|mjs)"
    r"|src/main\.rs|(.*/)?src/main/(java|kotlin)/.*Application\.(java|kt)|(src/)?Program\.cs|config\.ru)"
)
_LISTENS = re.compile(
    r"ListenAndServe|\bgrpc\.NewServer\(|\.Listen\(|\.listen\(|createServer\(|\bserve_forever\(|uvicorn\.run\(|\bFastAPI\("
    r"|\bFlask\(__name__|KafkaConsumer\(|\.consume\(|@SpringBootApplication|HttpServer::new|axum::serve|MapGet\(|MapControllers\("
    r"|\bbasic_consume\(|embeddedServer\(|WebApplication\.CreateBuilder"
)
_APPLICATION_FILE = re.compile(r"([^/]+/){0,3}(wsgi|asgi)\.py|([^/]+/){0,3}[\w-]+\.wsgi")
_APPLICATION = re.compile(r"^(application|app)\b[ \t]*[:=]|^from [\w.]+ import .*\b(application|app)\b", re.MULTILINE)
"""Source: PEP 3333 and the ASGI specification: the callable that a server starts."""
_COMMANDS = re.compile(r"argparse|\bclick\.(command|group)|typer\.Typer|flag\.Parse\(|cobra\.|clap::|commander|yargs")


def is_entry_point(path: str) -> bool:
    """Whether programs of some language usually start in the file at `path`."""
    if _APPLICATION_FILE.fullmatch(path):
        return is_own(path)
    return _FILE.fullmatch(path) is not None


def read_entry_point(path: str, text: str) -> frozenset[str]:
    """Return the traits `entry:listens`, `entry:commands` and `entry:application`, as far as the text shows them."""
    if _APPLICATION_FILE.fullmatch(path) and not _FILE.fullmatch(path):
        return frozenset({"entry:application"} if _APPLICATION.search(text) else ())
    traits = {"entry:listens"} if _LISTENS.search(text) else set()
    if _APPLICATION_FILE.fullmatch(path) and _APPLICATION.search(text):
        traits.add("entry:application")
    if _COMMANDS.search(text):
        traits.add("entry:commands")
    return frozenset(traits)
