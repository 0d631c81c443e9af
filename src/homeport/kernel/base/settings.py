"""One typed settings object from `homeport.yaml`, `HOMEPORT_*` variables and `*_FILE` secrets.

Order, strongest first: environment variable, file named by the `_FILE` variable, homeport.yaml, default.
Modules bring sections of their own: `catalog:` in the file, `HOMEPORT_CATALOG__…` in the environment.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    create_model,
    field_validator,
)

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import FieldError, InvalidEntityRef, InvalidSetting, pointer_to

_PREFIX = "HOMEPORT_"
FILE = "homeport.yaml"
DEFAULT_BASE_URL = "http://127.0.0.1:8600"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Section(BaseModel):
    """Base of every part of the settings: unknown keys are errors, values don't change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


RoleName = Literal["viewer", "developer", "operator", "security", "admin"]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Paths = Annotated[tuple[Path, ...], BeforeValidator(_split)]


class OutboundSettings(Section):
    """Calls to the outside: who may be called, and the way there."""

    allow: Words = Field(
        (),
        description="Hosts that may be called though private, and that descriptors may name: `host`, `host:port`, "
        "`*.domain`, a network such as `10.1.0.0/16`; with commas between them in the environment.",
    )
    proxy: SecretStr | None = Field(None, description="HTTP proxy for all calls out, such as http://proxy:3128.")
    no_proxy: Words = Field((), description="Hosts called without the proxy, written as in `outbound.allow`.")
    ca_bundle: Path | None = Field(None, description="File of certificates (PEM) to trust besides the public ones.")
    time_limit_s: float = Field(20.0, gt=0, description="Seconds a call out may take, all redirects together.")
    size_limit_bytes: int = Field(10_000_000, gt=0, description="Bytes that an answer may have.")


class ForgeSettings(Section):
    """A place that keeps Git repositories."""

    host: str = Field(description="Its host, such as github.example.com, with the port unless it is the usual one.")
    type: Literal["github", "gitlab", "git"] = Field(description="github, gitlab, or git for any other.")
    token: SecretStr | None = Field(None, description="Token that reads its repositories.")
    api_url: str | None = Field(None, description="Address of its API where it is not the usual one of its type.")


class CheckoutSettings(Section):
    """Copies of Git repositories that are read."""

    budget_bytes: int = Field(
        2_000_000_000, gt=0, description="Bytes that copies may take together; the longest unused go first."
    )
    time_limit_s: float = Field(600.0, gt=0, description="Seconds that fetching one repository may take.")
    folders: Paths = Field((), description="Folders below which `file://` addresses of repositories may lie.")
    ssh_key: Path | None = Field(None, description="Private key for ssh; without it, those ssh finds itself.")
    known_hosts: Path | None = Field(None, description="File of ssh host keys; without it, the user's own.")


class DueDays(Section):
    """Days in which a finding is to be mended, by severity."""

    critical: int | None = Field(7, ge=1, le=3650, description="Days to mend a critical finding; null for no due date.")
    high: int | None = Field(30, ge=1, le=3650, description="Days to mend a high finding.")
    medium: int | None = Field(90, ge=1, le=3650, description="Days to mend a medium finding.")
    low: int | None = Field(None, ge=1, le=3650, description="Days to mend a low finding.")
    info: int | None = Field(None, ge=1, le=3650, description="Days to mend a finding that only informs.")

    @property
    def by_severity(self) -> dict[str, int]:
        """The days of each severity that has a due date."""
        return {name: days for name, days in self.model_dump().items() if days is not None}


class FindingSettings(Section):
    """What is wrong with entities: by when it is to be mended, and what is taken in from other tools."""

    due_days: DueDays = Field(default_factory=DueDays)
    import_limit_bytes: int = Field(20_000_000, gt=0, description="Bytes that a SARIF file to import may have.")


