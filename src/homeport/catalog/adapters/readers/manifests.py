"""Package manifests: what a project calls itself, what it installs and what it needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from email.parser import HeaderParser
from typing import Any
from xml.etree.ElementTree import Element

from homeport.catalog.adapters.readers import python_setup
from homeport.catalog.adapters.readers.syntax import parse_json, parse_toml, parse_xml
from homeport.catalog.domain.facts import Manifest
from homeport.catalog.domain.fields import Place


def is_manifest(path: str) -> bool:
    """Whether `read_manifest` knows what the file at `path` is."""
    return _reader_of(path) is not None


def read_manifest(path: str, text: str) -> Manifest | None:
    """Return what the manifest at `path` says, None where it describes no package.

    Raises:
        BrokenFile: it can't be read.
    """
    reader = _reader_of(path)
    return reader(Place(path), text) if reader else None


def _reader_of(path: str) -> Callable[[Place, str], Manifest | None] | None:
    name = path.rpartition("/")[2]
    if name in _BY_NAME:
        return _BY_NAME[name]
    return next((reader for ending, reader in _BY_ENDING.items() if name.endswith(ending)), None)


def _pyproject(place: Place, text: str) -> Manifest | None:
    """Source: PyPA, "pyproject.toml specification"; Poetry and Flit before it."""
    tables = parse_toml(text)
    tool = _table(tables.get("tool"))
    project, poetry = _table(tables.get("project")), _table(tool.get("poetry"))
    flit = _table(_table(tool.get("flit")).get("metadata"))
    if not (project or poetry or flit):
        return None
    commands = [*_table(project.get("scripts")), *_table(project.get("gui-scripts")), *_table(poetry.get("scripts"))]
    commands += _table(_table(tool.get("flit")).get("scripts"))
    if _table(tool.get("maturin")).get("bindings") == "bin":
        commands += [name] if (name := _text(project.get("name"))) else []
    required = [
        *_texts(project.get("dependencies")),
        *_table(poetry.get("dependencies")),
        *_texts(flit.get("requires")),
    ]
    return Manifest(
        place,
        "pypi",
        _text(project.get("name")) or _text(poetry.get("name")) or _text(flit.get("dist-name") or flit.get("module")),
        _text(project.get("description")) or _text(poetry.get("description")),
        "python",
        tuple(commands),
        None,
        _requirements(required),
        keywords=tuple(_texts(project.get("keywords")) + _texts(poetry.get("keywords"))),
        classifiers=tuple(_texts(project.get("classifiers")) + _texts(poetry.get("classifiers"))),
        traits=frozenset({"unpackaged"} if poetry.get("package-mode") is False else ()),
    )


def _setup_cfg(place: Place, text: str) -> Manifest | None:
    found = python_setup.read_setup_cfg(text)
    return _setup(place, found) if found.get("name") or found.get("commands") else None


def _setup_py(place: Place, text: str) -> Manifest | None:
    found = python_setup.read_setup_py(text)
    return None if found is None else _setup(place, found)


def _setup(place: Place, found: Mapping[str, Any]) -> Manifest:
    return Manifest(
        place,
        "pypi",
        found.get("name"),
        found.get("description"),
        "python",
        tuple(found.get("commands", ())),
        None,
        _requirements(found.get("requires", ())),
        keywords=tuple(found.get("keywords", ())),
        classifiers=tuple(found.get("classifiers", ())),
    )


def _pkg_info(place: Place, text: str) -> Manifest:
    """Source: PyPA, "Core metadata specifications"; a source release has it beside its manifest."""
    headers = HeaderParser().parsestr(text)
    keywords = re.split(r"[,\s]+", str(headers.get("Keywords", "")))
    return Manifest(
        place,
        "pypi",
        _text(headers.get("Name")),
        _text(headers.get("Summary")),
        "python",
        (),
        None,
        _requirements(str(one) for one in headers.get_all("Requires-Dist", []) if "extra ==" not in str(one)),
        keywords=tuple(filter(None, keywords)),
        classifiers=tuple(str(one) for one in headers.get_all("Classifier", [])),
    )


def _requirements_txt(place: Place, text: str) -> Manifest | None:
    """Source: pip, "Requirements File Format"; it says what is needed, nothing of what it is needed for."""
    lines = (line for line in text.split("\n") if not re.match(r"\s*(#|-|[\w+]+://)", line))
    needed = _requirements(lines)
    return Manifest(place, "pypi", None, None, None, dependencies=needed, traits=frozenset({"requirements"}))


def _entry_points(place: Place, text: str) -> Manifest | None:
    """Source: PyPA, "Entry points specification"; a source release has it although setup.py computes its commands."""
    section = re.search(r"^\[console_scripts\]([^\[]*)", text, re.MULTILINE)
    commands = re.findall(r"^([\w.-]+)\s*=", section[1], re.MULTILINE) if section else []
    return (
        Manifest(place, "pypi", None, None, None, tuple(commands), traits=frozenset({"egg-info"})) if commands else None
    )


def _package_json(place: Place, text: str) -> Manifest | None:
    """Source: npm, "package.json"."""
    package = _table(parse_json(text))
    if not package:
        return None
    binaries = package.get("bin")
    commands = (
        tuple(binaries) if isinstance(binaries, dict) else ((_text(package.get("name")) or "",) if binaries else ())
    )
    entry = any(package.get(key) for key in ("main", "module", "exports", "browser", "types", "typings"))
    traits = {key for key in ("private", "workspaces", "types", "typings", "browserslist") if package.get(key)}
    scripts = {name: line for name, line in _table(package.get("scripts")).items() if isinstance(line, str)}
    return Manifest(
        place,
        "npm",
        _text(package.get("name")),
        _text(package.get("description")),
        None,
        commands,
        entry,
        tuple(_table(package.get("dependencies"))) + tuple(_table(package.get("peerDependencies"))),
        tuple(_table(package.get("devDependencies"))),
        tuple(_texts(package.get("keywords"))),
        (),
        scripts,
        frozenset(traits),
    )


def _go_mod(place: Place, text: str) -> Manifest | None:
    """Source: Go, "go.mod file reference"."""
    module = re.search(r'^module\s+"?([^\s"]+)', text, re.MULTILINE)
    if not module:
        return None
    name = re.sub(r"(/v\d+|\.v\d+)$", "", module[1]).rpartition("/")[2]
    direct = re.findall(
        r"^(?:require[ \t]+|[ \t]+)([\w.-]+\.[\w./~-]+)\s+v\S+(?!.*// indirect)[ \t]*$", text, re.MULTILINE
    )
    return Manifest(place, "go", name, None, "go", dependencies=tuple(direct))


def _pom(place: Place, text: str) -> Manifest:
    """Source: Maven, "POM Reference"."""
    root = parse_xml(text)
    names = [one.text or "" for one in root.iterfind("./dependencies/dependency/artifactId")]
    tested = {
        one.findtext("artifactId") or "" for one in root.iterfind("./dependencies/dependency")
        if one.findtext("scope") == "test"
    }  # fmt: skip
    plugins = {one.text or "" for one in root.iterfind("./build/plugins/plugin/artifactId")}
    traits = {f"plugin:{name}" for name in plugins} | {f"packaging:{root.findtext('packaging') or 'jar'}"}
    if root.find("modules") is not None:
        traits.add("workspaces")
    name = _literal(root.findtext("artifactId"))
    description = _literal(root.findtext("description"))
    language = "kotlin" if "kotlin-maven-plugin" in plugins else None
    return Manifest(
        place, "maven", name, description, language, dependencies=tuple(one for one in names if one not in tested),
        traits=frozenset(traits),
    )  # fmt: skip


_GRADLE_DEPENDENCY = re.compile(
    r"^[ \t]*(?:implementation|api|compile|runtimeOnly|compileOnly|runtime)\b\W*(?:platform\W+)?"
    r"[\"']([\w.-]+):([\w.-]+)",
    re.MULTILINE,
)
_GRADLE_PLUGIN = re.compile(
    r"(?:\bid\s*\(?\s*[\"']([\w.-]+)[\"']|apply plugin:\s*[\"']([\w.-]+)|^[ \t]*`?([a-z-]+)`?[ \t]*$)", re.MULTILINE
)


def _gradle(place: Place, text: str) -> Manifest:
    plugins = {next(filter(None, found)) for found in _GRADLE_PLUGIN.findall(text)}
    if re.search(r"kotlin\(\s*\"jvm\"", text):
        plugins.add("org.jetbrains.kotlin.jvm")
    dependencies = tuple(artifact for _, artifact in _GRADLE_DEPENDENCY.findall(text))
    described = re.search(r"^[ \t]*description[ \t]*=?\s*[\"']([^\"'$]+)[\"']", text, re.MULTILINE)
    return Manifest(
        place, "gradle", None, described[1] if described else None, dependencies=dependencies,
        traits=frozenset(f"plugin:{name}" for name in plugins),
    )  # fmt: skip


def _gradle_settings(place: Place, text: str) -> Manifest:
    name = re.search(r"rootProject\.name\s*=\s*[\"']([^\"'$]+)[\"']", text)
    return Manifest(place, "gradle", name[1] if name else None)


def _cargo(place: Place, text: str) -> Manifest | None:
    """Source: Cargo, "The Manifest Format"."""
    tables = parse_toml(text)
    package = _table(tables.get("package"))
    if not package:
        return (
            Manifest(place, "cargo", language="rust", traits=frozenset({"workspaces"}))
            if "workspace" in tables
            else None
        )
    binaries = tuple(_text(one.get("name")) or "" for one in _list(tables.get("bin")) if isinstance(one, dict))
    return Manifest(
        place, "cargo", _text(package.get("name")), _text(package.get("description")), "rust", binaries,
        True if "lib" in tables else None, tuple(_table(tables.get("dependencies"))),
        keywords=tuple(_texts(package.get("keywords"))), classifiers=tuple(_texts(package.get("categories"))),
        traits=frozenset({"workspaces"} if "workspace" in tables else ()),
    )  # fmt: skip


def _composer(place: Place, text: str) -> Manifest | None:
    package = _table(parse_json(text))
    if not package:
        return None
    name = (_text(package.get("name")) or "").rpartition("/")[2] or None
    kind = _text(package.get("type")) or "library"
    return Manifest(
        place, "composer", name, _text(package.get("description")), "php", tuple(_texts(package.get("bin"))),
        kind == "library" if "type" in package or "autoload" in package else None,
        tuple(_table(package.get("require"))), keywords=tuple(_texts(package.get("keywords"))),
        traits=frozenset({f"packaging:{kind}"}),
    )  # fmt: skip


def _gemspec(place: Place, text: str) -> Manifest:
    def value(attribute: str) -> str | None:
        found = re.search(rf"\.{attribute}\s*=\s*(?:%q\{{([^}}]+)\}}|[\"']([^\"'#]+)[\"'])", text)
        return (found[1] or found[2]).strip() if found else None

    commands = re.search(r"\.executables\s*(?:=|<<)\s*(?:\[|%w[\[(])?([^\])\n]+)", text)
    programs = (
        re.findall(r"[\w.-]+", commands[1])
        if commands and "git" not in commands[1] and "Dir" not in commands[1]
        else []
    )
    needed = re.findall(r"add_(?:runtime_)?dependency\s*\(?\s*[\"']([\w-]+)", text)
    return Manifest(
        place,
        "gem",
        value("name"),
        value("summary") or value("description"),
        "ruby",
        tuple(programs),
        True,
        tuple(needed),
    )


def _gemfile(place: Place, text: str) -> Manifest:
    needed = re.findall(r"^[ \t]*gem[ \t]+[\"']([\w-]+)", text, re.MULTILINE)
    return Manifest(place, "gem", None, None, "ruby", dependencies=tuple(needed))


def _csproj(place: Place, text: str) -> Manifest:
    root: Element = parse_xml(text)
    language = {"csproj": "csharp", "fsproj": "fsharp", "vbproj": "vb"}[place.file.rpartition(".")[2]]
    traits = {f"sdk:{root.get('Sdk', '')}", f"packaging:{root.findtext('.//OutputType') or 'Library'}"}
    if (root.findtext(".//PackAsTool") or "").lower() == "true":
        traits.add("packaging:tool")
    name = root.findtext(".//PackageId") or place.file.rpartition("/")[2].rpartition(".")[0]
    needed = tuple(one.get("Include", "") for one in root.iterfind(".//PackageReference"))
    return Manifest(
        place, "nuget", _literal(name), _literal(root.findtext(".//Description")), language, dependencies=needed,
        traits=frozenset(traits),
    )  # fmt: skip


_BY_NAME: dict[str, Callable[[Place, str], Manifest | None]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "PKG-INFO": _pkg_info,
    "requirements.txt": _requirements_txt,
    "entry_points.txt": _entry_points,
    "package.json": _package_json,
    "go.mod": _go_mod,
    "pom.xml": _pom,
    "build.gradle": _gradle,
    "build.gradle.kts": _gradle,
    "settings.gradle": _gradle_settings,
    "settings.gradle.kts": _gradle_settings,
    "Cargo.toml": _cargo,
    "composer.json": _composer,
    "Gemfile": _gemfile,
}
_BY_ENDING = {".gemspec": _gemspec, ".csproj": _csproj, ".fsproj": _csproj, ".vbproj": _csproj}


def _requirements(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the names of PEP 508 requirements, normalised."""
    found = (re.match(r"\s*([A-Za-z0-9][\w.-]*)", line) for line in lines)
    return tuple(re.sub(r"[-_.]+", "-", one[1]).lower() for one in found if one and one[1] != "python")


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in _list(value) if isinstance(one, str)]


def _literal(value: str | None) -> str | None:
    """The text with its white space folded, None where it is empty or still to be filled in (`${name}`, `$(Name)`)."""
    folded = " ".join((value or "").split())
    return None if not folded or "${" in folded or "$(" in folded else folded
