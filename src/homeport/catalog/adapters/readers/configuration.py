"""Configuration and deployment files: what they connect to and what kind of thing they start.

Source: Compose Specification; Kubernetes API, workloads and "Recommended Labels"; Helm, "Charts"; Spring Boot,
"Externalized Configuration"; Serverless Framework, "serverless.yml".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import replace

from homeport.catalog.adapters.readers import kubernetes, platforms, python_settings, script_settings
from homeport.catalog.adapters.readers.cloudformation import template_of
from homeport.catalog.adapters.readers.compose import read_compose
from homeport.catalog.adapters.readers.settings import (
    ENV_LINE,
    Configuration,
    Reader,
    first,
    flat,
    lenient,
    mapping,
)
from homeport.catalog.adapters.readers.syntax import parse_json, parse_toml, parse_yaml
from homeport.catalog.domain.connections import connections
from homeport.catalog.domain.evidence import How, Where, dependency
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.products import product_of_word
from homeport.catalog.domain.reading import Dependency
from homeport.catalog.domain.settings import Setting

_NOT_SHIPPED = re.compile(
    r"(^|[._-])(tests?|testing|ci|e2e|bench\w*|integration|it|mock|fixture|local|localhost)([._-]|$)"
    r"|^(dev|development)\.\w+$|^([\w-]+[.-])?(docker-)?compose[.-](.*[.-])?(dev|develop|development|override|debug|devcontainer)[.-]"
)
_TO_BE_LOCAL = re.compile(r"^\.?[\w-]*local[\w.-]*\.(example|sample|dist|template)$|^\.?env\.local\.\w+$")
"""Examples of what is local once people have copied them."""
_LEFT_OUT_FOLDER = re.compile(r"(^|/)([\w.-]*(?<!la)(?<!con)(?<!at)tests?|backups?)/", re.IGNORECASE)
"""Folders whose name ends in test (`loadtest/`, but not `latest/`, `contest/` or `attest/`), and leftovers."""
_CONFIG_FOLDERS = frozenset({"config", "configs", "conf", "configuration", "settings", "etc"})
_NO_CONFIGURATION = re.compile(
    r"schema|metadata|(^|/)[\w.-]*templates?/"
    r"|custom-environment-variables\."
    r"|(^|/)(otel|opentelemetry|nginx|prometheus|grafana|promtail|loki|tempo|alertmanager|haproxy|traefik|fluent(d|-bit)?"
    r"|supervisord?|logging|log4j\w*|logback)([-_.][\w.-]*)?$",
    re.IGNORECASE,
)
"""Schemas, templates, the names of variables that node-config reads, and the configuration of what stands around an
application: proxies, collectors, supervisors."""
_MAX_DEPTH = 4
_SCRIPTS = (".js", ".cjs", ".mjs", ".ts")
_LIKELY = re.compile(
    r"\.(ya?ml|json|toml|ini|cfg|conf|py|[cm]?js|ts|properties)$|[.-](example|sample|dist|default|template)$"
    r"|env|docker|container|procfile"
)
"""Cheap: most files of a tree have none of these names."""


def reader_of(path: str, charts: frozenset[str], own: Set[str] = frozenset()) -> Reader | None:
    """Return what reads the file at `path`, None where its name says nothing.

    `charts` are folders of Helm charts, `own` what the project is called, in lower case.
    """
    folder, _, name = path.rpartition("/")
    lowered = name.lower()
    if _is_python(lowered) and not (python_settings.is_settings_module(path) or python_settings.is_part(path)):
        return None
    if lowered.endswith(_SCRIPTS) and not script_settings.is_script_of_settings(path):
        return None
    if not _LIKELY.search(lowered):
        return None
    if (_NOT_SHIPPED.search(lowered) and not _TO_BE_LOCAL.search(lowered)) or _LEFT_OUT_FOLDER.search(path):
        return None
    if folder in charts and re.fullmatch(r"values[\w.-]*\.ya?ml", lowered):
        return kubernetes.read_values
    if any(
        folder == f"{chart}/templates".lstrip("/") or folder.startswith(f"{chart}/templates/".lstrip("/"))
        for chart in charts
    ):
        return kubernetes.read_chart_template
    if _is_python(lowered):
        return lenient(_settings_python)
    if script_settings.is_script_of_settings(path):
        return _settings_script
    for pattern, reader in _BY_NAME:
        if pattern.fullmatch(lowered):
            return reader
    folders = folder.lower().split("/")
    is_configuration = bool(_CONFIG_FOLDERS & set(folders[-2:])) or (
        path.count("/") <= _MAX_DEPTH
        and (_NAMED_CONFIGURATION.fullmatch(lowered) is not None or _is_named_after(lowered, {folders[-1], *own}))
    )
    if is_configuration and not _NO_CONFIGURATION.search(path):
        return _BY_ENDING.get(_SAMPLE.sub("", lowered).rpartition(".")[2])
    return None


def _is_python(name: str) -> bool:
    return name.endswith(".py") or python_settings.is_sample(name)


def _is_named_after(name: str, own: Set[str]) -> bool:
    """Whether the file is called as the project or the folder that it lies in: `shop/shop.cfg`, `conf.d/shop.conf`."""
    stem, _, ending = _SAMPLE.sub("", name).rpartition(".")
    return ending in ("ini", "cfg", "conf", "toml") and stem in own


def _serverless(place: Place, text: str) -> Configuration:
    value = mapping(first(text))
    functions = mapping(value.get("functions"))
    events = [
        event if isinstance(event, str) else next(iter(event), "")
        for function in functions.values()
        for event in (mapping(function).get("events") or ())
        if isinstance(event, str | dict)
    ]
    kind = "job" if events and set(events) <= {"schedule"} else "service"
    deployments = [Candidate(kind, "serverless", 0.8, place)] if functions else []
    variables = [mapping(value.get("provider")).get("environment")]
    variables += [mapping(function).get("environment") for function in functions.values()]
    settings = [one for given in variables for one in flat(given, place.file, "serverless")]
    template = template_of(place.file, value.get("resources"), "cloudformation")
    return Configuration(tuple(connections(settings)), tuple(deployments), template.systems, template.resources)


def _settings_yaml(place: Place, text: str) -> Configuration:
    settings = [one for document in parse_yaml(text) for one in flat(document.value, place.file, "configuration")]
    return Configuration(tuple(connections(settings)))


def _settings_json(place: Place, text: str) -> Configuration:
    return _placed(place, text, flat(parse_json(_without_comments(text)), place.file, "configuration"))


def _settings_toml(place: Place, text: str) -> Configuration:
    return _placed(place, text, flat(parse_toml(text), place.file, "configuration"))


def _settings_script(place: Place, text: str) -> Configuration:
    return Configuration(tuple(connections(script_settings.read_script_settings(place, text))))


def _settings_python(place: Place, text: str) -> Configuration:
    """Long modules list alternatives: of these, only the hosts of others' APIs count."""
    found = python_settings.read_python_settings(place.file, text)
    is_long = python_settings.is_long(text)
    where = Where.PART if python_settings.is_part(place.file) else Where.LONG_MODULE if is_long else Where.MODULE
    settings = [
        Setting(name, value, "configuration", Place(place.file, line), False, where) for name, value, line in found
    ]
    return Configuration(tuple(connections(settings)))


