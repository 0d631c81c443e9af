"""What both catalogs are asked, in the words of Backstage's API; and homeport's list pages.

Parameters vary from request to request, the same for both sides: what is asked with a name is asked for 200 names.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

from client import Answer, Ask, Client, Latencies
from data import COMPONENT_TYPES, RESOURCE_TYPES, SEED, WORDS, Names

API = "/api/catalog"
PAGE = 20
REFS = 20
WALK_PAGE = 500
KINDS = ("component", "api", "resource", "user", "system")
LIST = "/catalog"


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of request: `say` makes the next one, `answer` is what both sides must agree upon."""

    name: str
    say: Callable[[Names, random.Random], Ask]
    answer: Callable[[Answer], Any]

    def asks(self, names: Names, count: int) -> list[Ask]:
        """The requests, the same for every side and run."""
        chance = random.Random(f"{SEED} {self.name}")
        return [self.say(names, chance) for _ in range(count)]


def _by_name(names: Names, chance: random.Random) -> Ask:
    kind = chance.choice(KINDS)
    return Ask(f"{API}/entities/by-name/{kind}/default/{chance.choice(names.by_kind[kind])}")


def _by_refs(names: Names, chance: random.Random) -> Ask:
    kinds = chance.choices(KINDS, k=REFS)
    refs = [f"{kind}:default/{chance.choice(names.by_kind[kind])}" for kind in kinds]
    return Ask(f"{API}/entities/by-refs", {"entityRefs": refs})


def _by_type(_: Names, chance: random.Random) -> Ask:
    kind, types = chance.choice((("component", COMPONENT_TYPES), ("resource", RESOURCE_TYPES)))
    return _query(filter=f"kind={kind},spec.type={chance.choice(types)}", orderField="metadata.name,asc")


def _by_owner(names: Names, chance: random.Random) -> Ask:
    return _query(filter=f"relations.ownedBy=group:default/{chance.choice(names.by_kind['group'])}")


def _ordered(_: Names, chance: random.Random) -> Ask:
    order = chance.choice(("asc", "desc"))
    return _query(filter=f"kind={chance.choice(KINDS)}", orderField=f"metadata.name,{order}")


def _full_text(_: Names, chance: random.Random) -> Ask:
    return _query(
        fullTextFilterTerm=chance.choice(WORDS),
        fullTextFilterFields="metadata.name,metadata.title",
        orderField="metadata.name,asc",
    )


def _facets(_: Names, chance: random.Random) -> Ask:
    facets = ("kind", "spec.type", "metadata.tags")
    return Ask(f"{API}/entity-facets?{urlencode([('facet', facet) for facet in chance.sample(facets, 3)])}")


def _filtered_facets(_: Names, chance: random.Random) -> Ask:
    facet = chance.choice(("metadata.tags", "spec.type", "spec.lifecycle"))
    return Ask(f"{API}/entity-facets?{_encoded(facet=facet, filter=f'kind={chance.choice(KINDS[:2])}')}")


def _query(**parameters: str) -> Ask:
    return Ask(f"{API}/entities/by-query?{_encoded(limit=str(PAGE), **parameters)}")


def _encoded(**parameters: str) -> str:
    return urlencode(parameters, safe="=,:/", quote_via=quote)


def _name(answer: Answer) -> Any:
    return _ref(answer.json)


def _items(answer: Answer) -> Any:
    return [_ref(item) for item in answer.json["items"]]


def _total(answer: Answer) -> Any:
    return answer.json["totalItems"], len(answer.json["items"])


def _total_and_items(answer: Answer) -> Any:
    return answer.json["totalItems"], _items(answer)


def _counts(answer: Answer) -> Any:
    facets = answer.json["facets"]
    return {name: sorted((each["value"], each["count"]) for each in facets[name]) for name in sorted(facets)}


def _ref(entity: dict[str, Any]) -> str:
    return f"{entity['kind']}/{entity['metadata']['name']}".lower()


MEASURES = (
    Measure("by-name", _by_name, _name),
    Measure("by-refs", _by_refs, _items),
    Measure("query by kind and type, ordered", _by_type, _total_and_items),
    Measure("query by owner", _by_owner, _total),
    Measure("query by kind, ordered", _ordered, _total_and_items),
    Measure("full text, ordered", _full_text, _total_and_items),
    Measure("facets of everything", _facets, _counts),
    Measure("facets of a kind", _filtered_facets, _counts),
)
"""What a list without an order begins with is up to the server, so only the counts of `query by owner` are compared."""


def count_ask() -> Ask:
    """How many entities there are."""
    return Ask(f"{API}/entities/by-query?limit=0")


def walk(client: Client) -> tuple[float, int]:
    """Follow cursors from the first page to the last; return the milliseconds that requests took and the rows."""
    took_ms, rows, cursor = 0.0, 0, ""
    while True:
        following = f"cursor={quote(cursor)}" if cursor else "orderField=metadata.name,asc"
        answer = client.get(Ask(f"{API}/entities/by-query?limit={WALK_PAGE}&{following}"))
        page = answer.json
        took_ms, rows = took_ms + answer.took_ms, rows + len(page["items"])
        cursor = page["pageInfo"].get("nextCursor", "")
        if not cursor:
            return took_ms, rows


PAGES: dict[str, Callable[[Names, random.Random], str]] = {
    "components": lambda _names, _chance: LIST,
    "everything": lambda _names, _chance: f"{LIST}?q=",
    "a kind": lambda _names, chance: f"{LIST}?q=kind:{chance.choice(KINDS)}",
    "a type": lambda _names, chance: f"{LIST}?q=kind:component+type:{chance.choice(COMPONENT_TYPES)}",
    "an owner": lambda names, chance: f"{LIST}?q=kind:component+owner:{chance.choice(names.by_kind['group'])}",
    "a system": lambda names, chance: f"{LIST}?q=kind:component+system:{chance.choice(names.by_kind['system'])}",
    "a word": lambda _names, chance: f"{LIST}?q=kind:component+{chance.choice(WORDS)}",
    "by owner, downwards": lambda _names, _chance: f"{LIST}?q=kind:component&sort=-owner",
}
"""Addresses of list pages by what they show."""


def page_asks(name: str, names: Names, count: int) -> list[Ask]:
    """The addresses of one kind of list page."""
    chance = random.Random(f"{SEED} {name}")
    return [Ask(PAGES[name](names, chance)) for _ in range(count)]


def leaf_through(browser: Client, count: int) -> Latencies:
    """Load `count` pages of the list of components, each by the link to the following one; begin again at the end."""
    latencies, pages = Latencies(), _following_pages(browser)
    for _ in range(count):
        latencies.samples_ms.append(next(pages).took_ms)
    return latencies


def _following_pages(browser: Client) -> Iterator[Answer]:
    address = LIST
    while True:
        answer = browser.get(Ask(address))
        yield answer
        found = re.search(rf'href="({LIST}\?[^"]*\bafter=[^"]+)"', answer.body.decode())
        address = unescape(found[1]) if found else LIST
