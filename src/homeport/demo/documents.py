"""What the repositories of Saebom say about themselves: README, changelog, runbook, CODEOWNERS, catalog-info.yaml."""

from __future__ import annotations

from homeport.demo import infrastructure, specs
from homeport.demo.configuration import settings
from homeport.demo.organisation import catalog_location
from homeport.demo.state import Plan, State

_COMMANDS = {
    "python": "pip install -e . && pytest",
    "go": "make test && make build",
    "java": "./gradlew bootRun",
    "kotlin": "./gradlew bootRun",
    "typescript": "npm install && npm run build",
}
# Symptom, first check, what to do; a runbook grows from the top.
_NOTES = (
    ("5xx가 늘 때", "최근 배포와 설정 변경부터 봅니다.", "직전 버전으로 되돌린 뒤 로그를 모읍니다."),
    ("응답이 느릴 때", "호출하는 서비스의 p95와 커넥션 풀을 봅니다.", "타임아웃을 줄이지 말고 레플리카를 늘립니다."),
    ("메모리가 계속 늘 때", "OOMKilled 횟수를 확인합니다.", "힙 덤프를 뜬 뒤 한 대씩 재시작합니다."),
    ("큐가 쌓일 때", "DLQ에 들어간 메시지의 사유를 봅니다.", "원인을 고친 뒤 재처리 스크립트를 돌립니다."),
    ("인증이 실패할 때", "시크릿 교체 일정을 확인합니다.", "파드를 재시작해 새 시크릿을 읽힙니다."),
    ("배포가 멈췄을 때", "헬스체크 로그를 봅니다.", "롤아웃을 취소하고 이벤트를 확인합니다."),
    ("데이터가 맞지 않을 때", "대사 리포트의 차이 건을 봅니다.", "담당자와 범위를 정한 뒤 보정합니다."),
    ("인증서 만료 알림", "만료일을 확인합니다.", "플랫폼팀 절차에 따라 갱신합니다."),
)


def documents(plan: Plan, state: State) -> dict[str, str]:
    """Return README, CHANGELOG and runbook by path."""
    found = {"README.md": _readme(plan, state), "CHANGELOG.md": _changelog(state)}
    if state.notes:
        found["docs/runbook.md"] = _runbook(plan, state)
    return found


def _readme(plan: Plan, state: State) -> str:
    component = plan.component
    korean = component.choice("readme", ("ko", "ko", "en")) == "ko"
    title = component.title_ko if korean else component.choice("readme title", (component.title, component.name))
    summary = component.summary_ko if korean else component.summary
    headings = ("실행", "하는 일", "설정") if korean else ("Run", "What it does", "Settings")
    works = [
        f"- {operation.summary_ko if korean else operation.summary}"
        for operation, _ in state.operations(plan.interface)
    ]
    lines = [f"# {title}", "", summary, "", f"## {headings[0]}", "", "```sh", _COMMANDS[component.language], "```", ""]
    lines += [f"## {headings[1]}", "", *works]
    names = [f"- `{setting.name}`" for setting in settings(component, state)]
    if names:
        lines += ["", f"## {headings[2]}", "", *names]
    return "\n".join(lines) + "\n"


def _changelog(state: State) -> str:
    waiting = ["## Unreleased", "", *(f"- {entry}" for entry in state.unreleased), ""] if state.unreleased else []
    return "\n".join(["# Changelog", "", *waiting, *state.releases]).rstrip("\n") + "\n"


def _runbook(plan: Plan, state: State) -> str:
    lines = [f"# {plan.component.title_ko} 런북"]
    for symptom, check, act in _NOTES[: state.notes]:
        lines += ["", f"## {symptom}", "", f"1. {check}", f"2. {act}"]
    return "\n".join(lines) + "\n"


NOTES_COUNT = len(_NOTES)


def ownership(plan: Plan, state: State) -> dict[str, str]:
    """Return CODEOWNERS and catalog-info.yaml, where there is one by now."""
    found: dict[str, str] = {}
    if state.has_codeowners and plan.codeowners_path:
        found[plan.codeowners_path] = _codeowners(plan)
    if state.has_catalog_entry:
        found["catalog-info.yaml"] = _catalog_info(plan, state)
    return found


