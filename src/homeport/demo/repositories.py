"""The 40 Git repositories of Saebom, written from a seed: code, manifests, specifications and two years of history."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from homeport.demo import documents, history, infrastructure, specs
from homeport.demo.company import COMPONENTS, Component, Person, people
from homeport.demo.state import Plan
from homeport.demo.worktree import Worktree

COMMIT_COUNT = 2400
# Repositories whose owner other parts of the story rely on; the orphan is one of the store team's.
_ALWAYS_OWNED = {"homeport", "order-api", "stock-api", "store-stock", "review-api", "auth-api", "event-banner"}
_MAY_BE_ORPHANED = ("kiosk-web", "pos-gateway", "pos-receipt", "store-api")
_NEIGHBOURS = {
    "storefront": ("member", "product"),
    "order": ("payment", "storefront"),
    "payment": ("order", "store"),
    "member": ("storefront", "order"),
    "product": ("storefront", "data"),
    "inventory": ("product", "order"),
    "store": ("payment", "inventory"),
    "data": ("platform", "product"),
    "platform": ("data", "order"),
}


@dataclass(frozen=True)
class ApiTruth:
    """An API a repository describes; `type` is openapi, asyncapi or grpc, `file` its path."""

    name: str
    type: str
    file: str


@dataclass(frozen=True)
class ResourceTruth:
    """A resource a repository declares; `name` is what it is called in production."""

    logical_id: str
    type: str
    name: str


@dataclass(frozen=True)
class RepositoryTruth:
    """What is true of one repository.

    `owner` is a team's name, or None for the orphan and where nobody can say. `depends_on` names resources it declares
    or is configured with, `consumes_apis` the APIs it is configured to call over HTTP or gRPC, `calls` the components
    behind all such addresses (some of them describe no API), `subscribes` the APIs whose topics it reads.
    `owner_source` is catalog-info, codeowners, commits or none.
    """

    name: str
    path: str
    title: str
    title_ko: str
    owner: str | None
    owner_source: str
    type: str
    language: str
    system: str
    apis: tuple[ApiTruth, ...]
    resources: tuple[ResourceTruth, ...]
    depends_on: tuple[str, ...]
    consumes_apis: tuple[str, ...]
    calls: tuple[str, ...]
    subscribes: tuple[str, ...]
    has_catalog_info: bool
    has_codeowners: bool


@dataclass(frozen=True)
class Truth:
    """What discovery should find; for tests only."""

    repositories: dict[str, RepositoryTruth]
    ambiguous: frozenset[str]
    orphan: str


def build(root: Path, seed: int, today: date) -> Truth:
    """Write the repositories under `root` as <system>/<name>.git and return what is true of them.

    The same seed and date give the same commit ids.

    Raises:
        FileExistsError: a repository is there already.
        subprocess.CalledProcessError: git could not write one.
    """
    staff, plans = people(seed), plans_of(seed)
    paths = [root / plan.component.system / f"{plan.component.name}.git" for plan in plans]
    for path in paths:
        if path.exists():
            raise FileExistsError(
                f"{path} is there already. Remove the demo's repositories before building them again."
            )
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        _git(Path(scratch), "init", "--quiet", "--bare", "--template=", "--initial-branch=main", "empty.git")
        list(pool.map(partial(_write, Path(scratch, "empty.git"), seed, today, staff), paths, plans))
    return _truth(plans)


def plans_of(seed: int) -> list[Plan]:
    """Return what is decided about each repository: who can be found as its owner, and how."""
    rng = random.Random(f"plans {seed}")
    fates = _fates(rng)
    weight = sum(component.activity + 3 for component in COMPONENTS)
    staff = people(seed)
    return [
        _plan(component, fates[component.name], COMMIT_COUNT * (component.activity + 3) // weight, staff, rng)
        for component in COMPONENTS
    ]


def _fates(rng: random.Random) -> dict[str, str]:
    names = [component.name for component in COMPONENTS]
    orphan = rng.choice(_MAY_BE_ORPHANED)
    ambiguous = rng.sample([name for name in names if name not in _ALWAYS_OWNED and name != orphan], 3)
    fates = {orphan: "orphan", "homeport": "catalog"} | dict.fromkeys(ambiguous, "ambiguous")
    rest = rng.sample([name for name in names if name not in fates], len(names) - len(fates))
    fates |= dict.fromkeys(rest[:11], "catalog")
    fates |= dict.fromkeys(rest[11:15], "committers")
    fates |= {rest[15]: "handover"}
    return fates | dict.fromkeys(rest[16:], "codeowners")


def _plan(component: Component, fate: str, commit_count: int, staff: tuple[Person, ...], rng: random.Random) -> Plan:
    path = rng.choice((".github/CODEOWNERS", "CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"))
    colleagues = [person for person in staff if person.team == component.team and not person.left]
    owner = rng.choice(colleagues) if rng.random() < 0.15 else None
    teams = [component.team, *_NEIGHBOURS[component.team]]
    if fate == "ambiguous":
        rng.shuffle(teams)
    return Plan(
        component=component,
        fate=fate,
        commit_count=commit_count,
        codeowners_path=path if fate == "codeowners" or (fate == "catalog" and rng.random() < 0.3) else None,
        codeowners_person=owner,
        teams=tuple(teams),
    )


def _write(empty: Path, seed: int, today: date, staff: tuple[Person, ...], path: Path, plan: Plan) -> None:
    """Write one repository; `empty` is a bare one without commits, copied because starting git 40 times is slow."""
    shutil.copytree(empty, path)
    stream = b"".join(_stream(plan, staff, today, random.Random(f"history {seed} {plan.component.name}")))
    _git(path, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--done", stdin=stream)


def _git(path: Path, *arguments: str, stdin: bytes = b"") -> None:
    """Run git in a repository, deaf to what the person who runs the demo has configured.

    Nothing waits for the disk: what is lost can be built again.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(
        ["git", "-c", "core.fsync=none", *arguments],
        cwd=path,
        env=environment,
        input=stdin,
        check=True,
        capture_output=True,
    )


