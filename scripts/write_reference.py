"""Write docs/reference from the code: settings, commands, error codes, REST. A test checks it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from pydantic_core import PydanticUndefined

from homeport import cli
from homeport.app import create_app, installation
from homeport.kernel.base.errors import all_errors
from homeport.kernel.base.settings import Section, Settings
from homeport.kernel.module import installed_modules

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
_NOTE = "<!-- written by scripts/write_reference.py; change the code, then run it -->\n\n"


def pages() -> dict[str, str]:
    """Return every page of the reference by file name."""
    written = {"settings.md": settings(), "cli.md": command_line(), "errors.md": errors(), "rest.md": rest()}
    return {name: _NOTE + text for name, text in written.items()}


def settings() -> str:
    """Return the page of settings."""
    lines = [
        "# Settings\n",
        "Strongest first: an environment variable, the file that a `…_FILE` variable names (for secrets),",
        "`homeport.yaml` in the home folder, the default. An unknown key is an error.\n",
        "| key in homeport.yaml | environment variable | default | meaning |",
        "|---|---|---|---|",
        *_settings_rows("", Settings),
    ]
    for module in installed_modules():
        if module.settings is not None:
            lines += _settings_rows(f"{module.name}.", module.settings)
    return "\n".join(lines) + "\n"


def command_line() -> str:
    """Return the page of commands."""
    cli.add_module_commands()
    command = typer.main.get_command(cli.app)
    lines = ["# Command line\n", (cli.__doc__ or "").split("\n", 2)[2].strip() + "\n"]
    lines.append("`homeport --install-completion` sets completion up for your shell.\n")
    for path, one in _commands("homeport", command):
        lines += [f"## {path}\n", (one.help or "").strip() + "\n"]
        lines += [f"- {told}" for told in map(_parameter, one.params) if told]
        lines.append("")
    return "\n".join(lines)


def errors() -> str:
    """Return the page of error codes."""
    rows = [
        f"| `{error.code}` | {int(error.status)} | {error.exit_code} | {(error.__doc__ or '').splitlines()[0]} |"
        for error in all_errors()
    ]
    head = [
        "# Error codes\n",
        "REST answers errors as `application/problem+json` (RFC 9457) with `code`, `detail` and, for a field,",
        "`errors[]` with JSON pointers. The command line prints one line and exits with the code below.\n",
        "| code | HTTP status | exit code | meaning |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def rest() -> str:
    """Return the page of REST operations."""
    lines = [
        "# REST\n",
        "Send `Authorization: Bearer hp_…` (see `homeport token create`). Lists take `limit` and `after` and answer",
        "`items` and `after`, with a `Link` header. The OpenAPI 3.1 document is at `/api/v1/openapi.json` for who is",
        "signed in.\n",
        "| operation | what it does |",
        "|---|---|",
    ]
    for path, operations in sorted(_openapi()["paths"].items()):
        for method, operation in operations.items():
            lines.append(f"| `{method.upper()} {path}` | {operation['summary']} |")
    return "\n".join([*lines, *_procedures()]) + "\n"


def _procedures() -> list[str]:
    lines = ["\n## Procedures\n", "What `POST /api/v1/runs` can start, and the fields of `input`.\n"]
    lines += ["| procedure | input | meaning |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder, installation(home=Path(folder)) as homeport:
        for procedure in homeport.services.procedures.all():
            for name, field in procedure.input.model_fields.items():
                lines.append(f"| `{procedure.name}` | `{name}` | {field.description} |")
    return lines


def _settings_rows(prefix: str, section: type[Section]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        inner = next((one for one in reversed(get_args(field.annotation)) if one is not ...), field.annotation)
        if isinstance(inner, type) and issubclass(inner, Section):
            step = {dict: "NAME.", tuple: "N."}.get(get_origin(field.annotation), "")
            yield from _settings_rows(f"{prefix}{name}.{step}", inner)
            continue
        variable = "HOMEPORT_" + (prefix.replace(".", "__") + name).upper()
        default = "" if field.default in (None, (), PydanticUndefined) else f"`{field.default}`"
        told = "file only" if ".N." in prefix else f"`{variable}`"
        yield f"| `{prefix}{name}` | {told} | {default} | {field.description} |"


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(f"{path} {name}", child)


def _parameter(parameter: Any) -> str:
    if parameter.name in {"install_completion", "show_completion", "help"}:
        return ""
    name = " ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()
    return f"`{name}` {getattr(parameter, 'help', None) or ''}".strip()


def _openapi() -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory() as folder, installation(home=Path(folder)) as homeport:
        return create_app(homeport).openapi()


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
