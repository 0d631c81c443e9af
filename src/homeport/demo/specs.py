"""The 24 APIs of Saebom, as OpenAPI, AsyncAPI and protobuf files describe them."""

from __future__ import annotations

from dataclasses import dataclass

from homeport.demo.interfaces import Field, Interface, Operation
from homeport.demo.state import Plan, State
from homeport.demo.wording import pascal, snake

_OPENAPI = (
    *("mall-bff", "search-api", "recommend-api", "review-api", "order-api", "cart-api", "claim-api", "delivery-api"),
    *("gift-api", "payment-api", "member-api", "auth-api", "coupon-api", "product-api", "promotion-api"),
    *("stock-api", "store-api"),
)
_GRPC = ("pg-adapter", "point-ledger", "price-api")
# repository: (title, topic, Korean description)
_ASYNCAPI = {
    "order-api": ("Order events", "order.events.v1", "주문 상태가 바뀔 때마다 발행합니다."),
    "stock-cdc-consumer": ("Stock events", "stock.changes.v1", "매장 재고가 바뀔 때마다 발행합니다."),
    "event-collector": ("Clickstream", "clickstream.events.v1", "웹과 앱의 행동 로그입니다."),
    "notification-api": ("Notification API", "prod-notification-requests", "알림 요청 큐의 메시지입니다."),
}
_PROTO_PATHS = {
    "pg-adapter": "src/main/proto/pg_adapter.proto",
    "point-ledger": "proto/saebom/point/v1/point_ledger.proto",
    "price-api": "api/price.proto",
}
_JSON_TYPES = {
    "datetime": "{ type: string, format: date-time }",
    "list": "{ type: array, items: { type: string } }",
}
_PROTO_TYPES = {
    "string": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "datetime": "google.protobuf.Timestamp",
    "list": "repeated string",
}


@dataclass(frozen=True)
class Specification:
    """An API a repository describes: `type` is openapi, asyncapi or grpc; `path` the file in the repository."""

    component: str
    name: str
    type: str
    path: str


def specifications(component_name: str, paths: tuple[str, str]) -> tuple[Specification, ...]:
    """Return the APIs of a component; `paths` are where its team keeps OpenAPI and AsyncAPI files."""
    found = []
    if component_name in _OPENAPI:
        found.append(Specification(component_name, component_name, "openapi", paths[0]))
    if component_name in _GRPC:
        found.append(Specification(component_name, component_name, "grpc", _PROTO_PATHS[component_name]))
    if component_name in _ASYNCAPI:
        name = _ASYNCAPI[component_name][0].lower().replace(" ", "-")
        found.append(Specification(component_name, name, "asyncapi", paths[1]))
    return tuple(found)


def specifications_of(plan: Plan) -> tuple[Specification, ...]:
    """Return the APIs of a repository with the paths its team chose."""
    component = plan.component
    openapi = component.choice("openapi", ("openapi.yaml", "api/openapi.yaml", "docs/openapi.yml", "openapi.yaml"))
    if component.language in {"java", "kotlin"}:
        openapi = "src/main/resources/static/openapi.yaml"
    asyncapi = component.choice("asyncapi", ("asyncapi.yaml", "api/asyncapi.yaml", "docs/asyncapi.yaml"))
    return specifications(component.name, (openapi, asyncapi))


def files(plan: Plan, state: State) -> dict[str, str]:
    """Return the specification files of a repository by path."""
    if not state.has_specification:
        return {}
    render = {"openapi": _openapi, "asyncapi": _asyncapi, "grpc": _proto}
    return {spec.path: render[spec.type](plan, state) for spec in specifications_of(plan)}


def _openapi(plan: Plan, state: State) -> str:
    component, interface = plan.component, plan.interface
    korean = component.choice("spec language", ("ko", "en", "ko")) == "ko"
    lines = [
        "openapi: 3.0.3",
        "info:",
        f"  title: {component.title_ko if korean else component.title}",
        f"  description: {component.summary_ko if korean else component.summary}",
        f'  version: "{state.version_text}"',
        "servers:",
        f"  - url: https://{component.name}.saebom.example/v1",
        "paths:",
    ]
    by_path: dict[str, list[Operation]] = {}
    for operation, _ in state.operations(interface):
        by_path.setdefault(operation.path, []).append(operation)
    for path, operations in by_path.items():
        lines.append(f"  {path}:")
        for operation in operations:
            lines += _openapi_operation(interface, operation, korean)
    return "\n".join([*lines, *_openapi_components(interface)]) + "\n"


def _openapi_operation(interface: Interface, operation: Operation, korean: bool) -> list[str]:
    lines = [
        f"    {operation.method.lower()}:",
        f"      operationId: {operation.name}",
        f"      summary: {operation.summary_ko if korean else operation.summary}",
        f"      tags: [{interface.variable}]",
    ]
    if operation.parameters:
        lines.append("      parameters:")
        lines += [
            f"        - {{ name: {name}, in: path, required: true, schema: {{ type: string }} }}"
            for name in operation.parameters
        ]
    schema = f'$ref: "#/components/schemas/{interface.noun}"'
    if operation.has_body:
        lines += ["      requestBody:", "        content:", "          application/json:"]
        lines += ["            schema:", f"              {schema}"]
    return lines + _openapi_responses(operation, schema)


