"""What a setting connects to, by its name and value alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.domain.connections import address_host, connections
from homeport.catalog.domain.evidence import Where
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.products import product_of_image
from homeport.catalog.domain.settings import Setting

PLACE = Place(".env.example", 1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", "postgres://user:secret@localhost:5432/order", ("database", "order", "postgresql")),
        ("DB_URL", "mysql+pymysql://root@db/shop?charset=utf8", ("database", "shop", "mysql")),
        ("DB_URL", "postgresql://db/${NAME}", ("product", "postgresql", "postgresql")),
        ("spring.datasource.url", "jdbc:oracle:thin:@//db.saebom:1521/STORE", ("database", "STORE", "oracle")),
        ("spring.datasource.url", "jdbc:oracle:thin:@db.saebom:1521:STORE", ("database", "STORE", "oracle")),
        ("x", "jdbc:sqlserver://h:1433;databaseName=Pos;encrypt=true", ("database", "Pos", "sqlserver")),
        ("spring.r2dbc.url", "r2dbc:postgresql://db:5432/claim", ("database", "claim", "postgresql")),
        ("CELERY_BROKER_URL", "redis://redis:6379/0", ("product", "redis", "redis")),
        ("AMQP", "amqps://u:p@mq/vhost", ("product", "rabbitmq", "rabbitmq")),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka-0:9092,kafka-1:9092", ("product", "kafka", "kafka")),
        ("spring.kafka.bootstrap-servers", "${KAFKA:broker:9092}", ("product", "kafka", "kafka")),
        ("spring.data.redis.host", "cache", ("product", "redis", "redis")),
        ("ELASTICSEARCH_URL", "http://search:9200", ("product", "elasticsearch", "elasticsearch")),
        ("DB_CONNECTION", "mysql", ("product", "mysql", "mysql")),
        ("DB_ENGINE", "django.db.backends.postgresql", ("product", "postgresql", "postgresql")),
        ("QUEUE_URL", "https://sqs.ap-northeast-2.amazonaws.com/123/order-q", ("queue", "order-q", "sqs")),
        ("ALARM", "arn:aws:sns:ap-northeast-2:123:alarms", ("topic", "alarms", "sns")),
        ("ORDER_EVENTS_TOPIC", "order.events.v1", ("topic", "order.events.v1", None)),
        ("kafka.topics.order-created", "order.created", ("topic", "order.created", "kafka")),
        ("S3_BUCKET", "receipts", ("bucket", "receipts", "s3")),
        ("DYNAMODB_TABLE", "coupons", ("table", "coupons", "dynamodb")),
        (
            "STOCK_API_URL",
            "http://stock-api.inventory.svc.cluster.local:8080/v1",
            ("host", "stock-api.inventory.svc.cluster.local", None),
        ),
        ("clients.stock.baseUrl", "http://stock-api", ("host", "stock-api", None)),
        ("PAYMENT_GRPC_ADDR", "payment-api:50051", ("host", "payment-api", None)),
        ("STRIPE_API_BASE", "https://api.stripe.com/v1", ("host", "api.stripe.com", None)),
        ("STOCK_API_URL", "${STOCK_URL:-http://stock-api:80}", ("host", "stock-api", None)),
    ],
)
def test_a_setting_connects_to(name: str, value: str, expected: tuple[str, str, str | None]) -> None:
    (found,) = connections([Setting(name, value, "env", PLACE)])
    assert (found.kind, found.value, found.product) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_URL", "https://www.saebom.co.kr"),
        ("DOCS_URL", "https://guide.saebom.co.kr"),
        ("API_URL", "http://localhost:8080"),
        ("API_URL", "https://api.example.com"),
        ("API_URL", "https://your-api.com"),
        ("API_URL", "http://10.0.0.1/x"),
        ("API_URL", "http://${HOST}/x"),
        ("API_URL", "https://<host>/x"),
        ("REPOSITORY", "https://github.com/saebom/order"),
        ("DB_URL", "jdbc:h2:mem:test"),
        ("DB_URL", "sqlite:///x.db"),
        ("DB_CONNECTION", "sqlite"),
        ("CACHE_DRIVER", "file"),
        ("TOPIC_COUNT", "3"),
        ("NAME", "redis"),
        ("LOG_LEVEL", "info"),
        ("PORT", "5432"),
        ("SCHEMA", "http://json-schema.org/draft-07/schema#"),
        ("ALLOWED_ORIGINS", "https://shop.saebom.co.kr"),
        ("", ""),
    ],
)
def test_a_setting_connects_to_nothing(name: str, value: str) -> None:
    assert connections([Setting(name, value, "env", PLACE)]) == []


@given(st.text(max_size=30), st.text(max_size=120))
def test_any_setting_is_read(name: str, value: str) -> None:
    found = connections([Setting(name, value, "env", PLACE)])
    assert all(0 < one.confidence <= 1 and one.place == PLACE for one in found)


@given(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.from_regex(r"[A-Za-z0-9%!-]{6,12}", fullmatch=True))
def test_a_password_is_never_kept(user: str, password: str) -> None:
    for scheme in ("postgres", "amqp", "http", "redis", "mongodb"):
        setting = Setting("ORDER_API_URL", f"{scheme}://{user}:{password}@stock-api-host:80/shopdb", "env", PLACE)
        assert all(password not in f"{one.value} {one.product}" for one in connections([setting]))


@pytest.mark.parametrize(
    ("image", "product"),
    [
        ("postgres:16", "postgresql"),
        ("bitnami/redis@sha256:1", "redis"),
        ("reg.io:5000/x/kafka:3", "kafka"),
        ("saebom/order", None),
    ],
)
def test_images_tell_their_product(image: str, product: str | None) -> None:
    assert product_of_image(image) == product


def test_hosts_of_a_cluster_are_others_although_local() -> None:
    assert address_host("Stock-API.inventory.svc.cluster.local.") == "stock-api.inventory.svc.cluster.local"
    assert address_host("printer.local") is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PAYMENT_API_URL", "https://payment-api.acme.example/v1", ("sample-host", "payment-api.acme.example", "http")),
        ("NEXT_PUBLIC_API_URL", "https://mall-bff.acme.internal", ("sample-host", "mall-bff.acme.internal", "http")),
        ("x.url", "${X_URL:https://stock-api.example.com}", ("sample-host", "stock-api.example.com", "http")),
        ("PRICE_GRPC_URL", "http://price-api:5001", ("host", "price-api", "grpc")),
        ("PRICE_TARGET", "price-api:50051", ("host", "price-api", "grpc")),
        ("PRICE_TARGET", "dns:///price-api:6000", ("host", "price-api", "grpc")),
        ("STOCK_API_HOST", "stock-api:8080", ("host", "stock-api", "http")),
        ("STOCK_API_HOST", "stock-api:7001", ("host", "stock-api", None)),
        ("STOCK_API_URL", "http://stock-api/graphql", ("host", "stock-api", "graphql")),
    ],
)
def test_a_setting_tells_how_a_host_is_called(name: str, value: str, expected: tuple[str, str, str | None]) -> None:
    (found,) = connections([Setting(name, value, "env", PLACE)])
    assert (found.kind, found.value, found.protocol) == expected


@pytest.mark.parametrize("host", ["api.acme.example", "www.example.com", "your-api.example.com", "localhost"])
def test_a_stand_in_is_no_host_even_of_a_sample(host: str) -> None:
    assert connections([Setting("PAYMENT_API_URL", f"https://{host}/v1", "env", PLACE)]) == []


@pytest.mark.parametrize(
    ("value", "engine"),
    [
        ("host=db port=5432 user=shop dbname=orders sslmode=disable", "postgresql"),
        ("Host=db;Database=orders;Username=shop", "postgresql"),
        ("Server=db;Database=orders;User Id=shop", "sqlserver"),
        ("Server=db;Port=3306;Database=orders;Uid=shop", "mysql"),
        ("shop:secret@tcp(db:3306)/orders?parseTime=true", "mysql"),
    ],
)
def test_connection_strings_of_words_tell_engine_and_database(value: str, engine: str) -> None:
    (found,) = connections([Setting("ConnectionStrings.Shop", value, "configuration", PLACE)])
    assert (found.kind, found.value, found.product) == ("database", "orders", engine)


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.shop.io/api",
        "https://shop.io/docs/api/charges",
        "https://shop.io/api/client.min.js",
        "https://shop.io/geo/regions.zip",
        "https://shop.io/api#charges",
    ],
)
def test_what_is_read_or_downloaded_is_not_called(url: str) -> None:
    assert connections([Setting("SHOP_API_URL", url, "env", PLACE)]) == []


@pytest.mark.parametrize("url", ["https://pay.shop.io/v1", "http://help.support.svc/docs", "http://docs-api/wiki"])
def test_what_is_called_may_be_named_like_a_page_inside(url: str) -> None:
    assert len(connections([Setting("SHOP_API_URL", url, "env", PLACE)])) == 1


def test_a_socket_beside_the_api_of_the_same_domain_is_no_second_api() -> None:
    api = Setting("PAY_API_URL", "https://api.pay.io", "env", PLACE)
    socket = Setting("PAY_API_SOCKET_URL", "wss://live.pay.io", "env", PLACE)
    assert [one.value for one in connections([api, socket])] == ["api.pay.io"]
    assert [one.value for one in connections([socket])] == ["live.pay.io"]


@pytest.mark.parametrize("name", ["ENDPOINT_REGION", "NODE_ENV", "SERVER_TYPE"])
def test_a_setting_about_an_address_is_none(name: str) -> None:
    assert connections([Setting(name, "eu-west-1", "env", PLACE)]) == []


def settings_of(**values: str) -> list[Setting]:
    return [Setting(name, value, "env", PLACE) for name, value in values.items()]


def test_a_host_and_the_port_beside_it_are_one_address() -> None:
    found = connections(settings_of(KEYS_HOST="localhost", KEYS_PORT="6379", ROWS_HOST="db-1", ROWS_PORT="5432"))
    assert [one.value for one in found] == ["redis", "postgresql"]


@pytest.mark.parametrize("switch", ["SEARCH_ENABLED", "ENABLE_SEARCH", "USE_SEARCH", "search.enabled"])
def test_a_switch_turns_off_what_is_named_like_it(switch: str) -> None:
    on, off = ([Setting(switch, value, "env", PLACE)] for value in ("true", "false"))
    connected = settings_of(SEARCH_URL="http://elasticsearch:9200")
    assert [one.value for one in connections(on + connected)] == ["elasticsearch"]
    assert connections(off + connected) == []


def test_a_variable_that_is_handed_on_says_nothing() -> None:
    assert connections(settings_of(REDIS_HOST="${REDIS_HOST}", S3_ENDPOINT="$S3_ENDPOINT")) == []
    assert [one.value for one in connections(settings_of(REDIS_HOST="${CACHE_HOST}"))] == ["redis"]


def test_the_word_next_to_the_address_names_the_product() -> None:
    assert [one.value for one in connections(settings_of(KAFKA_ZOOKEEPER_URIS="10.0.0.1:2181"))] == ["zookeeper"]


@pytest.mark.parametrize(
    ("name", "value", "hosts"),
    [
        ("BASE_URL", "https://parcel.io", []),
        ("servers.url", "https://parcel.io", []),
        ("PAY_BASE_URL", "https://api.pay.io", ["api.pay.io"]),
        ("SMTP_SERVER", "smtp.post.io:443", []),
        ("CHAT_HOST", "chat.talk.io:6697", []),
        ("STOCK_HOST", "stock.parcel.io:443", ["stock.parcel.io"]),
        ("CONSOLE_URL", "https://console.parcel.io", []),
        ("OIDC_ISSUER_URL", "https://id.parcel.io", ["id.parcel.io"]),
        ("CERTIFICATE_ISSUER_URL", "https://id.parcel.io", []),
        ("GITHUB_OAUTH_URL", "https://github.com/login/oauth/authorize", ["github.com"]),
        ("GITHUB_URL", "https://github.com", ["github.com"]),
        ("GITHUB_URL", "https://github.com/parcel/parcel", []),
        ("PROMETHEUS_ADDR", "0.0.0.0:9200", []),
        ("ALIEN_VAULT_URL", "https://feeds.alien.io", ["feeds.alien.io"]),
        ("DEFAULTED_URL", "${env.PAY_URL:=https://api.pay.io}", ["api.pay.io"]),
    ],
)
def test_whose_an_address_is(name: str, value: str, hosts: list[str]) -> None:
    assert [one.value for one in connections([Setting(name, value, "env", PLACE)])] == hosts


def test_of_a_section_that_is_off_only_hosts_of_others_count() -> None:
    settings = [
        Setting("CACHE_URL", "redis://cache", "env", PLACE, is_off=True),
        Setting("PAY_API_URL", "https://api.pay.io", "env", PLACE, is_off=True),
    ]
    assert [one.value for one in connections(settings)] == ["api.pay.io"]


@pytest.mark.parametrize(
    ("name", "value", "hosts"),
    [
        ("OGC_SERVER.encoding", "utf-8", []),
        ("HOOK_URL", "https://test.dev/hook", []),
        ("PORTRAIT_URL", "https://www.avatars.io/{hash}", ["www.avatars.io"]),
    ],
)
def test_which_names_are_hosts_of_others(name: str, value: str, hosts: list[str]) -> None:
    assert [one.value for one in connections([Setting(name, value, "configuration", PLACE)])] == hosts


def test_what_connects_is_as_sure_as_such_evidence_is() -> None:
    def confidences(name: str, value: str, where: Where) -> list[float]:
        return [one.confidence for one in connections([Setting(name, value, "configuration", PLACE, where=where)])]

    (stated,), (asked,) = (
        confidences("CACHE", "redis://cache", Where.FILE),
        confidences("REDIS_HOST", "cache", Where.MODULE),
    )
    assert stated > asked > 0
    assert confidences("REDIS_HOST", "cache", Where.LONG_MODULE) == []
