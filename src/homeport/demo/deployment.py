"""How the repositories of Saebom are built and deployed: pipelines, Helm, Kubernetes, compose."""

from __future__ import annotations

from homeport.demo.company import COMPONENT_BY_NAME
from homeport.demo.configuration import Setting, settings
from homeport.demo.state import Plan, State

_TEST_COMMANDS = {
    "python": ("pip install -e . --group dev", "pytest -q", "ruff check ."),
    "go": ("go mod download", "make test", "make lint"),
    "java": ("./mvnw -v || ./gradlew -v", "./mvnw -q verify || ./gradlew test", "./gradlew spotlessCheck || true"),
    "kotlin": ("./gradlew -v", "./gradlew test", "./gradlew ktlintCheck"),
    "typescript": ("npm install", "npm test", "npx tsc --noEmit"),
}

_SCHEDULES = {
    "warehouse-sync": "*/10 * * * *",
    "replenishment-batch": "30 1 * * *",
    "settlement-batch": "0 4 * * *",
    "bi-export": "30 5 * * *",
}


def files(plan: Plan, state: State) -> dict[str, str]:
    """Return the deployment files of a repository by path."""
    kind = plan.component.choice("deploy", ("helm", "k8s", "compose", "helm", "k8s"))
    render = {"helm": _helm, "k8s": _kubernetes, "compose": _compose}[kind]
    found = render(plan, state)
    if plan.component.choice("env", ("yes", "no")) == "yes":
        found[".env.example"] = _environment_example(plan, state)
    return found


def pipeline(plan: Plan, state: State) -> dict[str, str]:
    """Return the CI workflow of a repository by path."""
    if plan.component.choice("ci", ("github", "gitlab")) == "github":
        return {".github/workflows/ci.yml": _workflow(plan, state)}
    return {".gitlab-ci.yml": _gitlab(plan, state)}


def _image(plan: Plan) -> str:
    return f"registry.saebom.example/{plan.component.system}/{plan.component.name}"


def _port(plan: Plan) -> int:
    return {"go-grpc": 9090, "java-grpc": 9090, "next": 3000, "vite": 80}.get(plan.component.stack, 8080)


def _visible(plan: Plan, state: State) -> list[Setting]:
    prefix = {"next": "NEXT_PUBLIC_", "vite": "VITE_"}.get(plan.component.stack, "")
    return [Setting(prefix + setting.name, setting.value) for setting in settings(plan.component, state)]


def _environment_example(plan: Plan, state: State) -> str:
    lines = [f"{setting.name}={setting.value}" for setting in _visible(plan, state)]
    return "\n".join([f"# {plan.component.title_ko}: .env 로 복사해서 쓰세요", *lines]) + "\n"


def _quoted(value: str) -> str:
    return f'"{value}"' if value.isdigit() else value


def _helm(plan: Plan, state: State) -> dict[str, str]:
    component = plan.component
    values = [f"image:\n  repository: {_image(plan)}\n  tag: {state.version_text}"]
    if component.type == "job":
        values.append(f'schedule: "{_SCHEDULES[component.name]}"')
    else:
        values.append(f"replicaCount: {state.replicas}\nservice:\n  port: {_port(plan)}")
    values.append(_limits(state, 0))
    chosen = _visible(plan, state)
    values.append("env:" + ("" if chosen else " {}"))
    values += [f"  {setting.name}: {_quoted(setting.value)}" for setting in chosen]
    if component.type == "service":
        values.append(f"secrets:\n  - {component.name}-secrets")
    return {
        "deploy/helm/Chart.yaml": f"apiVersion: v2\nname: {component.name}\ndescription: {component.summary}\n"
        f"type: application\nversion: 0.1.0\nappVersion: {state.version_text}\n",
        "deploy/helm/values.yaml": "\n".join(values) + "\n",
        **_helm_template(plan),
    }


def _limits(state: State, depth: int) -> str:
    pad = "  " * depth
    return (
        f"{pad}resources:\n{pad}  requests:\n{pad}    cpu: 250m\n{pad}    memory: {state.memory_mb}Mi\n"
        f"{pad}  limits:\n{pad}    memory: {state.memory_mb}Mi"
    )


def _helm_template(plan: Plan) -> dict[str, str]:
    container = (
        "{pad}containers:\n{pad}  - name: {{{{ .Chart.Name }}}}\n"
        '{pad}    image: "{{{{ .Values.image.repository }}}}:{{{{ .Values.image.tag }}}}"\n{pad}    env:\n'
        "{pad}      {{{{- range $name, $value := .Values.env }}}}\n{pad}      - name: {{{{ $name }}}}\n"
        "{pad}        value: {{{{ $value | quote }}}}\n{pad}      {{{{- end }}}}\n"
        "{pad}    resources: {{{{ toYaml .Values.resources | nindent 12 }}}}\n"
    )
    head = "metadata:\n  name: {{ .Release.Name }}\nspec:\n"
    if plan.component.type == "job":
        text = f"apiVersion: batch/v1\nkind: CronJob\n{head}" + '  schedule: "{{ .Values.schedule }}"\n'
        text += "  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n"
        return {"deploy/helm/templates/cronjob.yaml": text + container.format(pad=" " * 10)}
    text = f"apiVersion: apps/v1\nkind: Deployment\n{head}" + "  replicas: {{ .Values.replicaCount }}\n"
    text += "  selector:\n    matchLabels:\n      app: {{ .Release.Name }}\n  template:\n    metadata:\n"
    text += "      labels:\n        app: {{ .Release.Name }}\n    spec:\n"
    return {"deploy/helm/templates/deployment.yaml": text + container.format(pad=" " * 6)}


