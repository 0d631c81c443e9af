"""What a setting connects to: a database, a broker, a topic, another's API; or nothing that can be told.

Only the name and the value of the setting count, and silence is better than a guess. Credentials in addresses are
never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote

from homeport.catalog.domain.evidence import How, Where, dependency
from homeport.catalog.domain.products import DATABASES, EMBEDDED, PORTS, SCHEMES, UNNAMED, product_of_word
from homeport.catalog.domain.reading import Dependency
from homeport.catalog.domain.settings import Setting, together, words_of
from homeport.catalog.domain.words import words

_URL = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?:[^/@\s]*@)?(?P<host>\[[^\]]*\]|[^/:?#\s,;\"'<>]*)"
    r"(?::(?P<port>\d+))?(?P<path>/[^\s?#,;\"']*)?"
)
_SOCKET = re.compile(r"wss?://", re.IGNORECASE)
_READ_AT = words("download downloads doc docs developer developers help support wiki blog learn community forum")
_READ_IN = words(
    "doc docs documentation wiki blog guide guides help reference references manual faq article "
    "articles tutorial tutorials"
)
_FILES = words(
    "htm html md pdf js mjs css png jpg jpeg gif svg ico zip gz tgz tar jar whl exe woff woff2 ttf xsd dtd txt csv xml "
    "rss geojson pbf mp3 mp4"
)
_JDBC = re.compile(r"(?:jdbc|r2dbc)(?::pool)?:(?P<driver>[a-z0-9-]+)(?::[a-z0-9:-]*?)?:(?P<rest>\S*)", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?P<port>\d{2,5})")
_DEFAULT = re.compile(r"\$\{([A-Za-z0-9_.-]+):[-=]?([^{}]*)\}")
_PASSED_ON = re.compile(r"\$\{([A-Za-z0-9_]+)\}|\$([A-Za-z0-9_]+)|\$\{\}")
"""A variable and nothing else: where it is only handed on, nothing is said of its value."""
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\{\{.*?\}\}|<[^>]*>|%[A-Z_]+%|\$[A-Z_]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,200}")
_HOST = re.compile(r"(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_ARN = re.compile(
    r"arn:aws[\w-]*:(?P<service>sns|sqs|dynamodb|s3|kinesis):[\w-]*:\d*:(?:table/|stream/)?(?P<name>[\w.-]+)"
)
_QUEUE_URL = re.compile(r"https?://(?:sqs\.[\w-]+|[\w-]+\.queue)\.amazonaws\.com/\d+/(?P<name>[\w.-]+)")

_ASKING = words("prometheus")
"""What comes to ask, so that an address named after it without a scheme is where it is answered."""
_ADDRESS_WORDS = words(
    "host hosts hostname url uri urls uris addr addrs address addresses endpoint endpoints server servers broker "
    "brokers node nodes dsn cluster bootstrap target targets upstream"
)
_NO_ADDRESS = words(
    "region zone env environment mode type version id kind scheme protocol timeout path prefix suffix format level"
)
"""Last words of settings that are about an address and hold none: `ENDPOINT_REGION`."""
_CHOICE_WORDS = words("driver connection backend engine client dialect type adapter vendor provider store")
_CHOICE_SUBJECTS = words("db database databases datasource cache caches queue session broker storage mq messaging")
_OTHERS_WORDS = _ADDRESS_WORDS | words("api service base baseurl baseuri apiurl svc gateway webhook")
_GRPC_PORTS = words("50051 9090 6565")
_HTTP_PORTS = words("80 443 3000 5000 8000 8080 8443")
_GENERAL_LABELS = words(
    "api apis www web app apps auth login sso admin gateway mail smtp static cdn dev stg staging prod test docs status "
    "search portal dashboard console server service db cache queue"
)
"""First labels of hosts that name a role, not a component."""
_OWN_WORDS = words(
    "homepage docs doc documentation repository repo image icon logo avatar license schema cors origin origins allowed "
    "referer redirect callback public self site app frontend nextauth website proxy issuer tag registry contact "
    "support help terms privacy xmlns cdn static asset assets font fonts "
    "console dashboard portal ui browser link links web mail smtp email imap pop3"
)
_FORGES = words("github.com gitlab.com bitbucket.org codeberg.org")
_IDENTITY_WORDS = words("oidc openid oauth oauth2 sso saml saml2 idp")
_IDENTITY_OWN = words("issuer proxy")
_BASE_WORDS = words(
    "base url uri address addr host hostname server service root site app public external default defaults value http "
    "https main settings config general baseurl _defaults"
)
"""What the names of a service's own address are made of."""
_NO_ONES_HOST = re.compile(
    r"^(localhost|.*\.localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|172\.\d|host\.docker\.internal|kubernetes\.default"
    r"|(www\.)?(github|gitlab|bitbucket|npmjs|pypi|docker|w3|json-schema|schema|apache|spring|jsdelivr|unpkg|wikipedia"
    r"|creativecommons|opensource|google|amazon|microsoft|example|readthedocs|python|mozilla)\.(com|org|io|net|dev))$"
    r"|(^|\.)(example|test|invalid|localdomain|local)$|(^|\.)example\.\w+$|(^|\.)(your|my|some|mysite|yoursite)[-.]|^(your|my|foo|bar|xxx)|^test\.\w+$"
    r"|\.github\.io$|\.readthedocs\.io$|^(schemas?|fonts|docs|registry|cdn|ajax|cdnjs|raw)\.|\.amazonaws\.com$"
    r"|change-?me|placeholder|domain\.com$|company\.com$|acme\."
)  # fmt: skip


