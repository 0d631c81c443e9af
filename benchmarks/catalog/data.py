"""Invents a company's catalog as files of Backstage entities: the same bytes for the same number and seed.

Of N entities N/40 are groups, N/10 users, N/250 domains, N/50 systems, N/5 APIs, N/10 resources, the rest components,
in files of 500. Written as text, for a YAML writer would take longer than what is measured, and with no code of
homeport's, so that an error of its reader can't hide in what it reads.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

SEED = 7
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
FILE_ENTITIES = 500

COMPONENT_TYPES = ("service", "website", "library", "job", "mobile-app")
_COMPONENT_SHARES = (50, 20, 15, 10, 5)
RESOURCE_TYPES = ("database", "queue", "bucket", "cache")
LIFECYCLES = ("production", "experimental", "deprecated")
_LIFECYCLE_SHARES = (80, 15, 5)
TAGS = ("java", "python", "go", "typescript", "kotlin", "rust", "grpc", "rest", "batch", "pci", "public", "legacy")
WORDS = ("order", "payment", "invoice", "customer", "stock", "parcel", "price", "search", "review", "coupon", "ledger",
         "address", "basket", "refund", "supplier", "loyalty", "notice", "report", "account", "catalogue")  # fmt: skip
_ROLES = ("gateway", "worker", "store", "portal", "sync", "engine", "importer", "planner", "monitor", "bridge")
_GIVEN_NAMES = ("Ada", "Grace", "Linus", "Margaret", "Alan", "Barbara", "Edsger", "Frances", "Donald", "Radia")
_FAMILY_NAMES = ("Kim", "Park", "Lee", "Choi", "Jung", "Kang", "Cho", "Yoon", "Jang", "Lim")


@dataclass
class Names:
    """The names of what was written, by kind in lower case: what requests are made of."""

    by_kind: dict[str, list[str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """All entities."""
        return sum(len(names) for names in self.by_kind.values())


def write_catalog(folder: Path, count: int, seed: int = SEED) -> Names:
    """Write `count` entities to `folder`, 500 to a file, and return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = _names(count)
    documents: list[str] = []
    number = 0
    for document in _documents(names, random.Random(seed)):
        documents.append(document)
        if len(documents) == FILE_ENTITIES:
            _write(folder, number, documents)
            number, documents = number + 1, []
    if documents:
        _write(folder, number, documents)
    return names


def _write(folder: Path, number: int, documents: list[str]) -> None:
    (folder / f"catalog-{number:04d}.yaml").write_text("---\n".join(documents), encoding="utf-8")


