"""Source code of the Python repositories of Saebom: FastAPI services, jobs and a queue worker."""

from __future__ import annotations

from homeport.demo.configuration import GRPC_NAMES, settings
from homeport.demo.interfaces import Interface, Operation
from homeport.demo.state import Plan, State, pinned
from homeport.demo.wording import snake

_TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "datetime": "datetime",
    "list": "list[str]",
}


def code(plan: Plan, state: State) -> dict[str, str]:
    """Return source and tests by path."""
    root, package = f"src/{plan.component.package}", plan.component.package
    found = {
        f"{root}/__init__.py": "",
        f"{root}/settings.py": _settings(plan, state),
        f"{root}/models.py": _models(plan.interface),
    }
    if state.wired:
        found[f"{root}/clients.py"] = _clients(plan, state)
    if plan.component.has_listener:
        found[f"{root}/main.py"] = _main(plan, state)
        found[f"{root}/routes.py"] = _routes(plan, state)
        found[f"{root}/store.py"] = _store(plan)
        found["tests/conftest.py"] = _conftest(package)
        found[f"tests/test_{plan.interface.snake}.py"] = _route_tests(plan, state)
    else:
        found[f"{root}/steps.py"] = _steps(plan, state)
        found[f"{root}/__main__.py"] = _job_main(plan, state)
        found["tests/test_steps.py"] = _step_tests(plan, state)
    return found


def manifest(plan: Plan, state: State) -> dict[str, str]:
    """Return pyproject.toml, Dockerfile and what goes with them."""
    component, pins = plan.component, pinned(plan.component, state)
    if not component.has_listener:
        pins = {name: version for name, version in pins.items() if name not in {"fastapi", "uvicorn"}}
    pyproject = (
        f'[project]\nname = "{component.name}"\nversion = "{state.version_text}"\n'
        f'description = "{component.summary}"\nrequires-python = ">=3.11"\ndependencies = [\n'
        + "".join(f'    "{name}=={version}",\n' for name, version in pins.items())
        + "".join(f'    "{requirement}",\n' for requirement in _steady_requirements(plan))
        + ']\n\n[dependency-groups]\ndev = ["pytest>=8", "ruff>=0.5"]\n\n'
        '[tool.pytest.ini_options]\npythonpath = ["src"]\n\n[tool.ruff]\nline-length = 110\n'
    )
    start = (
        f'CMD ["uvicorn", "{component.package}.main:app", "--host", "0.0.0.0", "--port", "8080"]'
        if component.has_listener
        else f'CMD ["python", "-m", "{component.package}"]'
    )
    expose = "EXPOSE 8080\n" if component.has_listener else ""
    dockerfile = (
        "FROM registry.saebom.example/base/python:3.11-slim\nWORKDIR /app\n"
        "COPY pyproject.toml ./\nCOPY src ./src\nRUN pip install --no-cache-dir .\n"
        f"USER 10001\n{expose}{start}\n"
    )
    ignored = "__pycache__/\n.venv/\n.env\ndist/\n.pytest_cache/\n"
    return {"pyproject.toml": pyproject, "Dockerfile": dockerfile, ".gitignore": ignored}


def _steady_requirements(plan: Plan) -> list[str]:
    """Return what a component needs beside the dependencies its team keeps moving up."""
    found = ["prometheus-client>=0.20"] if plan.component.has_listener else []
    found += ["grpcio>=1.60"] if GRPC_NAMES.intersection(plan.component.calls) else []
    return found + (["aiokafka>=0.10"] if plan.component.subscribes or plan.component.publishes else [])


def _settings(plan: Plan, state: State) -> str:
    lines = [
        f'"""{plan.component.title_ko} 설정. 모두 환경 변수에서 읽는다."""',
        "",
        "import os",
        "from dataclasses import dataclass, field",
        "",
        "",
        "@dataclass(frozen=True)",
        "class Settings:",
    ]
    for setting in settings(plan.component, state):
        if setting.value.isdigit():
            lines.append(f'    {setting.name.lower()}: int = int(os.environ.get("{setting.name}", "{setting.value}"))')
        else:
            lines.append(f'    {setting.name.lower()}: str = field(default=os.environ.get("{setting.name}", ""))')
    return "\n".join([*lines, f"    retries: int = {state.retries}", "", "", "settings = Settings()"]) + "\n"


def _models(interface: Interface) -> str:
    imports = "from datetime import datetime\n\n" if any(f.type == "datetime" for f in interface.fields) else ""
    lines = [f"{imports}from pydantic import BaseModel", "", "", f"class {interface.noun}(BaseModel):"]
    lines += [f"    {snake(field.name)}: {_TYPES[field.type]}  # {field.title_ko}" for field in interface.fields]
    return "\n".join(lines) + "\n"