_SAMPLE_DOMAIN = re.compile(r"\.(example|test|invalid|internal|local|localdomain)$|\.(example|acme)\.\w+$")
_STAND_IN = re.compile(r"^(your|my|some|foo|bar|xxx)([-.]|$)|example|change-?me|placeholder")


def connections(settings: Iterable[Setting]) -> list[Dependency]:
    """Return what the settings connect to, in their order; nothing twice from one file."""
    found: dict[tuple[str, str, str | None, str], Dependency] = {}
    sockets: set[str] = set()
    for setting in together(list(settings)):
        for one in _connections(setting):
            if (setting.is_off and one.kind != "host") or not one.confidence:
                continue
            found.setdefault((one.kind, one.value, one.product, one.place.file), one)
            if one.kind == "host" and _SOCKET.match(setting.value.strip().strip("\"'")):
                sockets.add(one.value)
    listed = _without_alternatives(found.values())
    called = {_domain(one.value) for one in listed if one.kind == "host" and one.value not in sockets}
    return [one for one in listed if not (one.value in sockets and _domain(one.value) in called)]


def _without_alternatives(found: Iterable[Dependency]) -> list[Dependency]:
    """The connections without the second database of a settings module: it has a default for each that may be chosen.

    A chosen engine comes first, then what stands first.
    """
    listed = list(found)
    databases = [one for one in listed if one.product in DATABASES and one.evidence.endswith(f" in {Where.MODULE}")]
    chosen = min(databases, key=lambda one: not one.evidence.startswith(How.CHOICE), default=None)
    return [one for one in listed if chosen is None or one not in databases or one.product == chosen.product]


def _domain(host: str) -> str:
    """Whose a public host is: its last two labels. A socket beside the API of the same domain is no second API."""
    return ".".join(host.split(".")[-2:]) if "." in host else host


def sample_host(host: str) -> str | None:
    """Return a host under a domain that is nobody's (`payment-api.acme.example`) in lower case, None for any other.

    Sample configuration writes a company's own hosts so: the first label may still be a component's name.
    """
    lowered = host.lower().rstrip(".")
    first, _, domain = lowered.partition(".")
    is_sample = _HOST.fullmatch(lowered) and _SAMPLE_DOMAIN.search(f".{domain}")
    return lowered if is_sample and not is_general(first) and not _STAND_IN.search(first) else None


def is_page(url: str) -> bool:
    """Whether a public address is of what people read or what is downloaded, not of what is called."""
    address, mark, _ = url.partition("#")
    host, *folders = address.partition("?")[0].lower().partition("://")[2].split("/")
    if "." not in host or ".svc" in host:
        return False
    ending = folders[-1].rpartition(".")[2] if folders and "." in folders[-1] else ""
    return bool(mark) or host.partition(".")[0] in _READ_AT or bool(_READ_IN & set(folders)) or ending in _FILES