def _codeowners(plan: Plan) -> str:
    team = f"@saebom/team-{plan.component.team}"
    owner = f"@{plan.codeowners_person.login}" if plan.codeowners_person else team
    style = plan.component.choice("codeowners", ("plain", "paths", "override", "comment"))
    if style == "paths":
        return f"# 기본 담당\n*        {owner}\n\n/docs/   {owner}\nDockerfile @saebom/team-platform\n"
    if style == "override":
        return f"# 템플릿에서 온 기본값\n* @saebom/team-platform\n\n# 실제 담당\n* {owner}\n"
    if style == "comment":
        return f"# Order matters: the last match wins.\n* {owner}\n\n/.github/ @saebom/team-platform {owner}\n"
    return f"* {owner}\n"


def _catalog_info(plan: Plan, state: State) -> str:
    component = plan.component
    listed = list(infrastructure.resources_of(component.name)[: state.declared])
    if component.choice("catalog resources", ("yes", "no")) == "no":
        listed = []
    provided = specs.specifications_of(plan) if state.has_specification else ()
    entities = [_component_entity(plan, state, [d.name for d in listed], [spec.name for spec in provided])]
    entities += [_api_entity(plan, spec) for spec in provided]
    entities += [_resource_entity(plan, declaration) for declaration in listed]
    if component.name == "homeport":
        entities.append(catalog_location())
    return "---\n".join(entities)


def _owner(plan: Plan) -> str:
    team = plan.component.team
    return plan.component.choice("owner form", (f"group:default/{team}", team, f"group:{team}"))


def _component_entity(plan: Plan, state: State, resources: list[str], provided: list[str]) -> str:
    component = plan.component
    lines = [
        "apiVersion: backstage.io/v1alpha1",
        "kind: Component",
        "metadata:",
        f"  name: {component.name}",
        f"  title: {component.title}",
        f"  description: {component.summary}",
        "  annotations:",
        f"    homeport.io/title.ko: {component.title_ko}",
        f"    backstage.io/source-location: url:https://git.saebom.example/{component.system}/{component.name}",
        f"  tags: [{component.language}]",
        "spec:",
        f"  type: {component.type}",
        "  lifecycle: production",
        f"  owner: {_owner(plan)}",
        f"  system: {component.system}",
    ]
    lines += _listed("providesApis", provided)
    lines += _listed("consumesApis", list(consumed_apis(component.calls[: state.wired])))
    lines += _listed("dependsOn", [f"resource:default/{name}" for name in resources])
    return "\n".join(lines) + "\n"


def _listed(key: str, values: list[str]) -> list[str]:
    return [f"  {key}:", *(f"    - {value}" for value in values)] if values else []


def consumed_apis(calls: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the APIs behind the components that are called over HTTP or gRPC."""
    return tuple(
        spec.name for name in calls for spec in specs.specifications(name, ("", "")) if spec.type in {"openapi", "grpc"}
    )


def _api_entity(plan: Plan, spec: specs.Specification) -> str:
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n  name: {spec.name}\n"
        f"spec:\n  type: {spec.type}\n  lifecycle: production\n  owner: {_owner(plan)}\n"
        f"  system: {plan.component.system}\n  definition:\n    $text: ./{spec.path}\n"
    )


def _resource_entity(plan: Plan, declaration: infrastructure.Declaration) -> str:
    kinds = {"RDS": "database", "DynamoDB": "database", "SQS": "queue", "SNS": "topic", "ElastiCache": "cache"}
    kinds |= {"S3": "bucket", "s3": "bucket", "sqs": "queue", "kafka": "topic", "Kinesis": "stream"}
    kind = next((kind for word, kind in kinds.items() if word in declaration.type), "search-index")
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: {declaration.name}\n"
        f"spec:\n  type: {kind}\n  owner: {_owner(plan)}\n  system: {plan.component.system}\n"
    )