_SECTION_LINE = re.compile(r"[ \t]*\[([^\]]+)\][ \t]*")
_OFF = re.compile(r"[ \t]*enabled?[ \t]*[=:][ \t]*(false|no|off|0)[ \t]*", re.IGNORECASE)


def _ini(place: Place, text: str) -> Configuration:
    """Sections are part of the settings' names; of one that is switched off only the hosts of others count."""
    found: list[Dependency] = []
    section: list[Setting] = []
    name, is_on = "", True
    for number, line in enumerate([*text.split("\n"), "[]"], start=1):
        head = _SECTION_LINE.fullmatch(line[:4_000]) or (line == "[]" or None)
        if head:
            found += [one for one in connections(section) if is_on or one.kind == "host"]
            section, is_on = [], True
            name = head[1] if isinstance(head, re.Match) else ""
        elif _OFF.fullmatch(line[:200]):
            is_on = False
        elif setting := _PROPERTY_LINE.fullmatch(line[:4_000]):
            section.append(
                Setting(f"{name}.{setting[1]}", setting[2].strip(), "configuration", Place(place.file, number))
            )
    return Configuration(tuple(found))


def _placed(place: Place, text: str, settings: Iterator[Setting]) -> Configuration:
    """JSON and TOML values do not know their lines: those that connect to something are looked up in the text."""
    listed = list(settings)
    if not connections(listed):
        return Configuration()
    placed = (replace(one, place=Place(place.file, _line_in(text, one.value))) for one in listed)
    return Configuration(tuple(connections(placed)))