def _openapi_responses(operation: Operation, schema: str) -> list[str]:
    if operation.method == "DELETE":
        return ["      responses:", '        "204":', "          description: Deleted"]
    status = "201" if operation.name.startswith(("create", "issue", "send")) else "200"
    lines = ["      responses:", f'        "{status}":', "          description: OK", "          content:"]
    lines += ["            application/json:", "              schema:"]
    if operation.answers_list:
        lines += ["                type: array", "                items:", f"                  {schema}"]
    else:
        lines.append(f"                {schema}")
    if operation.parameters:
        lines += ['        "404":', '          $ref: "#/components/responses/NotFound"']
    return lines


def _openapi_components(interface: Interface) -> list[str]:
    lines = ["components:", "  securitySchemes:", "    bearer: { type: http, scheme: bearer, bearerFormat: JWT }"]
    lines += ["  responses:", "    NotFound:", "      description: No such record", "  schemas:"]
    lines += [f"    {interface.noun}:", "      type: object", f"      required: [{interface.fields[0].name}]"]
    return [*lines, "      properties:", *(line for field in interface.fields for line in _schema_property(field, 8))]


def _schema_property(field: Field, indent: int) -> list[str]:
    pad = " " * indent
    if field.type in _JSON_TYPES:
        return [f"{pad}{field.name}: {_JSON_TYPES[field.type]}"]
    return [f"{pad}{field.name}:", f"{pad}  type: {field.type}", f"{pad}  description: {field.title_ko}"]


def _asyncapi(plan: Plan, state: State) -> str:
    title, topic, description = _ASYNCAPI[plan.component.name]
    interface = plan.interface
    message = f"{interface.noun}Changed" if topic.count(".") else f"{interface.noun}Requested"
    protocol = "kafka" if topic.count(".") else "sqs"
    host = "kafka-1.saebom.example:9092" if protocol == "kafka" else "sqs.saebom.example"
    lines = [
        "asyncapi: 2.6.0",
        "info:",
        f"  title: {title}",
        f'  version: "{state.version[0]}.{state.version[1]}.0"',
        f"  description: {description}",
        "servers:",
        "  production:",
        f"    url: {host}",
        f"    protocol: {protocol}",
        "channels:",
        f"  {topic}:",
        "    subscribe:",
        f"      operationId: on{message}",
        "      message:",
        f'        $ref: "#/components/messages/{message}"',
        "components:",
        "  messages:",
        f"    {message}:",
        f"      name: {message}",
        "      contentType: application/json",
        "      payload:",
        "        type: object",
        f"        required: [{interface.fields[0].name}]",
        "        properties:",
    ]
    return "\n".join([*lines, *(line for field in interface.fields for line in _schema_property(field, 10))]) + "\n"


def proto_package(component_name: str) -> str:
    """`price-api` -> `saebom.price.v1`."""
    return {"pg-adapter": "saebom.pg.v1", "point-ledger": "saebom.point.v1", "price-api": "saebom.price.v1"}[
        component_name
    ]


def _proto(plan: Plan, state: State) -> str:
    component, interface = plan.component, plan.interface
    package = proto_package(component.name)
    options = f'option go_package = "git.saebom.example/{component.system}/{component.name}/gen;gen";'
    if component.language == "java":
        options = 'option java_package = "example.saebom.pg.v1";\noption java_multiple_files = true;'
    operations = [operation for operation, _ in state.operations(interface)]
    service = [f"// {component.title_ko}: {component.summary_ko}", f"service {pascal(component.name)} {{"]
    service += [f"  // {operation.summary_ko}\n{_rpc(interface, operation)}" for operation in operations]
    message = [f"message {interface.noun} {{"]
    message += [
        f"  {_PROTO_TYPES[field.type]} {snake(field.name)} = {place}; // {field.title_ko}"
        for place, field in enumerate(interface.fields, 1)
    ]
    needs_time = any(field.type == "datetime" for field in interface.fields)
    imports = 'import "google/protobuf/timestamp.proto";\n\n' if needs_time else ""
    requests = "\n\n".join(_request(interface, operation) for operation in operations)
    head = f'syntax = "proto3";\n\npackage {package};\n\n{imports}{options}\n\n'
    return head + "\n".join([*service, "}", "", *message, "}", "", requests]) + "\n"


def _rpc(interface: Interface, operation: Operation) -> str:
    answer = f"stream {interface.noun}" if operation.answers_list else interface.noun
    return f"  rpc {operation.pascal}({operation.pascal}Request) returns ({answer});"


def _request(interface: Interface, operation: Operation) -> str:
    key = snake(interface.fields[0].name)
    if operation.has_body:
        return f"message {operation.pascal}Request {{\n  {interface.noun} {interface.snake} = 1;\n}}"
    key_type = "repeated string" if operation.answers_list else "string"
    return f"message {operation.pascal}Request {{\n  {key_type} {key} = 1;\n}}"