def _clients(plan: Plan, state: State) -> str:
    package, calls = plan.component.package, plan.component.calls[: state.wired]
    lines = [f"import httpx\n\nfrom {package}.settings import settings\n\n\n"]
    if any(name in GRPC_NAMES for name in calls):
        lines.insert(0, "import grpc\n")
    lines.append(
        "def _http(base_url: str) -> httpx.Client:\n"
        "    transport = httpx.HTTPTransport(retries=settings.retries)\n"
        "    return httpx.Client(base_url=base_url, transport=transport, "
        "timeout=settings.http_timeout_ms / 1000)\n"
    )
    for setting, name in zip(settings(plan.component, state), calls, strict=False):
        maker = "grpc.insecure_channel" if name in GRPC_NAMES else "_http"
        kind = "grpc.Channel" if name in GRPC_NAMES else "httpx.Client"
        lines.append(f"\n\ndef {snake(name)}() -> {kind}:\n    return {maker}(settings.{setting.name.lower()})\n")
    return "".join(lines)


def _main(plan: Plan, state: State) -> str:
    package = plan.component.package
    called = [snake(name) for name in plan.component.calls[: state.wired] if name not in GRPC_NAMES]
    clients = f"from {package} import clients\n" if called else ""
    return (
        f"from fastapi import FastAPI\n\n{clients}from {package}.routes import router\n\n"
        f'app = FastAPI(title="{plan.component.title_ko}", docs_url=None)\n'
        'app.include_router(router, prefix="/v1")\n\n\n'
        '@app.get("/healthz")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n'
        + (_ready(called) if called else "")
    )


def _ready(called: list[str]) -> str:
    reached = "".join(f'        "{name}": clients.{name}().get("/healthz").is_success,\n' for name in called)
    return f'\n\n@app.get("/readyz")\ndef ready() -> dict[str, bool]:\n    return {{\n{reached}    }}\n'


def _routes(plan: Plan, state: State) -> str:
    interface, package = plan.interface, plan.component.package
    handlers = [_handler(interface, operation, depth) for operation, depth in state.operations(interface)]
    counted = any(depth >= 3 for _, depth in state.operations(interface))
    head = [
        "import logging\n",
        f"from fastapi import APIRouter, HTTPException{', Query' if 'Query(' in ''.join(handlers) else ''}",
    ]
    if counted:
        head.append("from prometheus_client import Counter")
    head += [
        "",
        f"from {package}.models import {interface.noun}",
        f"from {package}.store import store",
        "",
        "router = APIRouter()",
        "logger = logging.getLogger(__name__)",
    ]
    if counted:
        head.append(f'calls = Counter("{package}_calls_total", "Calls by operation", ["operation"])')
    return "\n".join(head) + "\n\n\n" + "\n\n".join(handlers)


def _handler(interface: Interface, operation: Operation, depth: int) -> str:
    arguments = [f"{snake(name)}: str" for name in operation.parameters]
    if operation.has_body:
        arguments.append(f"{interface.snake}: {interface.noun}")
    if operation.answers_list:
        limit = "Query(default=50, ge=1, le=200)" if depth >= 2 else "50"
        arguments.append(f"limit: int = {limit}")
    answer = f"list[{interface.noun}]" if operation.answers_list else f"{interface.noun} | None"
    if operation.method == "DELETE":
        answer = "None"
    status = ", status_code=204" if operation.method == "DELETE" else ""
    path = operation.path
    for name in operation.parameters:
        path = path.replace("{" + name + "}", "{" + snake(name) + "}")
    lines = [
        f'@router.{operation.method.lower()}("{path}"{status})',
        f"def {operation.snake}({', '.join(arguments)}) -> {answer}:",
        f'    """{operation.summary_ko}"""',
        *_handler_body(interface, operation, depth),
    ]
    return "\n".join(lines) + "\n"


def _handler_body(interface: Interface, operation: Operation, depth: int) -> list[str]:
    key = snake(operation.parameters[0]) if operation.parameters else ""
    lines = []
    if depth >= 3:
        lines.append(f'    calls.labels("{operation.snake}").inc()')
    if depth >= 1:
        lines.append(f'    logger.info("{operation.snake}"' + (f', extra={{"{key}": {key}}})' if key else ")"))
    if depth >= 2 and key and not operation.answers_list:
        lines += [f"    if not {key}.strip():", f'        raise HTTPException(400, "{key} is empty")']
    if operation.answers_list:
        return [*lines, f"    return store.find({key or 'None'}, limit=limit)"]
    if operation.method == "DELETE":
        return [*lines, f"    store.delete({key or 'None'})"]
    if operation.has_body:
        return [*lines, f'    return store.put("{operation.snake}", {interface.snake})']
    lines += [f"    found = store.get({key or repr('current')})", "    if found is None:"]
    return [*lines, f'        raise HTTPException(404, "{interface.snake} not found")', "    return found"]