def _line_in(text: str, value: str) -> int | None:
    index = text.find(value)
    return None if index < 0 else text.count("\n", 0, index) + 1


def _without_comments(text: str) -> str:
    """JSON as .NET and editors write it: whole lines may be comments."""
    return re.sub(r"^[ \t]*//[^\n]*", "", text, flags=re.MULTILINE)


def _database_yml(place: Place, text: str) -> Configuration:
    """Rails: the adapter of each environment. Source: Rails Guides, "Configuring a Database"."""
    adapters = re.finditer(r"^[ \t]*adapter:[ \t]*(\w+)", text, re.MULTILINE)
    found = {
        product: dependency(
            "product",
            product,
            product,
            How.CHOICE,
            Where.FILE,
            "configuration",
            Place(place.file, text.count("\n", 0, one.start()) + 1),
        )
        for one in adapters
        if (product := product_of_word(one[1].removesuffix("2")))
    }
    return Configuration(tuple(found.values()))


_PROPERTY_LINE = re.compile(r"[ \t]*([A-Za-z_][\w.\[\]-]*)[ \t]*[=:][ \t]*(.*)")


def _env(place: Place, text: str) -> Configuration:
    return Configuration(tuple(connections(_lines(place.file, text, ENV_LINE, "env"))))


def _properties(place: Place, text: str) -> Configuration:
    return Configuration(tuple(connections(_lines(place.file, text, _PROPERTY_LINE, "configuration"))))


def _lines(path: str, text: str, form: re.Pattern[str], source: str) -> Iterator[Setting]:
    for number, line in enumerate(text.split("\n"), start=1):
        found = form.fullmatch(line[:4_000])
        if found:
            yield Setting(found[1], re.sub(r"\s+#.*$", "", found[2]).strip(), source, Place(path, number))


_MAX_LINE_CHARACTERS = 20_000
_ENV = re.compile(r"[ \t]*ENV[ \t]+(.+)", re.IGNORECASE)
_ENV_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\S*)")


