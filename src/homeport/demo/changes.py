"""The kinds of change people make to a repository of Saebom, and their commit messages."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from homeport.demo import infrastructure, specs
from homeport.demo.documents import NOTES_COUNT
from homeport.demo.interfaces import Operation
from homeport.demo.state import Plan, State, ladder

EVERYTHING = "everything"


@dataclass(frozen=True)
class Change:
    """The state after a change, its message, and the areas of files it may touch."""

    state: State
    message: str
    areas: tuple[str, ...]
    is_update: bool = False
    release: str | None = None


@dataclass(frozen=True)
class Point:
    """Where a repository is when somebody sits down to change it."""

    plan: Plan
    state: State
    rng: random.Random

    def say(self, korean: str, english: str) -> str:
        return korean if self.rng.random() < 0.6 else english


Kind = Callable[[Point], Change | None]


def first_change(plan: Plan, rng: random.Random) -> Change:
    """Return the change that makes the repository."""
    state = State(
        depths=(0,) * len(plan.interface.operations),
        pins=(0,) * len(ladder(plan.component)),
        replicas=rng.choice((1, 2, 2, 3)),
        memory_mb=rng.choice((256, 512, 768)),
        timeout_ms=rng.choice((500, 800, 1000)),
    )
    message = rng.choice(("Initial commit", "첫 커밋", "프로젝트 뼈대", "scaffold"))
    return Change(state, message, (EVERYTHING,))


def due_changes(plan: Plan, rng: random.Random) -> dict[int, Kind]:
    """Return what must have happened by the end, by its place in the first three quarters of the history."""
    component = plan.component
    kinds: list[Kind] = [_ship] * (len(plan.interface.operations) - 1)
    kinds += [_wire] * len(component.calls)
    kinds += [_declare] * len(infrastructure.resources_of(component.name))
    if specs.specifications_of(plan):
        kinds.append(_specify)
    if plan.codeowners_path:
        kinds.append(_own)
    rng.shuffle(kinds)
    if plan.fate == "catalog":
        kinds.append(_register)
    places = sorted(rng.sample(range(1, plan.commit_count * 3 // 4), len(kinds)))
    return dict(zip(places, kinds, strict=True))


def draw(rng: random.Random) -> Kind:
    """Return a kind of everyday change."""
    kinds: tuple[Kind, ...] = (_improve, _update, _release, _tune, _note, _pipeline)
    return rng.choices(kinds, weights=(34, 20, 16, 20, 6, 4))[0]


def styled(plan: Plan, change: Change) -> Change:
    """Return the change with its message (kind: text) as this team writes messages."""
    kind, text = change.message.split(": ", 1)
    style = plan.component.choice("message style", ("conventional", "plain", "bracket", "conventional"))
    if kind == "release" or style == "plain":
        return replace(change, message=text)
    return replace(change, message=f"[{plan.component.name}] {text}") if style == "bracket" else change


def _noted(state: State, entry: str) -> State:
    return replace(state, unreleased=(*state.unreleased, entry[:1].upper() + entry[1:]))


def _ship(point: Point) -> Change:
    operation = point.plan.interface.operations[point.state.shipped]
    text = point.say(f"{operation.summary_ko} 추가", f"add {operation.name}")
    after = _noted(replace(point.state, shipped=point.state.shipped + 1), operation.summary)
    return Change(after, f"feat: {text}", ("code", "specification", "documents"))


def _wire(point: Point) -> Change:
    callee = point.plan.component.calls[point.state.wired]
    after = _noted(replace(point.state, wired=point.state.wired + 1), f"Calls {callee}")
    text = point.say(f"{callee} 연동", f"call {callee}")
    return Change(after, f"feat: {text}", ("code", "deployment", "documents", "ownership"))


_DECLARING = ("infrastructure", "manifest", "deployment", "code", "documents", "ownership")


def _declare(point: Point) -> Change:
    declared = infrastructure.resources_of(point.plan.component.name)[point.state.declared]
    after = replace(point.state, declared=point.state.declared + 1)
    text = point.say(f"{declared.logical_id} 리소스 추가", f"add {declared.logical_id}")
    return Change(after, f"infra: {text}", _DECLARING)


def _specify(point: Point) -> Change:
    after = replace(point.state, has_specification=True)
    return Change(after, f"docs: {point.say('API 명세 추가', 'describe the API')}", ("specification", "ownership"))


def _own(point: Point) -> Change:
    after = replace(point.state, has_codeowners=True)
    return Change(after, f"chore: {point.say('CODEOWNERS 추가', 'add CODEOWNERS')}", ("ownership",))


def _register(point: Point) -> Change:
    after = replace(point.state, has_catalog_entry=True)
    text = point.say("카탈로그 등록", "add catalog-info.yaml")
    return Change(after, f"chore: {text}", ("ownership", "organisation"))


def _improve(point: Point) -> Change | None:
    state = point.state
    places = [place for place in range(state.shipped) if state.depths[place] < 3]
    if not places:
        return None
    place = point.rng.choice(places)
    depth = state.depths[place] + 1
    korean, english = _improvement(point.plan, point.plan.interface.operations[place], depth)
    depths = (*state.depths[:place], depth, *state.depths[place + 1 :])
    kind = "fix" if depth == 2 else "feat"
    return Change(
        _noted(replace(state, depths=depths), english), f"{kind}: {point.say(korean, english)}", ("code", "documents")
    )


def _improvement(plan: Plan, operation: Operation, depth: int) -> tuple[str, str]:
    """Return what the next improvement of an operation is called, in Korean and English."""
    if plan.component.type == "website":
        korean, english = (
            ("문서 제목", "document title"),
            ("내비게이션", "navigation"),
            ("로딩 상태", "loading state"),
        )[depth - 1]
        return f"{operation.summary_ko} 화면 {korean} 추가", f"{english} on {operation.name}"
    korean, english = (("로그 보강", "log"), ("입력값 검증", "check the input of"), ("지표 추가", "measure"))[depth - 1]
    return f"{operation.summary_ko} {korean}", f"{english} {operation.name}"


def _update(point: Point) -> Change | None:
    rungs, pins = ladder(point.plan.component), point.state.pins
    place = point.rng.randrange(len(rungs))
    name, versions = rungs[place]
    pin = pins[place] + 1
    if pin >= len(versions):
        return None
    after = replace(point.state, pins=(*pins[:place], pin, *pins[place + 1 :]))
    message = f"chore: bump {name} from {versions[pin - 1]} to {versions[pin]}"
    return Change(after, message, ("manifest",), is_update=True)


def _release(point: Point) -> Change | None:
    state = point.state
    if len(state.unreleased) < 2:
        return None
    version = _next_version(state)
    text = ".".join(str(part) for part in version)
    block = f"## {text}\n\n" + "".join(f"- {entry}\n" for entry in state.unreleased)
    after = replace(state, version=version, unreleased=(), releases=(block, *state.releases[:14]))
    message = f"release: {point.rng.choice(('release', 'Release', '릴리스'))} {text}"
    areas = ("manifest", "deployment", "documents", "specification")
    return Change(after, message, areas, release=text)


def _next_version(state: State) -> tuple[int, int, int]:
    major, minor, patch = state.version
    if major == 0 and minor >= 3:
        return (1, 0, 0)
    if all(entry.startswith("Check") for entry in state.unreleased):
        return (major, minor, patch + 1)
    return (major, minor + 1, 0)


@dataclass(frozen=True)
class _Knob:
    name: str
    options: tuple[int, ...]
    korean: str
    english: str
    unit: str


_KNOBS = (
    _Knob("replicas", (1, 2, 3, 4, 6), "레플리카", "replicas", ""),
    _Knob("memory_mb", (256, 384, 512, 768, 1024, 1536), "메모리", "memory", "Mi"),
    _Knob("timeout_ms", (300, 500, 800, 1000, 1200, 2000, 3000), "타임아웃", "timeout", "ms"),
    _Knob("retries", (0, 1, 2, 3), "재시도 횟수", "retries", ""),
    _Knob("pool", (10, 15, 20, 30, 40), "커넥션 풀", "connection pool", ""),
    _Knob("capacity_gb", (100, 120, 150, 200, 300), "리소스 용량", "capacity", ""),
)
_REASONS = (" (봄맞이 세일 대비)", " (부하 테스트 결과)", " (비용 점검)", " (after the incident review)")


def _tune(point: Point) -> Change:
    """Turn one knob; the number in the message is the one in the files."""
    knob = point.rng.choice(_KNOBS)
    before: int = getattr(point.state, knob.name)
    value = point.rng.choice([option for option in knob.options if option != before])
    step = f"{before}{knob.unit} -> {value}{knob.unit}"
    reason = point.rng.choice(_REASONS) if point.rng.random() < 0.4 else ""
    text = point.say(f"{knob.korean} {step}", f"{knob.english} {step}") + reason
    return Change(_turned(point.state, knob.name, value), f"ops: {text}", ("deployment", "code", "infrastructure"))


def _turned(state: State, name: str, value: int) -> State:
    turned = {"replicas": state.replicas, "memory_mb": state.memory_mb, "timeout_ms": state.timeout_ms}
    turned |= {"retries": state.retries, "pool": state.pool, "capacity_gb": state.capacity_gb, name: value}
    return replace(
        state,
        replicas=turned["replicas"],
        memory_mb=turned["memory_mb"],
        timeout_ms=turned["timeout_ms"],
        retries=turned["retries"],
        pool=turned["pool"],
        capacity_gb=turned["capacity_gb"],
    )


def _note(point: Point) -> Change | None:
    if point.state.notes >= NOTES_COUNT:
        return None
    after = replace(point.state, notes=point.state.notes + 1)
    return Change(after, f"docs: {point.say('런북 보강', 'extend the runbook')}", ("documents",))


def _pipeline(point: Point) -> Change | None:
    if point.state.ci >= 3:
        return None
    steps = (("린트", "lint"), ("이미지 빌드", "build the image"), ("이미지 취약점 검사", "scan the image"))
    korean, english = steps[point.state.ci]
    after = replace(point.state, ci=point.state.ci + 1)
    return Change(after, f"ci: {point.say(f'CI에 {korean} 추가', f'{english} in CI')}", ("pipeline",))