class WebhookSettings(Section):
    """Who may send events to /webhooks/NAME."""

    type: Literal["github", "gitlab", "hmac"] = Field(description="How the sender proves itself.")
    secret: SecretStr = Field(min_length=8, description="Secret that homeport and the sender share.")


class OidcSettings(Section):
    """An OpenID Connect provider that people sign in at."""

    issuer: str = Field(description="Its issuer, to the letter as its discovery document has it.")
    client_id: str = Field(min_length=1, description="What the provider knows homeport by.")
    client_secret: SecretStr | None = Field(
        None, min_length=1, description="Secret that homeport and the provider share; none for a public client."
    )
    title: str = Field("", description="What the button to sign in calls it; its name here, if left out.")
    scopes: Words = Field(("openid", "profile", "email"), description="What homeport asks to be told.")
    groups_claim: str = Field("groups", description="Claim that lists the person's groups.")
    roles: dict[str, RoleName] = Field(
        {}, description="Role by group of the provider; the first group here that the person is in counts."
    )
    default_role: RoleName | None = Field(
        "viewer", description="Role of who is in none of these groups; null lets only members of them in."
    )
    teams: dict[str, str] = Field(
        {}, description="Group of the catalog by group of the provider, such as `group:default/order`."
    )
    match_email: bool = Field(
        False, description="Whether a verified e-mail address joins people to who they are in the catalog."
    )
    clock_skew_s: int = Field(60, ge=0, le=600, description="Seconds by which its clock may differ from ours.")

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not is_safe or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("an issuer is an https address without query; plain http only on this machine")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _asks_who(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise ValueError("scopes must have openid, or the provider does not say who it is")
        return scopes

    @field_validator("teams")
    @classmethod
    def _are_groups(cls, teams: dict[str, str]) -> dict[str, str]:
        try:
            return {name: str(EntityRef.parse(ref, default_kind="group")) for name, ref in teams.items()}
        except InvalidEntityRef as error:
            raise ValueError(error.message) from None


class IdentitySettings(Section):
    """Ways to sign in. A link made on the machine, and breaking the glass, work whatever stands here."""

    passwords: bool = Field(True, description="Whether people sign in with a password that homeport keeps.")
    oidc: dict[Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,39}$")], OidcSettings] = Field(
        {}, description="OpenID Connect providers, by a name of yours that stands in their redirect addresses."
    )


class EntityMatchSettings(Section):
    """Which entities an approval rule speaks of; what is left out fits every one."""

    ref: Words = Field((), description="Globs of references, such as `component:*/order-*`.")
    kind: Words = Field((), description="Globs of kinds, such as component.")
    owner: Words = Field((), description="Globs of owners, such as `group:default/platform`.")
    tag: Words = Field((), description="Globs of tags, such as pci.")


class ApproverSettings(Section):
    """Whose approval is needed: anyone who fits one of these."""

    role: str | None = Field(None, description="That role or a higher one, such as operator.")
    group: Words = Field((), description="Members of these groups, such as `group:default/platform`.")
    owner: bool = Field(False, description="The owner of the entity, and of each if there are several.")
    people: Words = Field((), description="These people, such as `user:default/haneul`.")


class ApprovalRuleSettings(Section):
    """What needs whose approval."""

    procedure: Words = Field(("*",), description="Globs of procedures, such as `stacks.*`.")
    entity: EntityMatchSettings = Field(default_factory=EntityMatchSettings)
    environment: Words = Field((), description="Globs of environments in the plan, such as prod; all if left out.")
    by: ApproverSettings = Field(description="Whose approval is needed.")
    count: int = Field(1, ge=1, le=10, description="How many of them have to approve.")
    self_approval: bool = Field(False, description="Whether who asked may be one of them.")
    expires_after_h: float = Field(72.0, gt=0, description="Hours after which a request expires.")