def is_general(label: str) -> bool:
    """Whether the first label of a host says what is there (`api`), not who."""
    return label in _GENERAL_LABELS


def address_host(host: str) -> str | None:
    """Return the host in lower case where it can be another's, None for one's own machine, placeholders and samples."""
    lowered = host.lower().rstrip(".")
    cluster_local = re.fullmatch(r"[\w.-]+\.svc(\.cluster\.local)?", lowered)
    if not _HOST.fullmatch(lowered) or (_NO_ONES_HOST.search(lowered) and not cluster_local):
        return None
    return lowered


def _connections(setting: Setting) -> Iterator[Dependency]:
    given = setting.value.strip().strip("\"'")
    value = _DEFAULT.sub(lambda default: default[2], given)
    value = _DEFAULT.sub(lambda default: default[2], value)
    variable = _DEFAULT.fullmatch(given)
    parts = (*words_of(setting.name), *words_of(variable[1] if variable else ""))
    if not value or value.isdigit() or len(value) > 2_000 or not parts:
        return
    if (passed := _PASSED_ON.fullmatch(value)) and words_of(passed[1] or passed[2] or "") in ((), parts):
        return
    jdbc = _JDBC.match(value)
    if jdbc:
        yield from _database(setting, jdbc["driver"].lower(), _jdbc_database(jdbc["rest"]))
        return
    if driver := _driver_of(value):
        name = re.search(r"\b(?:dbname|database|initial catalog)\s*=\s*'?([\w.-]+)|\)/([\w.-]+)", value, re.IGNORECASE)
        yield from _database(setting, driver, (name[1] or name[2]) if name else "")
        return
    named = _named(setting, parts, value)
    if named:
        yield named
        return
    urls = list(_URL.finditer(value))
    for url in urls:
        yield from _of_url(setting, parts, url)
    if not urls:
        yield from _of_plain(setting, parts, value)


def _driver_of(value: str) -> str | None:
    """The engine that a connection string of words is for.

    Source: PostgreSQL, "Connection Strings" (keyword/value); Npgsql and SqlClient, "Connection String Parameters";
    the Go MySQL driver's "DSN".
    """
    lowered = value.lower()
    if driver := re.search(r"\bdriver\s*=\s*\{?(\w+)", lowered):
        return driver[1]
    if re.search(r"\bhost\s*=", lowered) and re.search(r"\b(dbname|database)\s*=", lowered):
        return "postgresql"
    if re.search(r"@(tcp|unix)\([^)]*\)/", lowered):
        return "mysql"
    if re.search(r"(^|;)\s*(server|data source)\s*=", lowered) and re.search(
        r";\s*(database|initial catalog)\s*=", lowered
    ):
        return "mysql" if re.search(r";\s*(uid|port)\s*=", lowered) else "sqlserver"
    return None


def _named(setting: Setting, parts: tuple[str, ...], value: str) -> Dependency | None:
    """Topics, queues, tables and buckets, told by the setting's name or the value's form."""
    arn, queue_url = _ARN.fullmatch(value), _QUEUE_URL.fullmatch(value)
    if arn:
        kind = {"sns": "topic", "sqs": "queue", "dynamodb": "table", "s3": "bucket", "kinesis": "stream"}[
            arn["service"]
        ]
        return _dependency(setting, kind, arn["name"], arn["service"], How.CHANNEL)
    if queue_url:
        return _dependency(setting, "queue", queue_url["name"], "sqs", How.CHANNEL)
    if (
        not _NAME.fullmatch(value)
        or value.isdigit()
        or _STAND_IN.search(value.lower())
        or value.lower() in ("true", "false", "default")
    ):
        return None
    last = parts[-2] if parts[-1] in ("name", "arn", "url") and len(parts) > 1 else parts[-1]
    if last in ("topic", "topics") or ("topics" in parts[:-1] and len(value) > 3):
        return _dependency(setting, "topic", value, "kafka" if "kafka" in parts else None, How.CHANNEL)
    if last == "queue" and parts[-1] != "url":
        return _dependency(
            setting,
            "queue",
            value,
            "sqs" if "sqs" in parts else "rabbitmq" if "rabbitmq" in parts else None,
            How.CHANNEL,
        )
    if last == "table" and parts[-1] in ("name", "table") and {"dynamodb", "dynamo", "ddb"} & set(parts):
        return _dependency(setting, "table", value, "dynamodb", How.CHANNEL)
    if last == "bucket" and not _VARIABLE.search(value):
        return _dependency(setting, "bucket", value, "s3" if {"s3", "aws"} & set(parts) else None, How.CHANNEL)
    return None


