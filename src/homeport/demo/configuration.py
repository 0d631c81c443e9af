"""The settings each component of Saebom runs with: addresses of what it calls, topics, queues, databases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from homeport.demo.company import COMPONENT_BY_NAME, Component
from homeport.demo.infrastructure import resources_of
from homeport.demo.state import State
from homeport.demo.wording import upper

GRPC_NAMES = frozenset({"pg-adapter", "point-ledger", "price-api"})
_STORE_DATABASE_READERS = frozenset({"store-stock", "stock-cdc-consumer", "pos-gateway", "warehouse-sync"})
_STORE_DATABASE = "store-db.saebom.example:1521/STORE"
_PAYMENT_GATEWAYS = (
    ("GATEWAY_HANBIT_URL", "https://api.hanbit-pay.saebom.example/v2"),
    ("GATEWAY_DURE_URL", "https://gw.dure-pg.saebom.example"),
)


@dataclass(frozen=True)
class Setting:
    """An environment variable and what it is in production."""

    name: str
    value: str


@cache
def address(caller: str, callee: str) -> Setting:
    """Return how `caller` is told where `callee` is; teams write this in different ways."""
    target = COMPONENT_BY_NAME[callee]
    inside = f"{callee}.{target.system}.svc.cluster.local"
    name = upper(callee)
    if callee in GRPC_NAMES:
        return Setting(f"{name}_ADDR", f"{inside}:9090")
    source = COMPONENT_BY_NAME[caller]
    if source.type == "website":
        return Setting(f"{name}_BASE_URL", f"https://{callee}.saebom.example/v1")
    habit = source.choice(callee, ("inside", "inside", "short", "public", "base"))
    if habit == "short":
        return Setting(f"{name}_URL", f"http://{callee}.{target.system}:8080")
    if habit == "public":
        return Setting(f"{name}_URL", f"https://{callee}.saebom.example/v1")
    return Setting(f"{name}_BASE_URL" if habit == "base" else f"{name}_URL", f"http://{inside}:8080")


def settings(component: Component, state: State) -> tuple[Setting, ...]:
    """Return every setting a component has at this point, the addresses of what it calls first."""
    found = [address(component.name, callee) for callee in component.calls[: state.wired]]
    if component.type != "website":
        found += _streams(component) + _stores(component, state)
        found += [Setting(f"{upper(name.split('-', 1)[1])}_NAME", name) for name in component.uses]
        found.append(Setting("HTTP_TIMEOUT_MS", str(state.timeout_ms)))
    if component.name == "pg-adapter":
        found += [Setting(name, url) for name, url in _PAYMENT_GATEWAYS]
    return tuple(found)


def _streams(component: Component) -> list[Setting]:
    topics = [*component.subscribes, *component.publishes]
    if not topics:
        return []
    found = [Setting("KAFKA_BOOTSTRAP_SERVERS", "kafka-1.saebom.example:9092,kafka-2.saebom.example:9092")]
    found += [Setting(f"KAFKA_TOPIC_{upper(topic.split('.')[0])}", topic) for topic in topics]
    if component.subscribes:
        found.append(Setting("KAFKA_GROUP_ID", component.name))
    return found


def _stores(component: Component, state: State) -> list[Setting]:
    found = [
        _store(component, resource.type, resource.name, upper(resource.logical_id))
        for resource in resources_of(component.name)[: state.declared]
        if not resource.type.endswith("kafka_topic")
    ]
    if component.name in _STORE_DATABASE_READERS:
        driver = "jdbc:oracle:thin:@//" if component.language == "java" else "oracle+oracledb://"
        found.append(Setting("STORE_DB_URL", driver + _STORE_DATABASE))
    return found


def _store(component: Component, type_: str, name: str, variable: str) -> Setting:
    if "RDS" in type_:
        database = component.name.split("-")[0]
        if component.language in {"java", "kotlin"}:
            return Setting("DB_URL", f"jdbc:postgresql://{name}.saebom.example:5432/{database}")
        return Setting("DATABASE_URL", f"postgresql://{database}@{name}.saebom.example:5432/{database}")
    if "ElastiCache" in type_:
        return Setting("REDIS_URL", f"rediss://{name}.saebom.example:6379/0")
    if "OpenSearch" in type_:
        return Setting("OPENSEARCH_URL", f"https://{name}.saebom.example")
    return Setting(f"{variable}_NAME", name)