class ChangeBoundSettings(Section):
    """How much of each class a plan may change."""

    add: int | None = Field(None, ge=0, description="How much it may add; any number if left out.")
    change: int | None = Field(None, ge=0, description="How much it may change; any number if left out.")
    replace: int = Field(0, ge=0, description="How much it may replace.")
    delete: int = Field(0, ge=0, description="How much it may delete.")


class StandingApprovalSettings(Section):
    """What timers, webhooks and events may start without anybody being asked."""

    owner: str = Field(description="Who answers for it, such as `group:default/platform`.")
    procedure: str = Field(description="Glob of procedures.")
    input: dict[str, Words] = Field({}, description="By field of the input: globs, one of which its values fit.")
    at_most: ChangeBoundSettings = Field(default_factory=ChangeBoundSettings)
    expires_on: date = Field(description="The last day it holds (UTC), such as 2027-06-30.")


class ApprovalSettings(Section):
    """Who has to approve what before it runs. Without a rule nothing needs approval."""

    rules: tuple[ApprovalRuleSettings, ...] = Field((), description="What needs whose approval; all that fit count.")
    standing: dict[str, StandingApprovalSettings] = Field(
        {}, description="What triggers may start without being asked about, by a name of yours."
    )


class Settings(Section):
    """What homeport is told from outside; every key is described in docs/reference/settings.md."""

    home: Path = Field(Path(".homeport"), description="Folder of the embedded database and of homeport.yaml.")
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL, such as postgresql+psycopg://…; without it, SQLite in `home`."
    )
    secrets_key: SecretStr | None = Field(
        None,
        description="Master keys of 32 bytes in base64, newest first, that seal what `homeport secrets` keeps; "
        "without it, one is made in `home`/secrets.key.",
    )
    base_url: str = Field(DEFAULT_BASE_URL, description="Address under which users reach the portal.")
    organisation: str = Field("homeport", description="Name of your organisation, shown in the portal.")
    language: str = Field(
        "en", pattern="^(ko|en)$", description="Language where neither user nor browser chose: ko or en."
    )
    zone: str = Field("UTC", description="Time zone where the user chose none, an IANA name such as Asia/Seoul.")
    log: str = Field(
        "warning",
        pattern="^(debug|info|warning|error)$",
        description="How much is logged: debug, info, warning, error.",
    )
    run_workers: int = Field(2, ge=1, le=64, description="Runs worked on at once by one process.")
    lease_s: float = Field(
        9.0, gt=0, description="Seconds after which work of a silent worker may be taken over, at the next look for it."
    )
    poll_s: float = Field(5.0, gt=0, description="Seconds between looks for due work when nothing wakes the worker.")
    session_days: int = Field(14, ge=1, description="Days a sign-in lasts.")
    session_idle_hours: int = Field(72, ge=1, description="Hours after which a sign-in ends that nobody uses.")
    openapi_anonymous: bool = Field(
        False, description="Whether the OpenAPI documents of the APIs are shown to everybody, without a token."
    )
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    metrics_anonymous: bool = Field(
        False, description="Whether `/metrics` is shown to everybody, without the token of an admin."
    )
    outbound: OutboundSettings = Field(default_factory=OutboundSettings)
    checkouts: CheckoutSettings = Field(default_factory=CheckoutSettings)
    findings: FindingSettings = Field(default_factory=FindingSettings)
    forges: dict[str, ForgeSettings] = Field({}, description="Places that keep Git repositories, by a name of yours.")
    approvals: ApprovalSettings = Field(default_factory=ApprovalSettings)
    webhooks: dict[str, WebhookSettings] = Field({}, description="Who may send events to /webhooks/NAME, by NAME.")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA time zone such as Asia/Seoul")
        return zone

    @property
    def resolved_database_url(self) -> str:
        """The URL of the database: the one given, or SQLite in `home`."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.home / 'homeport.db').resolve()}"

    def section(self, name: str) -> Any:
        """Return the settings section that the module `name` brought."""
        return getattr(self, name)


def load_settings(
    environment: Mapping[str, str] | None = None,
    sections: Mapping[str, type[Section]] | None = None,
    **overrides: Any,
) -> Settings:
    """Return the settings as environment and homeport.yaml give them.

    Raises:
        InvalidSetting: an unknown key (with the nearest known one) or a value of the wrong form.
    """
    environment = os.environ if environment is None else environment
    model = _with_sections(sections or {})
    from_environment = _from_environment(environment, model)
    home = Path(overrides.get("home") or from_environment.get("home") or ".homeport")
    if home.exists() and not home.is_dir():
        raise InvalidSetting(f"{home} is a file; home must be a folder.")
    file = home / FILE
    from_file = _from_file(file)
    merged = _merge(_merge(from_file, from_environment), {**overrides, "home": home})
    try:
        return model.model_validate(merged)
    except ValidationError as error:
        raise _explain(error, model, _Told(file, from_file, from_environment)) from None


def redacted(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain values; secrets are shown as stars."""
    return settings.model_dump(mode="json")


