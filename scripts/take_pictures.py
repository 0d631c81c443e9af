"""Take the pictures in docs/images from the demo company, in both themes and languages. Needs Debian's chromium."""

from __future__ import annotations

import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import browser as gate
from homeport import cli, saebom
from homeport.app import create_app, installation
from homeport.demo import repositories
from homeport.kernel.console import Console
from homeport.kernel.trust.identity import Role
from homeport.web.identify import SESSION_COOKIE

PAGES = {
    "home": "/",
    "catalog": "/catalog",
    "entity": "/catalog/component/order-api",
    "api": "/catalog/api/order-api?tab=api",
    "graph": "/catalog/graph?ref=component:default/order-api&depth=1",
    "findings": "/findings",
}
LOOKS = (gate.Look("light", "en", 1360), gate.Look("dark", "ko", 1360))


def main() -> None:
    """Build the demo, sign in, and take each picture."""
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        repositories.build(home / "repositories", 1, datetime.now(UTC).date())
        with installation(home=home, zone="Asia/Seoul", organisation="새봄 Saebom") as homeport:
            console = Console(lambda: installation(home=home), lambda _services, run_id: homeport.worker(only=run_id))
            saebom.discover(homeport, console, home / "repositories", 0.0)
            with gate.serve(create_app(homeport)) as base, gate.started_browser() as chromium:
                name, entity = saebom.visitor(homeport)
                path = re.sub(r"^https?://[^/]+", "", cli.first_login(homeport, name, Role.ADMIN, entity))
                secret = httpx.post(base + path, headers={"Origin": base}).cookies[SESSION_COOKIE]
                for look in LOOKS:
                    cookies = {SESSION_COOKIE: secret, "homeport_language": look.language, "homeport_theme": look.theme}
                    with gate.open_page(chromium, look, cookies=cookies, base=base) as page:
                        for title, address in PAGES.items():
                            page.goto(base + address)
                            page.wait_for_load_state("networkidle")
                            page.screenshot(path=images / f"{title}-{look.theme}-{look.language}.png")


if __name__ == "__main__":
    main()
