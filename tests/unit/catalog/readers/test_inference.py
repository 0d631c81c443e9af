"""What small trees of many kinds are: type, kind, APIs, resources and connections by the rules alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from homeport.catalog.domain.observation import observed
from homeport.catalog.domain.reading import Reading

Read = Callable[..., Reading]
CODE = "print('hello')\n" * 200
OPENAPI = "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths: {}\n"
PROTO = 'syntax = "proto3";\nservice Price { rpc Get (A) returns (B); }\n'
TEMPLATE = "Resources:\n  Q: {Type: 'AWS::SQS::Queue'}\n"


def project(name: str, description: str = "", *lines: str) -> str:
    more = "\n".join(lines)
    return f'[project]\nname = "{name}"\ndescription = "{description}"\n{more}\n'


def npm(**fields: str) -> str:
    return "{" + ", ".join(f'"{key}": {value}' for key, value in fields.items()) + "}"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"requirements.txt": "# web\nfastapi>=0.1\n-r x.txt\n", "app/routes.py": CODE}, "service"),
        ({"requirements.txt": "requests\n", "notes.py": CODE}, None),
        (
            {
                "pyproject.toml": project(
                    "tracker",
                    "Web-based issue tracking",
                    'dependencies = ["django", "gunicorn"]',
                    'classifiers = ["Environment :: Web Environment"]',
                    '[project.scripts]\ntracker = "t:m"',
                ),
                "tracker/a.py": CODE,
            },
            "service",
        ),
        (
            {
                "pyproject.toml": project(
                    "fastfmt",
                    "A linter",
                    'classifiers = ["Environment :: Console"]',
                    '[tool.maturin]\nbindings = "bin"',
                ),
                "src/main.rs": CODE,
            },
            "tool",
        ),
        (
            {
                "setup.py": "from setuptools import setup\nsetup(name='fmt', entry_points=computed())\n",
                "fmt.egg-info/entry_points.txt": "[console_scripts]\nfmt = fmt:main\n",
                "README.md": "# fmt\n\nA command line tool that formats your files.\n",
                "fmt/a.py": CODE,
            },
            "tool",
        ),
        (
            {
                "package.json": npm(name='"mailer"', bin='"m.js"', main='"m.js"', description='"An SMTP server."'),
                "m.js": CODE,
                "Dockerfile": "FROM node\nEXPOSE 25\n",
            },
            "service",
        ),
    ],
)
def test_what_type_it_is(read: Read, files: Mapping[str, str], kind: str | None) -> None:
    assert observed(read("thing", files))["type"] == kind


def test_a_thin_wrapper_around_definitions_is_an_api(read: Read) -> None:
    long = OPENAPI + "# more\n" * 1_000
    files = {"package.json": npm(name='"shop-openapi"', main='"index.js"'), "index.js": "x", "dist/openapi.yaml": long}
    found = observed(read("shop-openapi", files))
    assert (found["kind"], found["apis"]) == ("API", [{"type": "openapi", "file": "dist/openapi.yaml"}])
    assert observed(read("shop-openapi", {**files, "Dockerfile": "FROM node\n"}))["kind"] == "Component"


def test_definitions_that_were_written_count_before_those_that_were_built(read: Read) -> None:
    files = {"main.py": CODE, "api/openapi.yaml": OPENAPI, "dist/openapi.yaml": OPENAPI}
    assert [one["file"] for one in observed(read("x", files))["apis"]] == ["api/openapi.yaml"]


@pytest.mark.parametrize(("name", "count"), [("acme-protos", 0), ("google-protos", 1), ("googleapis", 1)])
def test_well_known_protocols_are_ones_own_only_by_name(read: Read, name: str, count: int) -> None:
    files = {"pyproject.toml": project(name), "google/price.proto": PROTO, "google/a.py": CODE}
    assert len(observed(read(name, files))["apis"]) == count


def test_a_client_does_not_provide_what_it_calls(read: Read) -> None:
    manifest = project("shop-client", "Client for the shop", 'classifiers = ["Framework :: X"]')
    files = {"pyproject.toml": manifest, "shop/openapi.yaml": OPENAPI, "shop/a.py": CODE}
    assert observed(read("shop-client", files))["apis"] == []


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("pkg/lib/stage.yaml", 1),
        ("resources/pipeline.yml", 1),
        ("pkg/data/t.yaml", 0),
        ("pkg/cookiecutter-x/template.yaml", 0),
        ("pkg/{{name}}/template.yaml", 0),
        ("tests/t.yaml", 0),
    ],
)
def test_templates_count_wherever_the_project_keeps_its_own(read: Read, path: str, count: int) -> None:
    assert len(read("x", {"pyproject.toml": project("x"), path: TEMPLATE, "x.py": CODE}).resources) == count


SETTINGS = """
import os
DEBUG = True
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x"}}
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": os.environ.get("C", "redis://c:6379/1")}}
STORAGES: dict = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
PAYMENT_API_URL = env("PAYMENT_API_URL", default="https://pay.shop.io")
"""
INI = """
[output_redis]
enabled = false
host = 127.0.0.1
[output_hook]
enabled = false
url = https://hooks.shop.io/x
[store]
url = mysql://root@db/x
#url = postgresql://db/x
"""


@pytest.mark.parametrize(
    ("path", "text", "products", "hosts"),
    [
        ("shop/settings.py", SETTINGS, ["postgresql", "redis"], ["pay.shop.io"]),
        ("shop/settings/production.py", SETTINGS, ["postgresql", "redis"], ["pay.shop.io"]),
        ("shop/settings_test.py", SETTINGS, [], []),
        ("shop/settings.py", "DATABASES = {", [], []),
        ("etc/shop.cfg.dist", INI, ["mysql"], ["hooks.shop.io"]),
        ("config/shop.ini", INI, ["mysql"], ["hooks.shop.io"]),
        ("setup.cfg", INI, [], []),
        ("app/config.production.json", '{"database": {"client": "mysql"}}', ["mysql"], []),
        (
            "docker-compose.yml",
            "services:\n  a: {build: ., environment: {LLM_URL: 'http://ollama:11434'}}\n  ollama: {image: x/ollama}\n",
            ["ollama"],
            [],
        ),
    ],
)
def test_what_configuration_connects_to(
    read: Read, path: str, text: str, products: list[str], hosts: list[str]
) -> None:
    found = observed(read("shop-api", {path: text, "main.py": CODE}))
    assert (found["dependsOn"], found["consumesApis"]) == (products, hosts)


@pytest.mark.parametrize(
    ("path", "text", "products", "hosts"),
    [
        ("config.yml", "cache: {url: 'redis://cache'}\n", ["redis"], []),
        ("shop.example.toml", '[db]\ndsn = "host=db user=shop dbname=shop"\n', ["postgresql"], []),
        ("shop_config.yaml", "broker: {server: 'mqtt://localhost'}\n", ["mqtt"], []),
        ("conf/env/production.json", '{"database": {"client": "mysql"}}', ["mysql"], []),
        ("config.yml", "search: {enabled: false, url: 'http://search:9200', api: 'https://api.find.io'}\n", [],
         ["api.find.io"]),
        ("config/templates/app.yml", "cache: {url: 'redis://cache'}\n", [], []),
        ("config/schema.yml", "cache: {url: 'redis://cache'}\n", [], []),
        ("loadtest/compose.yaml", "services:\n  a: {build: .}\n  b: {image: redis}\n", [], []),
        ("latest/compose.yaml", "services:\n  a: {build: .}\n  b: {image: redis}\n", ["redis"], []),
        ("shop/config.py", 'REDIS_URL = os.getenv("REDIS_URL") or "redis://cache"\n', ["redis"], []),
        ("shop/config.py", 'REDIS_URL = "redis://cache"\n' + "# all that can be set\n" * 2_000, [], []),
        ("shop/config.py", 'class Config:\n    CACHE_URL = "redis://cache"\n', ["redis"], []),
        ("shop/settings.py", 'class A(BaseSettings):\n    cache: str = Field("redis://c", env="X")\n', ["redis"], []),
        ("shop/settings.py", 'class A(BaseSettings):\n    pay_api: str = "https://api.pay.io"\n', [], ["api.pay.io"]),
        ("shop/settings.py", 'class A(BaseSettings):\n    stock_api: str = "http://stock-api"\n', ["stock-api"], []),
        ("shop/settings/literals.py", 'CACHE_URL = "redis://cache"\n', [], []),
        ("shop/local_settings.py.sample", 'CACHE_URL = "redis://cache"\n', ["redis"], []),
        ("shop/backends/ldap/config.py", 'URI = "ldap://directory"\nA_URL = "https://api.a.io"\n', [], ["api.a.io"]),
        ("shop/settings.py", 'MONGO_URL = "mongodb://db/a"\nDB_URL = "postgres://db/a"\n', ["mongodb"], []),
        ("conf/backup/shop.yml", "cache: {url: 'redis://cache'}\n", [], []),
        ("conf/shop.properties", "cache.url=redis://cache\n", ["redis"], []),
        ("docker/store.env", "CACHE_URL=redis://cache\n", ["redis"], []),
        ("compose.yaml.example", "services:\n  a: {build: .}\n  b: {image: redis}\n", ["redis"], []),
        ("Dockerfile", "FROM x\nENV A=1 CACHE_URL='redis://cache'\nENV PAY_URL https://api.pay.io\n", ["redis"],
         ["api.pay.io"]),
        ("k8s.yaml", "apiVersion: v1\nkind: Secret\nstringData: {CACHE_URL: 'redis://cache'}\n", ["redis"], []),
        ("config.yml", "store: {host: '${STORE_REDIS_HOST:-cache}'}\n", ["redis"], []),
        ("config.yml", "odbc: 'Driver={PostgreSQL};Server=db;Port=5432;Database=a;Uid=b'\n", ["postgresql"], []),
        ("shop/settings.py", 'class View:\n    CACHE_URL = "redis://cache"\n', [], []),
    ],
)  # fmt: skip
def test_what_is_configuration_and_what_only_looks_so(
    read: Read, path: str, text: str, products: list[str], hosts: list[str]
) -> None:
    found = observed(read("shop-api", {path: text, "main.py": CODE}))
    assert (found["dependsOn"], found["consumesApis"]) == (products, hosts)


def test_a_protocol_of_another_public_repository_is_not_ones_own(read: Read) -> None:
    theirs = PROTO + 'option go_package = "github.com/others/wallet/rpc";\n'
    ours = PROTO + 'option go_package = "github.com/acme/shop/rpc";\n'
    files = {"shop/wallet.proto": theirs, "shop/price.proto": ours, "main.py": CODE}
    assert [one["file"] for one in observed(read("shop-api", files))["apis"]] == ["shop/price.proto"]


def test_the_client_of_one_language_does_not_make_the_whole_a_client(read: Read) -> None:
    manifest = project("shop", "Python SDK for the shop", 'classifiers = ["Framework :: X"]')
    files = {"pyproject.toml": manifest, "shop/price.proto": PROTO, "shop/a.py": CODE}
    assert observed(read("shop", files))["apis"] == []
    assert len(observed(read("shop", {**files, "go.mod": "module acme.io/shop\n"}))["apis"]) == 1


def test_a_copied_definition_says_where_it_is_from(read: Read) -> None:
    copied = "# The wallet's API, version 1, from\n# https://github.com/others/wallet/blob/main/api.yaml\n" + OPENAPI
    files = {"shop/wallet.yaml": copied, "shop/price.yaml": OPENAPI, "main.py": CODE}
    assert [one["file"] for one in observed(read("shop-api", files))["apis"]] == ["shop/price.yaml"]


def test_protocols_that_everybody_copies_are_nobodys_own(read: Read) -> None:
    files = {"shop/health.proto": "package grpc.health.v1;\n" + PROTO, "main.py": CODE}
    assert observed(read("shop-api", files))["apis"] == []


def test_code_made_from_protocols_adds_nothing_to_them(read: Read) -> None:
    files = {"pyproject.toml": project("shop-protos"), "shop/a.proto": PROTO, "shop/a_pb2.py": CODE, "shop/v.py": "#"}
    found = observed(read("shop-protos", files))
    assert (found["kind"], found["type"]) == ("API", "library")


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("docs/shop-api-spec.yaml", 1),
        ("docs/static/shop-spec.yaml", 1),
        ("docs/static/other-spec.yaml", 0),
        ("docs/openapidocs.yaml", 1),
        ("contrib/openapi.yaml", 1),
        ("contrib/page.yaml", 0),
    ],
)
def test_definitions_beside_the_code_have_the_usual_name_or_the_projects(read: Read, path: str, count: int) -> None:
    assert len(observed(read("shop", {path: OPENAPI, "main.py": CODE}))["apis"]) == count


def test_processes_configured_side_by_side_are_one_project(read: Read) -> None:
    files = {
        "main.py": CODE,
        "conf/cache.yml": "storage: {url: 'http://storage:1'}\npay: {url: 'http://pay-api:1'}\n",
        "conf/storage.yml": "a: 1\n",
    }
    assert observed(read("shop", files))["dependsOn"] == ["pay-api"]


def test_what_a_package_hands_out_connects_it_to_nothing(read: Read) -> None:
    files = {
        "pyproject.toml": project("shop", "A web server"),
        "shop/__init__.py": CODE,
        "shop/defaults/compose.yml": "services:\n  a: {build: .}\n  b: {image: redis}\n",
    }
    assert observed(read("shop", files))["dependsOn"] == []


def test_configuration_of_a_package_that_is_only_there_built_is_its_own(read: Read) -> None:
    script = "exports.default = { cache: { url: 'redis://cache' } };\n"
    files = {"package.json": npm(name='"shop"'), "dist/config/default.js": script, "dist/index.js": CODE}
    assert observed(read("shop", files))["dependsOn"] == ["redis"]
    assert observed(read("shop", {**files, "src/index.js": CODE}))["dependsOn"] == []


def test_archives_write_hyphens_of_python_packages_as_underscores(read: Read) -> None:
    files = {"pyproject.toml": project("shop_api"), "shop_api/a.py": CODE}
    assert observed(read("shop_api-1.2.0", files))["name"] == "shop-api"
    assert observed(read("shop_api", files))["name"] == "shop_api"
    assert observed(read("shop_api-20260102", files))["name"] == "shop-api"


def test_a_library_connects_to_nothing_itself(read: Read) -> None:
    manifest = project("orm", "A library for tables", 'classifiers = ["Framework :: X"]')
    files = {"pyproject.toml": manifest, "config/app.yaml": "database: {url: 'mysql://db/x'}\n", "orm/a.py": CODE}
    found = observed(read("orm", files))
    assert (found["type"], found["dependsOn"]) == ("library", [])


def test_a_namespace_named_like_the_repository_does_not_hide_a_host(read: Read) -> None:
    files = {"main.py": CODE, ".env.example": "STOCK_URL=http://stock-api.order.svc\nSELF_URL=http://order.order.svc\n"}
    assert observed(read("order", files))["consumesApis"] == ["stock-api.order.svc"]


def test_a_tools_compose_file_counts_and_a_librarys_does_not(read: Read) -> None:
    compose = "services:\n  a: {build: .}\n  b: {image: neo4j}\n"
    tool = {"pyproject.toml": project("shop-cli", "A tool for shops.", '[project.scripts]\nshop-cli = "shop:main"')}
    library = {"pyproject.toml": project("shop", "A library for shops."), "README.md": "# Shop\n\n    import shop\n"}
    found = [observed(read("shop", {**files, "shop/a.py": CODE, "compose.yaml": compose})) for files in (tool, library)]
    assert [(one["type"], one["dependsOn"]) for one in found] == [("tool", ["neo4j"]), ("library", [])]


@pytest.mark.parametrize(("description", "count"), [("Protobufs for the shop SDK.", 1), ("The shop SDK.", 0)])
def test_a_package_of_definitions_is_no_client_whoever_it_is_for(read: Read, description: str, count: int) -> None:
    manifest = npm(name='"shop"', description=f'"{description}"', main='"lib/index.js"')
    found = observed(read("shop", {"package.json": manifest, "src/price.proto": PROTO, "lib/index.js": CODE}))
    assert len(found["apis"]) == count


def test_definitions_in_docs_may_carry_the_number_of_their_format(read: Read) -> None:
    assert len(observed(read("shop", {"docs/price-openapi3-v1.yaml": OPENAPI, "main.py": CODE}))["apis"]) == 1


def test_what_is_less_sure_is_left_out_where_only_the_sure_is_wanted(read: Read) -> None:
    settings = 'CACHE_URL = "redis://cache"\nLDAP_HOST = "directory"\n'
    reading = read("shop-api", {"shop/settings.py": settings, "main.py": CODE})
    assert observed(reading)["dependsOn"] == ["ldap", "redis"]
    assert observed(reading, 0.6)["dependsOn"] == ["redis"]
