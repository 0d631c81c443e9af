"""Programs' first files: whether what starts there listens, or takes a command line."""

from __future__ import annotations

import re

_FILE = re.compile(
    r"(main\.go|cmd/[^/]+/main\.go|((src|app|server|service)/)?(main|app|server|index|__main__|wsgi|asgi)\.(py|js|ts|mjs)"
    r"|src/main\.rs|(.*/)?src/main/(java|kotlin)/.*Application\.(java|kt)|(src/)?Program\.cs|config\.ru)"
)
_LISTENS = re.compile(
    r"ListenAndServe|\bgrpc\.NewServer\(|\.Listen\(|\.listen\(|createServer\(|\bserve_forever\(|uvicorn\.run\(|\bFastAPI\("
    r"|\bFlask\(__name__|KafkaConsumer\(|\.consume\(|@SpringBootApplication|HttpServer::new|axum::serve|MapGet\(|MapControllers\("
    r"|\bbasic_consume\(|embeddedServer\(|WebApplication\.CreateBuilder"
)
_COMMANDS = re.compile(r"argparse|\bclick\.(command|group)|typer\.Typer|flag\.Parse\(|cobra\.|clap::|commander|yargs")


def is_entry_point(path: str) -> bool:
    """Whether programs of some language usually start in the file at `path`."""
    return _FILE.fullmatch(path) is not None


def read_entry_point(text: str) -> frozenset[str]:
    """Return the traits `entry:listens` and `entry:commands`, as far as the text shows them."""
    traits = {"entry:listens"} if _LISTENS.search(text) else set()
    if _COMMANDS.search(text):
        traits.add("entry:commands")
    return frozenset(traits)