def _image_environment(file: str, text: str) -> Iterator[Setting]:
    """The variables that an image is built with: `ENV A=b C=d`, `ENV A b`. Source: Dockerfile reference, ENV."""
    for number, line in _joined(text):
        given = _ENV.fullmatch(line[:_MAX_LINE_CHARACTERS])
        pairs = _ENV_PAIR.findall(given[1]) if given else []
        if given and not pairs:
            name, _, value = given[1].partition(" ")
            pairs = [(name, value)]
        for name, value in pairs:
            yield Setting(name, value.strip("\"' "), "dockerfile", Place(file, number))


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a Dockerfile with those that continue them, each with the number of its first; no comments.

    Source: Dockerfile reference, "Format" and "Escape": comments between the parts of one line are left out.
    """
    parts: list[str] = []
    begins = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("#"):
            continue
        begins = begins if parts else number
        parts.append(line.rstrip().removesuffix("\\"))
        if not line.rstrip().endswith("\\"):
            yield begins, " ".join(parts)
            parts = []
    if parts:
        yield begins, " ".join(parts)


def _dockerfile(place: Place, text: str) -> Configuration:
    """Source: Dockerfile reference; the last stage is what runs."""
    joined = re.sub(r"\\\n", " ", text)
    bases = re.findall(r"^FROM[ \t]+(?:--\S+[ \t]+)?(\S+)", joined, re.MULTILINE | re.IGNORECASE)
    started = " ".join(re.findall(r"^(?:CMD|ENTRYPOINT)[ \t]+(.+)$", joined, re.MULTILINE | re.IGNORECASE))
    traits = {"dockerfile"}
    if re.search(r"^EXPOSE[ \t]+[\d$]", joined, re.MULTILINE | re.IGNORECASE):
        traits.add("dockerfile:listens")
    if bases and re.search(r"(^|/)(nginx|httpd|caddy)", bases[-1]):
        traits.add("dockerfile:web-server")
    if re.search(
        r"\b(uvicorn|gunicorn|hypercorn|daphne|waitress|puma|unicorn|runserver|serve|server(\.js)?|start)\b", started
    ):
        traits.add("dockerfile:listens")
    return Configuration(tuple(connections(_image_environment(place.file, text))), traits=frozenset(traits))


def _compose(place: Place, text: str) -> Configuration:
    """What is named like a compose file and has no services is configuration of whoever is composed."""
    is_one = re.search(r"^services:|^[ \t]+(image|build):", text, re.MULTILINE)
    return read_compose(place, text) if is_one else _settings_yaml(place, text)


def _procfile(place: Place, text: str) -> Configuration:
    starts = re.search(r"^(web|worker)[ \t]*:", text, re.MULTILINE)
    return Configuration(deployments=(Candidate("service", "configuration", 0.8, place),) if starts else ())


_BY_NAME: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in {
        r"\.?env[.-](example|sample|template|dist|defaults?|prod|production)|\.env(_\w+)?"
        r"|[\w-]+\.env(\.(example|sample|template|dist))?": _env,
        r"(application|bootstrap)(-[\w-]+)?\.properties": _properties,
        r"(application|bootstrap)(-[\w-]+)?\.ya?ml": _settings_yaml,
        r"appsettings(\.prod\w*)?\.json": _settings_json,
        r"([\w-]+[.-])?(docker-)?compose([.-][\w.-]+)?\.ya?ml": _compose,
        r"([\w-]+[.-])?(docker-)?compose([.-][\w.-]+)?\.ya?ml\.(example|sample|template|dist)": lenient(_compose),
        r"manifest(-[\w-]+)?\.ya?ml": lenient(platforms.read_cloud_foundry),
        r"app\.json": lenient(platforms.read_heroku),
        r"render\.ya?ml": lenient(platforms.read_render),
        r"fly\.toml": lenient(platforms.read_fly),
        r"chart\.ya?ml": kubernetes.read_chart,
        r"serverless\.ya?ml": _serverless,
        r"database\.yml": _database_yml,
        r"dockerfile(\.[\w-]+)?|[\w-]+\.dockerfile|containerfile": _dockerfile,
        r"procfile": _procfile,
    }.items()
)


_SAMPLE = re.compile(r"[.-](example|sample|dist|default|template)$")
_NAMED_CONFIGURATION = re.compile(
    r"(config|configuration|settings|conf|defaults?|application|server|service)"
    r"([._-](example|sample|default|dist|template|prod\w*|docker))*\.(ya?ml|toml|ini|cfg|conf|json)"
    r"(\.(example|sample|dist|default|template))?"
    r"|[\w-]+[._-](config|configuration|settings|conf)\.(ya?ml|toml|ini)"
    r"|[\w.-]+[._-](example|sample|default|template)\.(ya?ml|toml|ini|cfg|conf)"
    r"|[\w-]+\.(cfg|conf|ini|ya?ml|toml)[.-](dist|sample|example|default|template)"
    r"|(default|example|sample)[._-][\w.-]+\.(ya?ml|toml|ini|cfg|conf|json)"
    r"|(alembic|production|prod)\.ini|(example|sample)[._-]config\.(ya?ml|toml|ini|cfg|conf)"
)
"""What applications call their configuration, and the example of it that they ship."""
_BY_ENDING = {
    "yaml": lenient(_settings_yaml),
    "yml": lenient(_settings_yaml),
    "json": lenient(_settings_json),
    "toml": lenient(_settings_toml),
    "ini": _ini,
    "cfg": _ini,
    "conf": _ini,
    "properties": _properties,
}