def _kubernetes(plan: Plan, state: State) -> dict[str, str]:
    component, name = plan.component, plan.component.name
    metadata = f"metadata:\n  name: {name}\n  namespace: {component.system}\n  labels:\n    app: {name}\n"
    if component.type == "job":
        schedule = _SCHEDULES[component.name]
        text = f'apiVersion: batch/v1\nkind: CronJob\n{metadata}spec:\n  schedule: "{schedule}"\n'
        text += "  concurrencyPolicy: Forbid\n  jobTemplate:\n    spec:\n      template:\n        spec:\n"
        return {"k8s/cronjob.yaml": text + "          restartPolicy: Never\n" + _container(plan, state, 5)}
    text = f"apiVersion: apps/v1\nkind: Deployment\n{metadata}spec:\n  replicas: {state.replicas}\n  selector:\n"
    text += f"    matchLabels:\n      app: {name}\n  template:\n    metadata:\n      labels:\n        app: {name}\n"
    found = {"k8s/deployment.yaml": f"{text}    spec:\n{_container(plan, state, 3)}"}
    if component.has_listener:
        found["k8s/service.yaml"] = (
            f"apiVersion: v1\nkind: Service\n{metadata}spec:\n  selector:\n    app: {name}\n  ports:\n"
            f"    - port: {_port(plan)}\n      targetPort: {_port(plan)}\n"
        )
    return found


def _container(plan: Plan, state: State, depth: int) -> str:
    pad = "  " * depth
    lines = [f"{pad}containers:", f"{pad}  - name: {plan.component.name}"]
    lines.append(f"{pad}    image: {_image(plan)}:{state.version_text}")
    if plan.component.has_listener:
        lines += [f"{pad}    ports:", f"{pad}      - containerPort: {_port(plan)}"]
    chosen = _visible(plan, state)
    lines += [f"{pad}    env:"] if chosen else []
    for setting in chosen:
        lines += [f"{pad}      - name: {setting.name}", f"{pad}        value: {_quoted(setting.value)}"]
    if any(setting.name in {"DATABASE_URL", "DB_URL", "STORE_DB_URL"} for setting in chosen):
        lines += [f"{pad}      - name: DB_PASSWORD", f"{pad}        valueFrom:", f"{pad}          secretKeyRef:"]
        lines += [f"{pad}            name: {plan.component.name}-db", f"{pad}            key: password"]
    return "\n".join([*lines, _limits(state, depth + 2)]) + "\n"


def _compose(plan: Plan, state: State) -> dict[str, str]:
    component = plan.component
    lines = ["services:", f"  {component.name}:", "    build: .", f"    image: {_image(plan)}:{state.version_text}"]
    if component.has_listener:
        lines += ["    ports:", f'      - "{_port(plan)}:{_port(plan)}"']
    chosen = _visible(plan, state)
    lines += ["    environment:"] if chosen else []
    lines += [f"      {setting.name}: {_quoted(setting.value)}" for setting in chosen]
    lines += ["    deploy:", f"      replicas: {state.replicas}", "      resources:", "        limits:"]
    lines += [f"          memory: {state.memory_mb}M", "    restart: unless-stopped"]
    found = {"docker-compose.yml": "\n".join(lines) + "\n"}
    if component.calls[: state.wired]:
        found["docker-compose.local.yml"] = _neighbours(component.calls[: state.wired])
    return found


def _neighbours(calls: tuple[str, ...]) -> str:
    lines = ["# 로컬에서 같이 띄울 서비스", "services:"]
    for name in calls:
        lines += [f"  {name}:", f"    image: registry.saebom.example/{COMPONENT_BY_NAME[name].system}/{name}:latest"]
    return "\n".join(lines) + "\n"


def _workflow(plan: Plan, state: State) -> str:
    install, test, lint = _TEST_COMMANDS[plan.component.language]
    lines = ["name: ci", "on:", "  push:", "    branches: [main]", "  pull_request:", "jobs:", "  test:"]
    lines += ["    runs-on: saebom-linux", "    steps:", "      - uses: actions/checkout@v4"]
    lines += [f"      - run: {install}", f"      - run: {test}"]
    lines += [f"      - run: {lint}"] if state.ci >= 1 else []
    if state.ci >= 2:
        lines += ["  image:", "    needs: test", "    runs-on: saebom-linux", "    steps:"]
        lines += [
            "      - uses: actions/checkout@v4",
            f"      - run: docker build -t {_image(plan)}:${{{{ github.sha }}}} .",
        ]
    if state.ci >= 3:
        lines.append(f"      - run: trivy image --exit-code 1 {_image(plan)}:${{{{ github.sha }}}}")
    return "\n".join(lines) + "\n"


def _gitlab(plan: Plan, state: State) -> str:
    install, test, lint = _TEST_COMMANDS[plan.component.language]
    stages = ["test", *(["build"] if state.ci >= 2 else []), *(["scan"] if state.ci >= 3 else [])]
    lines = [f"stages: [{', '.join(stages)}]", "", "test:", "  stage: test", "  script:"]
    lines += [f"    - {install}", f"    - {test}"]
    lines += [f"    - {lint}"] if state.ci >= 1 else []
    if state.ci >= 2:
        lines += ["", "image:", "  stage: build", "  script:"]
        lines += [f"    - docker build -t {_image(plan)}:$CI_COMMIT_SHORT_SHA .", "  only: [main]"]
    if state.ci >= 3:
        lines += ["", "scan:", "  stage: scan", "  script:", f"    - trivy image {_image(plan)}:$CI_COMMIT_SHORT_SHA"]
    return "\n".join(lines) + "\n"