def _store(plan: Plan) -> str:
    interface, package = plan.interface, plan.component.package
    key, noun = snake(interface.fields[0].name), interface.noun
    value = f"record.{key}" if interface.fields[0].type == "string" else f"str(record.{key})"
    return (
        f"from collections import deque\n\nfrom {package}.models import {noun}\n\n\nclass Store:\n"
        f"    def __init__(self) -> None:\n        self._records: dict[str, {noun}] = {{}}\n"
        f"        self._changes: deque[tuple[str, str]] = deque(maxlen=1000)\n\n"
        f"    def get(self, key: str) -> {noun} | None:\n        return self._records.get(key)\n\n"
        f"    def find(self, key: str | None, limit: int) -> list[{noun}]:\n"
        f"        records = [r for r in self._records.values() if key is None or key in r.model_dump().values()]\n"
        f"        return records[:limit]\n\n"
        f"    def put(self, change: str, record: {noun}) -> {noun}:\n        self._records[{value}] = record\n"
        f"        self._changes.append((change, {value}))\n        return record\n\n"
        f"    def delete(self, key: str) -> None:\n        self._records.pop(key, None)\n\n\nstore = Store()\n"
    )


def _conftest(package: str) -> str:
    return (
        "import pytest\nfrom fastapi.testclient import TestClient\n\n"
        f"from {package}.main import app\n\n\n@pytest.fixture\n"
        "def client() -> TestClient:\n    return TestClient(app)\n"
    )


def _route_tests(plan: Plan, state: State) -> str:
    found = ["def test_health(client):\n" + '    assert client.get("/healthz").json() == {"status": "ok"}\n']
    for operation, depth in state.operations(plan.interface):
        path = operation.path
        for name in operation.parameters:
            path = path.replace("{" + name + "}", "none")
        if operation.answers_list:
            found.append(
                f"def test_{operation.snake}_is_empty_at_first(client):\n"
                f'    assert client.get("/v1{path}").json() == []\n'
            )
            if depth >= 2:
                found.append(
                    f"def test_{operation.snake}_refuses_a_huge_limit(client):\n"
                    f'    assert client.get("/v1{path}?limit=5000").status_code == 422\n'
                )
        elif operation.has_body:
            method = operation.method.lower()
            found.append(
                f"def test_{operation.snake}_needs_a_body(client):\n"
                f'    assert client.{method}("/v1{path}").status_code == 422\n'
            )
        elif operation.method == "GET" and operation.parameters:
            found.append(
                f'def test_{operation.snake}_404(client):\n    assert client.get("/v1{path}").status_code == 404\n'
            )
    return "\n\n".join(found)


def _steps(plan: Plan, state: State) -> str:
    interface, package = plan.interface, plan.component.package
    head = f"import logging\n\nfrom {package}.models import {interface.noun}\n\nlogger = logging.getLogger(__name__)\n"
    return "\n\n".join([head, *(_step(interface, step, depth) for step, depth in state.operations(interface))])


def _step(interface: Interface, step: Operation, depth: int) -> str:
    many = f"list[{interface.noun}]"
    lines = [f"def {step.snake}(records: {many}) -> {many}:", f'    """{step.summary_ko}"""']
    if depth >= 2:
        lines += ["    if not records:", "        return []"]
    key = snake(interface.fields[0].name)
    wanted = f"[record for record in records if record.{key}]" if depth >= 1 else "list(records)"
    lines.append(f"    kept = {wanted}")
    if depth >= 3:
        lines.append(f'    logger.info("{step.snake}: %d of %d", len(kept), len(records))')
    return "\n".join([*lines, "    return kept"]) + "\n"


def _job_main(plan: Plan, state: State) -> str:
    interface, package = plan.interface, plan.component.package
    names = [step.snake for step, _ in state.operations(interface)]
    steps = "".join(f"    steps.{name},\n" for name in names)
    return (
        f'"""{plan.component.title_ko}: {plan.component.summary_ko}"""\n\nimport logging\n\n'
        f"from {package} import steps\nfrom {package}.models import {interface.noun}\n\nSTEPS = (\n{steps})\n\n\n"
        f"def run(records: list[{interface.noun}]) -> list[{interface.noun}]:\n"
        "    for step in STEPS:\n        records = step(records)\n    return records\n\n\n"
        'if __name__ == "__main__":\n    logging.basicConfig(level=logging.INFO)\n    run([])\n'
    )


def _step_tests(plan: Plan, state: State) -> str:
    package = plan.component.package
    tests = [
        f"def test_{step.snake}_takes_nothing():\n    assert steps.{step.snake}([]) == []\n"
        for step, _ in state.operations(plan.interface)
    ]
    return f"from {package} import steps\n\n\n" + "\n\n".join(tests)
