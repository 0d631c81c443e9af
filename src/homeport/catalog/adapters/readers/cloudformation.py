"""CloudFormation and SAM templates: what they create, for which system, and what kind of thing runs there.

Source: AWS CloudFormation User Guide, "Template anatomy"; AWS SAM, "AWS::Serverless::Function".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from homeport.catalog.adapters.readers.syntax import line_of, parse_json, parse_yaml
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.reading import DeclaredResource
from homeport.catalog.domain.resources import resource_type
from homeport.catalog.domain.settings import Setting

_TYPE = re.compile(r"[\"']?Type[\"']?\s*:\s*[\"']?AWS::\w+::\w+")
_NAME_PROPERTIES = (
    *("QueueName", "TopicName", "TableName", "BucketName", "DBInstanceIdentifier", "DBClusterIdentifier"),
    *("ClusterName", "FunctionName", "StreamName", "CacheClusterId", "ReplicationGroupId", "RepositoryName"),
    *("DomainName", "DeliveryStreamName", "StateMachineName", "UserPoolName", "ServerlessCacheName", "BrokerName"),
    *("KeyspaceName", "Name"),
)
_LEAST_LITERAL = 4
_LITERAL_START = re.compile(r"[A-Za-z0-9][\w.-]*?(?=[-_./]*\$\{)")


@dataclass(frozen=True, slots=True)
class Template:
    """What one template tells."""

    resources: tuple[DeclaredResource, ...] = ()
    systems: tuple[Candidate, ...] = ()
    deployments: tuple[Candidate, ...] = ()
    settings: tuple[Setting, ...] = ()


def is_template(text: str) -> bool:
    """Whether the text looks like a CloudFormation template; cheap."""
    return "Resources" in text and _TYPE.search(text) is not None


def read_template(path: str, text: str) -> Template:
    """Return what the template in `text` creates.

    Raises:
        BrokenFile: it is neither YAML nor JSON.
    """
    if text.lstrip().startswith("{"):
        return template_of(path, parse_json(text), "cloudformation")
    documents = parse_yaml(text)
    return template_of(path, documents[0].value if documents else None, "cloudformation")


def template_of(path: str, value: Any, source: str) -> Template:
    """Return what the template `value` creates; resources of unknown shape are passed over."""
    resources = _map(_map(value).get("Resources"))
    declared = [
        _resource(path, resources, logical_id, body, source)
        for logical_id, body in resources.items()
        if isinstance(body, dict) and str(body.get("Type", "")).startswith(("AWS::", "Custom::"))
    ]
    return Template(
        tuple(declared),
        tuple(_systems(path, resources, source)),
        tuple(_deployments(path, resources, source)),
        tuple(_settings(path, resources, source)),
    )


def _resource(path: str, resources: Any, logical_id: str, body: dict[str, Any], source: str) -> DeclaredResource:
    cloud_type = str(body["Type"])
    properties = _map(body.get("Properties"))
    given = (properties.get(name) for name in _NAME_PROPERTIES)
    said = [value for one in given if (value := _template_text(one))]
    name = next((one for one in map(literal_name, said) if one), None)
    pattern = next((one for one in map(name_pattern, said) if one), None)
    place = Place(path, line_of(resources, logical_id))
    return DeclaredResource(logical_id, cloud_type, resource_type(cloud_type), name, source, place, pattern)


def _template_text(value: Any) -> str:
    """A name as text with `${...}` for what is variable; "" where no part of it is written down.

    Source: AWS CloudFormation User Guide, Fn::Sub and Fn::Join.
    """
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    subbed, joined = value.get("Fn::Sub"), value.get("Fn::Join")
    if isinstance(subbed, list) and subbed:
        subbed = subbed[0]
    if isinstance(subbed, str):
        return subbed
    if isinstance(joined, list) and len(joined) == 2 and isinstance(joined[0], str) and isinstance(joined[1], list):
        return joined[0].join(_template_text(one) or "${}" for one in joined[1])
    return ""


def literal_name(value: str) -> str | None:
    """The name that is written down, without a variable end (`order-${Stage}` is order); None if it begins with one."""
    if "${" not in value:
        return value or None
    start = _LITERAL_START.match(value)
    return start[0] if start else None


def name_pattern(value: str) -> str | None:
    """A name with * for each variable part: `${Stage}-orders` is `*-orders`; None where too little is written down."""
    pattern = re.sub(r"(\$\{[^{}]*\})+", "*", value)
    is_telling = len(re.findall(r"[A-Za-z0-9]", pattern)) >= _LEAST_LITERAL
    return pattern if "*" in pattern and is_telling and re.fullmatch(r"[\w.*-]+", pattern) else None


def _systems(path: str, resources: Any, source: str) -> Iterator[Candidate]:
    for logical_id, body in resources.items():
        tags = _map(_map(body).get("Properties")).get("Tags")
        pairs = tags.items() if isinstance(tags, dict) else [
            (one.get("Key"), one.get("Value")) for one in tags if isinstance(one, dict)
        ] if isinstance(tags, list) else ()  # fmt: skip
        for key, value in pairs:
            if isinstance(value, str) and re.fullmatch(r"(.*[:/])?system", str(key), re.IGNORECASE):
                yield Candidate(value, source, 0.8, Place(path, line_of(resources, logical_id)))


def _deployments(path: str, resources: Any, source: str) -> Iterator[Candidate]:
    functions = []
    for logical_id, body in resources.items():
        kind = str(_map(body).get("Type", ""))
        place = Place(path, line_of(resources, logical_id))
        if kind in ("AWS::ECS::Service", "AWS::AppRunner::Service", "AWS::Lambda::Url"):
            yield Candidate("service", source, 0.8, place)
        elif kind == "AWS::Batch::JobDefinition":
            yield Candidate("job", source, 0.8, place)
        elif kind == "AWS::Serverless::Function":
            functions.append((place, _map(_map(_map(body).get("Properties")).get("Events"))))
    events = [str(_map(event).get("Type", "")) for _, given in functions for event in given.values()]
    if events:
        scheduled = all(event in ("Schedule", "ScheduleV2") for event in events)
        yield Candidate("job" if scheduled else "service", source, 0.8, functions[0][0])


def _settings(path: str, resources: Any, source: str) -> Iterator[Setting]:
    """Environment variables of functions and containers."""
    for body in resources.values():
        properties = _map(_map(body).get("Properties"))
        variables = _map(_map(properties.get("Environment")).get("Variables"))
        for key, value in variables.items():
            if isinstance(value, str):
                yield Setting(key, value, source, Place(path, line_of(variables, key)))
        containers = properties.get("ContainerDefinitions")
        for container in containers if isinstance(containers, list) else ():
            listed = _map(container).get("Environment")
            for index, one in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(_map(one).get("Value"), str):
                    yield Setting(str(one.get("Name")), one["Value"], source, Place(path, line_of(listed, index)))


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