def _stream(plan: Plan, staff: tuple[Person, ...], today: date, rng: random.Random) -> Iterator[bytes]:
    """Yield the history of a repository in the format of git fast-import."""
    tree = Worktree(plan, staff)
    made = list(history.changes(plan, rng, tree.apply))
    times = history.moments(plan, rng, today)
    ages_days = [(today - moment.date()).days for moment in times]
    signed = history.authors(plan, staff, made, ages_days, rng)
    for change, moment, author, edits in zip(made, times, signed, tree.edits, strict=True):
        signature = f"{author.name} <{author.email}> {int(moment.timestamp())} +0900".encode()
        yield b"commit refs/heads/main\nauthor %b\ncommitter %b\n" % (signature, signature)
        yield _data(change.message + "\n")
        for path, text in edits:
            yield f"D {path}\n".encode() if text is None else f"M 100644 inline {path}\n".encode() + _data(text)
        if change.release:
            yield f"reset refs/tags/v{change.release}\nfrom refs/heads/main\n\n".encode()
    yield b"done\n"


def _data(text: str) -> bytes:
    content = text.encode()
    return b"data %d\n%b\n" % (len(content), content)


def _truth(plans: list[Plan]) -> Truth:
    topics = {
        "order.events.v1": "order-events",
        "stock.changes.v1": "stock-events",
        "clickstream.events.v1": "clickstream",
    }
    return Truth(
        repositories={plan.component.name: _repository_truth(plan, topics) for plan in plans},
        ambiguous=frozenset(plan.component.name for plan in plans if plan.fate == "ambiguous"),
        orphan=next(plan.component.name for plan in plans if plan.fate == "orphan"),
    )


_OWNER_SOURCES = {"catalog": "catalog-info", "codeowners": "codeowners", "committers": "commits", "handover": "commits"}


def _used_resources(component: Component) -> set[str]:
    """Return the names of the resources a component declares, is given by name, or reads as a topic."""
    declared = {item.name for item in infrastructure.resources_of(component.name)}
    topics = {item.name for item in infrastructure.DECLARATIONS if item.type == "kafka_topic"}
    return declared | set(component.uses) | (topics & {*component.subscribes, *component.publishes})


def _repository_truth(plan: Plan, topics: dict[str, str]) -> RepositoryTruth:
    component = plan.component
    declared = infrastructure.resources_of(component.name)
    return RepositoryTruth(
        name=component.name,
        path=f"{component.system}/{component.name}.git",
        title=component.title,
        title_ko=component.title_ko,
        owner=component.team if plan.fate in _OWNER_SOURCES else None,
        owner_source=_OWNER_SOURCES.get(plan.fate, "none"),
        type=component.type,
        language=component.language,
        system=component.system,
        apis=tuple(ApiTruth(spec.name, spec.type, spec.path) for spec in specs.specifications_of(plan)),
        resources=tuple(ResourceTruth(item.logical_id, item.type, item.name) for item in declared),
        depends_on=tuple(sorted(_used_resources(component))),
        consumes_apis=tuple(sorted(documents.consumed_apis(component.calls))),
        calls=tuple(sorted(component.calls)),
        subscribes=tuple(sorted(topics[topic] for topic in component.subscribes)),
        has_catalog_info=plan.fate == "catalog",
        has_codeowners=plan.codeowners_path is not None,
    )