def _names(count: int) -> Names:
    shares = {"group": 40, "user": 10, "domain": 250, "system": 50, "api": 5, "resource": 10}
    counts = {kind: max(count // share, 1) for kind, share in shares.items()}
    counts["component"] = count - sum(counts.values())
    return Names({kind: [_name(kind, number) for number in range(counted)] for kind, counted in counts.items()})


def _name(kind: str, number: int) -> str:
    """`order-gateway-00017` for what is built, `team-0017` and `user-0017` for people."""
    if kind in ("group", "user"):
        return f"{'team' if kind == 'group' else kind}-{number:04d}"
    word, role = WORDS[number % len(WORDS)], _ROLES[number // len(WORDS) % len(_ROLES)]
    if kind in ("domain", "system"):
        return f"{word}-{kind}-{number:04d}"
    ending = {"api": "-api", "resource": "-data"}.get(kind, "")
    return f"{word}-{role}{ending}-{number:05d}"


def _documents(names: Names, chance: random.Random) -> Iterator[str]:
    for kind, write in (
        ("group", _group),
        ("user", _user),
        ("domain", _domain),
        ("system", _system),
        ("api", _api),
        ("resource", _resource),
        ("component", _component),
    ):
        for number, name in enumerate(names.by_kind[kind]):
            yield write(names, chance, number, name)


def _group(names: Names, _: random.Random, number: int, name: str) -> str:
    parent = "" if number == 0 else f"\n  parent: {names.by_kind['group'][(number - 1) // 8]}"
    return f"""apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: {name}
  description: Team {number} of the company
spec:
  type: {"organization" if number == 0 else "team"}
  profile:
    displayName: Team {number}
    email: {name}@example.com{parent}
  children: []
"""


def _user(names: Names, chance: random.Random, number: int, name: str) -> str:
    shown = f"{_GIVEN_NAMES[number % 10]} {_FAMILY_NAMES[number // 10 % 10]}"
    return f"""apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: {name}
spec:
  profile:
    displayName: {shown}
    email: {name}@example.com
  memberOf: [{chance.choice(names.by_kind["group"])}]
"""


def _domain(names: Names, chance: random.Random, _: int, name: str) -> str:
    return f"""apiVersion: backstage.io/v1alpha1
kind: Domain
metadata:
  name: {name}
  title: {_title(name)}
  description: All that has to do with {name.split("-")[0]}
spec:
  owner: {chance.choice(names.by_kind["group"])}
"""


def _system(names: Names, chance: random.Random, _: int, name: str) -> str:
    return f"""apiVersion: backstage.io/v1alpha1
kind: System
metadata:
  name: {name}
  title: {_title(name)}
  description: The parts that keep every {name.split("-")[0]}
spec:
  owner: {chance.choice(names.by_kind["group"])}
  domain: {chance.choice(names.by_kind["domain"])}
"""


def _api(names: Names, chance: random.Random, _: int, name: str) -> str:
    return f"""apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: {name}
  title: {_title(name)}
  tags: [{chance.choice(TAGS)}]
spec:
  type: openapi
  lifecycle: {_lifecycle(chance)}
  owner: {chance.choice(names.by_kind["group"])}
  system: {chance.choice(names.by_kind["system"])}
  definition: |
{indent(_openapi(name), "    ")}"""


def _openapi(name: str) -> str:
    word = name.split("-")[0]
    return f"""openapi: 3.0.3
info:
  title: {_title(name)}
  version: 1.0.0
paths:
  /{word}s:
    get:
      summary: List every {word}
      responses:
        '200':
          description: The list
  /{word}s/{{id}}:
    get:
      summary: Get one {word}
      parameters:
        - {{name: id, in: path, required: true, schema: {{type: string}}}}
      responses:
        '200':
          description: It
        '404':
          description: There is none
"""


def _resource(names: Names, chance: random.Random, number: int, name: str) -> str:
    return f"""apiVersion: backstage.io/v1alpha1
kind: Resource
metadata:
  name: {name}
  description: Where {name.split("-")[0]} data rest
spec:
  type: {RESOURCE_TYPES[number % len(RESOURCE_TYPES)]}
  owner: {chance.choice(names.by_kind["group"])}
  system: {chance.choice(names.by_kind["system"])}
"""


def _component(names: Names, chance: random.Random, _: int, name: str) -> str:
    needed = f"resource:{chance.choice(names.by_kind['resource'])}"
    return f"""apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: {name}
  title: {_title(name)}
  description: Serves each {name.split("-")[0]} of the company
  annotations:
    github.com/project-slug: example/{name}
    sonarqube.org/project-key: {name}
  tags: [{", ".join(chance.sample(TAGS, 2))}]
  links:
    - {{url: "https://dashboards.example.com/{name}", title: Dashboard, icon: dashboard}}
spec:
  type: {chance.choices(COMPONENT_TYPES, _COMPONENT_SHARES)[0]}
  lifecycle: {_lifecycle(chance)}
  owner: {chance.choice(names.by_kind["group"])}
  system: {chance.choice(names.by_kind["system"])}
  providesApis: [{chance.choice(names.by_kind["api"])}]
  consumesApis: [{chance.choice(names.by_kind["api"])}]
  dependsOn: ["{needed}"]
"""


def _lifecycle(chance: random.Random) -> str:
    return chance.choices(LIFECYCLES, _LIFECYCLE_SHARES)[0]


def _title(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split("-")[:-1])