def _with_sections(sections: Mapping[str, type[Section]]) -> type[Settings]:
    if not sections:
        return Settings
    fields: dict[str, Any] = {name: (section, Field(default_factory=section)) for name, section in sections.items()}
    return create_model("Settings", __base__=Settings, **fields)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"{path} can't be read: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InvalidSetting(f"{path} must hold keys and values, such as `zone: Asia/Seoul`.")
    return content


def _from_environment(environment: Mapping[str, str], model: type[Settings]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith(_PREFIX):
            continue
        path = variable.removeprefix(_PREFIX).lower().split("__")
        if path[-1].endswith("_file") and _annotation(model, path) is None:
            path[-1], value = path[-1].removesuffix("_file"), _secret_file(variable, value)
        node = found
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value
    return found


def _secret_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidSetting(f"{variable} names {path!r}, which can't be read: {error.strerror}.") from None


def _merge(weak: dict[str, Any], strong: dict[str, Any]) -> dict[str, Any]:
    merged = dict(weak)
    for key, value in strong.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


@dataclass(frozen=True, slots=True)
class _Told:
    """What the file and the environment say, to know which of them is wrong."""

    file: Path
    in_file: Mapping[str, Any]
    in_environment: Mapping[str, Any]

    def name(self, path: Sequence[int | str]) -> str:
        """The setting, as whoever has to mend it finds it: the variable, or the key with the file it stands in."""
        key = ".".join(map(str, path))
        variable = _depth(self.in_environment, path)
        depth = _depth(self.in_file, path)
        if variable > depth or variable == len(path):
            return f"{key} ({_PREFIX}{'__'.join(map(str, path[:variable])).upper()})"
        return f"{self.file}: {key}" if depth else key


def _explain(error: ValidationError, model: type[Settings], told: _Told) -> InvalidSetting:
    found = [(item["loc"], _reason(item, model)) for item in error.errors()]
    problems = tuple(FieldError(pointer_to(path), reason) for path, reason in found)
    return InvalidSetting("; ".join(f"{told.name(path)}: {reason}" for path, reason in found), errors=problems)


def _depth(values: Any, path: Sequence[int | str]) -> int:
    """How many parts of the path lead somewhere in the values."""
    for depth, part in enumerate(path):
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(path)


def _reason(item: Any, model: type[Settings]) -> str:
    if item["type"] != "extra_forbidden":
        return str(item["msg"])
    *parents, key = (str(part) for part in item["loc"])
    known = _annotation(model, parents)
    near = difflib.get_close_matches(key, list(known.model_fields), n=1)
    return "unknown setting" + (
        f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known.model_fields)}"
    )


def _annotation(model: type[Section], path: list[str]) -> Any:
    """What kind of value stands at `path`; None where no setting of that name is."""
    found: Any = model
    for part in path:
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(part)
            found = field.annotation if field else None
        else:
            inner = [one for one in get_args(found) if one is not Ellipsis]
            found = inner[-1] if inner else None
    return found