def _of_url(setting: Setting, parts: tuple[str, ...], url: re.Match[str]) -> Iterator[Dependency]:
    scheme = url["scheme"].lower()
    engine = scheme.split("+")[0] if scheme not in SCHEMES else scheme
    path = unquote((url["path"] or "").strip("/"))
    if engine in SCHEMES:
        if SCHEMES[engine] == "s3":
            bucket = url["host"] if _NAME.fullmatch(url["host"]) else ""
            yield _dependency(setting, "bucket" if bucket else "product", bucket or "s3", "s3", How.ADDRESS)
        else:
            yield from _database(setting, engine, path.split("/")[0])
        return
    is_called = engine in ("http", "https", "grpc", "grpcs", "ws", "wss", "dns", "tcp")
    if not is_called or is_page(url.string[url.start() :]):
        return
    product = _product_at(parts, url["host"], url["port"])
    is_machine = url["port"] or "." not in url["host"] or product_of_word(url["host"].partition(".")[0])
    if product and (is_machine or engine == "tcp" or not address_host(url["host"])):
        yield _dependency(setting, "product", product[0], *product)
    elif engine != "tcp" and _may_be_others(parts) and not re.search(r"\s", url.string):
        if _is_forge(parts, url["host"], path):
            yield _dependency(setting, "host", url["host"].lower(), None, How.HOST)
            return
        yield from _host(setting, url["host"] or path.split(":")[0], _protocol(parts, engine, url["port"], path))


def _is_forge(parts: tuple[str, ...], host: str, path: str) -> bool:
    """Whether a forge is called rather than linked to: where people sign in, or named by a setting without a path."""
    if host.lower() not in _FORGES:
        return False
    is_named = host.lower().partition(".")[0] in parts and not path
    return is_named or bool(_IDENTITY_WORDS & {*parts, *path.lower().split("/")})


def _of_plain(setting: Setting, parts: tuple[str, ...], value: str) -> Iterator[Dependency]:
    """A host, with a port or without, or the name of a product that a setting chooses."""
    first = value.split(",")[0].strip()
    addressed = _HOST_AND_PORT.fullmatch(first)
    host = addressed["host"] if addressed else first
    chosen = _product_of_path(value)
    if parts[-1] in _CHOICE_WORDS and _CHOICE_SUBJECTS & set(parts) and value.lower() not in EMBEDDED:
        if chosen:
            yield _dependency(setting, "product", chosen, chosen, How.CHOICE)
        return
    is_named = bool(_ADDRESS_WORDS & set(parts[-2:])) and parts[-1] not in _NO_ADDRESS
    is_address = is_named or bool(re.fullmatch(r"(pg|my|db|redis|mongo)host", parts[-1]))
    if not is_address:
        return
    product = _product_at(parts, host, addressed["port"] if addressed else None)
    if product and product[0] not in _ASKING:
        yield _dependency(setting, "product", product[0], *product)
    elif (addressed or (_is_cluster_host(host) and parts[-1] in _ADDRESS_WORDS)) and (
        _may_be_others(parts) and _may_be_api(host, addressed)
    ):
        yield from _host(setting, host, _protocol(parts, "", addressed["port"] if addressed else None, ""))


def _may_be_api(host: str, addressed: re.Match[str] | None) -> bool:
    """Whether what is given without a scheme may be an API: in a cluster anything, elsewhere by the usual ports."""
    if addressed is None or _is_cluster_host(host):
        return True
    return addressed["port"] in _HTTP_PORTS | _GRPC_PORTS


def _protocol(parts: tuple[str, ...], scheme: str, port: str | None, path: str) -> str | None:
    """How a host is called: what the setting's name says counts more than the scheme, the scheme more than the port.

    Source: gRPC, "gRPC Name Resolution" (`dns:///host:port`); .NET's channels take http addresses, hence the order.
    """
    if "grpc" in parts or scheme in ("grpc", "grpcs", "dns"):
        return "grpc"
    if "graphql" in parts or "graphql" in path.lower().split("/"):
        return "graphql"
    if scheme in ("http", "https"):
        return "http"
    return "grpc" if port in _GRPC_PORTS else "http" if port in _HTTP_PORTS else None


def _product_of_path(value: str) -> str | None:
    """The product that the words of a choice name: `django.db.backends.postgresql`, `django_redis.cache.RedisCache`."""
    found = {product for word in words_of(value) if (product := product_of_word(word))}
    return found.pop() if len(found) == 1 and re.fullmatch(r"[\w.:+-]+", value) else None


def _product_at(parts: tuple[str, ...], host: str, port: str | None) -> tuple[str, How] | None:
    """The product that listens at an address, by the setting's name, the port or the host's first label."""
    said = next((product for word in reversed(parts) if word != "pg" and (product := product_of_word(word))), None)
    if "pghost" in parts:
        return "postgresql", How.NAMED
    if "bootstrap" in parts and "servers" in parts:
        return "kafka", How.NAMED
    if said:
        return said, How.NAMED
    listening = PORTS.get(port) if port else None
    product = listening or product_of_word(host.split(".")[0].lower())
    return (product, How.PORT if listening else How.LABEL) if product else None


def _database(setting: Setting, engine: str, name: str) -> Iterator[Dependency]:
    product = SCHEMES.get(engine) or product_of_word(engine)
    if engine in EMBEDDED or product is None:
        return
    has_name = product not in UNNAMED
    if has_name and name and _NAME.fullmatch(name) and not _VARIABLE.search(name):
        yield _dependency(setting, "database", name, product, How.ADDRESS)
    else:
        yield _dependency(setting, "product", product, product, How.ADDRESS)


def _jdbc_database(rest: str) -> str:
    """The database in what follows `jdbc:driver:`; Oracle puts it after the port, SQL Server in a property."""
    named = re.search(r"databaseName=([\w.-]+)", rest, re.IGNORECASE)
    if named:
        return named[1]
    after = re.match(r"(?:thin:)?@?(?://)?[^/:;?]+(?::\d+)?[/:]([\w.-]+)", rest)
    return after[1] if after else ""


def _host(setting: Setting, text: str, protocol: str | None) -> Iterator[Dependency]:
    host, sample = address_host(text), sample_host(text)
    if host:
        how = How.SERVICE if "." not in host or _is_cluster_host(host) else How.HOST
        yield replace(_dependency(setting, "host", host, None, how), protocol=protocol)
    elif sample:
        yield replace(_dependency(setting, "sample-host", sample, None, How.HOST), protocol=protocol)


def _is_cluster_host(host: str) -> bool:
    return ("." not in host and "-" in host) or re.search(r"\.svc(\.|$)", host) is not None


def _may_be_others(parts: tuple[str, ...]) -> bool:
    """Whether a setting may hold the address of something else: a base address of nothing in particular is one's own,
    and so are those that an OpenAPI document lists as its servers; who signs people in is another.
    """
    if not set(parts) - _BASE_WORDS or parts[-2:] == ("servers", "url"):
        return False
    own = _OWN_WORDS - _IDENTITY_OWN if _IDENTITY_WORDS & set(parts) else _OWN_WORDS
    return bool(_OTHERS_WORDS & set(parts[-3:])) and not own & set(parts[-4:])


def _dependency(setting: Setting, kind: str, value: str, product: str | None, how: How) -> Dependency:
    where = setting.where if setting.source == "configuration" else Where.DEPLOYMENT
    return dependency(kind, value, product, how, where, setting.source, setting.place)
