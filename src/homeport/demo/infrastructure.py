"""The 30 resources of Saebom, as CloudFormation templates and Terraform files declare them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from homeport.demo.state import Plan, State


@dataclass(frozen=True)
class Declaration:
    """A resource in a repository. `name` is what it is called in production, `form` how its name is written.

    Forms: `plain` as is, `sub` and `join` put the environment together with the rest by an intrinsic function.
    """

    component: str
    dialect: str
    type: str
    logical_id: str
    name: str
    form: str


# component | dialect | type | logical id | physical name | form
_DECLARATIONS = """
order-api | yaml | AWS::RDS::DBInstance | OrderDatabase | prod-order-db | sub
order-api | yaml | AWS::SQS::Queue | OrderCommandQueue | prod-order-commands | sub
order-api | yaml | AWS::SQS::Queue | OrderCommandDeadLetterQueue | prod-order-commands-dlq | sub
order-api | terraform | kafka_topic | order_events | order.events.v1 | plain
cart-api | yaml | AWS::DynamoDB::Table | CartTable | prod-cart | sub
cart-api | yaml | AWS::ElastiCache::ReplicationGroup | CartCache | prod-cart-cache | join
claim-api | json | AWS::DynamoDB::Table | ClaimTable | prod-claim | sub
delivery-api | terraform | aws_sqs_queue | delivery_tracking | prod-delivery-tracking | sub
gift-api | yaml | AWS::DynamoDB::Table | GiftTable | prod-gift | join
gift-api | yaml | AWS::SQS::Queue | GiftReminderQueue | prod-gift-reminder | sub
payment-api | yaml | AWS::RDS::DBInstance | PaymentDatabase | prod-payment-db | sub
payment-api | yaml | AWS::SNS::Topic | PaymentEventsTopic | prod-payment-events | sub
settlement-batch | terraform | aws_s3_bucket | settlement_files | prod-settlement-files | sub
point-ledger | yaml | AWS::DynamoDB::Table | PointLedgerTable | point-ledger-entries | plain
member-api | yaml | AWS::RDS::DBCluster | MemberCluster | prod-member-db | sub
auth-api | yaml | AWS::ElastiCache::ReplicationGroup | SessionCache | prod-session-cache | sub
coupon-api | json | AWS::DynamoDB::Table | CouponTable | prod-coupon | join
notification-api | yaml | AWS::SQS::Queue | NotificationQueue | prod-notification-requests | sub
notification-api | yaml | AWS::SQS::Queue | NotificationDeadLetterQueue | prod-notification-requests-dlq | sub
product-api | yaml | AWS::RDS::DBInstance | ProductDatabase | prod-product-db | sub
image-resizer | yaml | AWS::S3::Bucket | ProductImageBucket | prod-product-images | sub
image-resizer | yaml | AWS::SQS::Queue | ResizeQueue | prod-image-resize | join
price-api | yaml | AWS::ElastiCache::ReplicationGroup | PriceCache | price-cache | plain
search-api | yaml | AWS::OpenSearchService::Domain | SearchDomain | prod-product-search | sub
review-api | yaml | AWS::DynamoDB::Table | ReviewTable | prod-review | sub
stock-cdc-consumer | terraform | kafka_topic | stock_changes | stock.changes.v1 | plain
event-collector | yaml | AWS::Kinesis::Stream | ClickstreamStream | prod-clickstream | sub
event-collector | yaml | AWS::S3::Bucket | EventLakeBucket | prod-event-lake | sub
feature-store | yaml | AWS::DynamoDB::Table | FeatureTable | feature-values | plain
bi-export | terraform | aws_s3_bucket | bi_export | prod-bi-export | sub
"""

_NAME_PROPERTIES = {
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::RDS::DBCluster": "DBClusterIdentifier",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ElastiCache::ReplicationGroup": "ReplicationGroupId",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::OpenSearchService::Domain": "DomainName",
}


def _declarations() -> tuple[Declaration, ...]:
    return tuple(Declaration(*line.split(" | ")) for line in _DECLARATIONS.strip().splitlines())


DECLARATIONS = _declarations()


@cache
def resources_of(component: str) -> tuple[Declaration, ...]:
    """Return what a repository declares, in the order it was added."""
    return tuple(declaration for declaration in DECLARATIONS if declaration.component == component)


def files(plan: Plan, state: State) -> dict[str, str]:
    """Return the infrastructure files of a repository by path."""
    declared = resources_of(plan.component.name)[: state.declared]
    found: dict[str, str] = {}
    for dialect, render in (("yaml", _yaml_template), ("json", _json_template), ("terraform", _terraform)):
        chosen = [declaration for declaration in declared if declaration.dialect == dialect]
        if chosen:
            found[_path(plan, dialect)] = render(plan, chosen, state)
    return found


def _path(plan: Plan, dialect: str) -> str:
    options = {
        "yaml": ("infra/cloudformation.yaml", "cloudformation/template.yml", "deploy/stack.yaml"),
        "json": ("infra/stack.json", "cloudformation/resources.json"),
        "terraform": ("infra/main.tf", "terraform/main.tf"),
    }
    return plan.component.choice(dialect, options[dialect])


Properties = dict[str, object]


def _properties(type_: str, state: State) -> Properties:
    """Return the properties of a resource beside its name."""
    return (_databases(state) | _messaging(state) | _stores(state))[type_]


def _databases(state: State) -> dict[str, Properties]:
    kept: Properties = {"DBSubnetGroupName": {"Ref": "DatabaseSubnetGroup"}, "ManageMasterUserPassword": True}
    return {
        "AWS::RDS::DBInstance": {
            "Engine": "postgres",
            "EngineVersion": "15.5" if state.capacity_gb < 150 else "16.4",
            "DBInstanceClass": "db.r6g.large",
            "AllocatedStorage": {"Fn::If": ["IsProduction", state.capacity_gb, 20]},
            "MultiAZ": True,
            **kept,
        },
        "AWS::RDS::DBCluster": {
            "Engine": "aurora-postgresql",
            "BackupRetentionPeriod": 7 if state.capacity_gb < 150 else 14,
            "DeletionProtection": True,
            **kept,
        },
        "AWS::DynamoDB::Table": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": state.capacity_gb >= 120},
        },
    }


def _messaging(state: State) -> dict[str, Properties]:
    return {
        "AWS::SQS::Queue": {
            "VisibilityTimeout": max(30, state.timeout_ms * 40 // 1000),
            "MessageRetentionPeriod": 345600 if state.capacity_gb < 150 else 1209600,
        },
        "AWS::SNS::Topic": {"KmsMasterKeyId": "alias/aws/sns"},
        "AWS::Kinesis::Stream": {"ShardCount": state.capacity_gb // 50, "RetentionPeriodHours": 48},
    }


def _stores(state: State) -> dict[str, Properties]:
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    expiry = {"Status": "Enabled", "ExpirationInDays": state.capacity_gb * 3, "Prefix": "tmp/"}
    return {
        "AWS::ElastiCache::ReplicationGroup": {
            "ReplicationGroupDescription": {"Fn::Sub": "cache of ${Environment}"},
            "Engine": "redis",
            "CacheNodeType": "cache.t4g.medium" if state.capacity_gb < 150 else "cache.r7g.large",
            "NumCacheClusters": 2,
            "AutomaticFailoverEnabled": True,
        },
        "AWS::S3::Bucket": {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            "LifecycleConfiguration": {"Rules": [expiry]},
        },
        "AWS::OpenSearchService::Domain": {
            "EngineVersion": "OpenSearch_2.11",
            "ClusterConfig": {"InstanceType": "r6g.large.search", "InstanceCount": 3},
            "EBSOptions": {"EBSEnabled": True, "VolumeSize": state.capacity_gb, "VolumeType": "gp3"},
        },
    }


def _physical_name(declaration: Declaration) -> object:
    rest = declaration.name.removeprefix("prod-")
    if declaration.form == "sub":
        return {"Fn::Sub": f"${{Environment}}-{rest}"}
    if declaration.form == "join":
        return {"Fn::Join": ["-", [{"Ref": "Environment"}, rest]]}
    return declaration.name


def _template(plan: Plan, declared: list[Declaration], state: State) -> dict[str, object]:
    resources: dict[str, object] = {}
    if any(declaration.type.startswith("AWS::RDS") for declaration in declared):
        resources["DatabaseSubnetGroup"] = {
            "Type": "AWS::RDS::DBSubnetGroup",
            "Properties": {
                "DBSubnetGroupDescription": {"Fn::Sub": f"{plan.component.name} database, ${{Environment}}"},
                "SubnetIds": {"Fn::Split": [",", {"Fn::ImportValue": {"Fn::Sub": "${Environment}-private-subnets"}}]},
            },
        }
    for declaration in declared:
        properties: Properties = {_NAME_PROPERTIES[declaration.type]: _physical_name(declaration)}
        properties.update(_properties(declaration.type, state))
        _redrive(declaration, declared, properties)
        properties["Tags"] = _tags(plan)
        resources[declaration.logical_id] = {"Type": declaration.type, "Properties": properties}
    first = declared[0].logical_id
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{plan.component.title} - {plan.component.summary}",
        "Parameters": {
            "Environment": {"Type": "String", "Default": "prod", "AllowedValues": ["prod", "stg", "dev"]},
        },
        "Conditions": {"IsProduction": {"Fn::Equals": [{"Ref": "Environment"}, "prod"]}},
        "Resources": resources,
        "Outputs": {first: {"Value": {"Ref": first}, "Export": {"Name": {"Fn::Sub": f"${{Environment}}-{first}"}}}},
    }


def _redrive(declaration: Declaration, declared: list[Declaration], properties: Properties) -> None:
    dead_letter = declaration.logical_id.removesuffix("Queue") + "DeadLetterQueue"
    if any(other.logical_id == dead_letter for other in declared):
        target = {"Fn::GetAtt": [dead_letter, "Arn"]}
        properties["RedrivePolicy"] = {"deadLetterTargetArn": target, "maxReceiveCount": 5}


def _tags(plan: Plan) -> list[dict[str, object]]:
    return [
        {"Key": "service", "Value": plan.component.name},
        {"Key": "environment", "Value": {"Ref": "Environment"}},
    ]


def _json_template(plan: Plan, declared: list[Declaration], state: State) -> str:
    return json.dumps(_template(plan, declared, state), indent=2, ensure_ascii=False) + "\n"


def _yaml_template(plan: Plan, declared: list[Declaration], state: State) -> str:
    lines: list[str] = []
    for section, content in _template(plan, declared, state).items():
        if section != "AWSTemplateFormatVersion" and section != "Description":
            lines.append("")
        lines += yaml_lines({section: content}, 0)
    return "\n".join(lines) + "\n"


_SHORT_FORMS = {"Ref": "!Ref", "Fn::Sub": "!Sub"}


def yaml_lines(value: object, depth: int) -> list[str]:
    """Write a template as people do in YAML, with the short forms of the intrinsic functions."""
    pad = "  " * depth
    if isinstance(value, dict):
        lines = []
        for key, inner in value.items():
            short = _inline(inner)
            lines += [f"{pad}{key}: {short}"] if short is not None else [f"{pad}{key}:", *yaml_lines(inner, depth + 1)]
        return lines
    if isinstance(value, list):
        return [line for item in value for line in _item_lines(item, depth)]
    return [pad + str(_inline(value))]


def _item_lines(item: object, depth: int) -> list[str]:
    short = _inline(item)
    if short is not None:
        return ["  " * depth + "- " + short]
    first, *rest = yaml_lines(item, depth + 1)
    return ["  " * depth + "- " + first.lstrip(), *rest]


def _inline(value: object) -> str | None:
    """Return the value on one line, or None when it takes a block."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return _intrinsic(value)
    if isinstance(value, list):
        return None
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and (": " in text or text[:1].isdigit() or text == ",") else text


def _intrinsic(value: dict[str, object]) -> str | None:
    if len(value) != 1:
        return None
    key, argument = next(iter(value.items()))
    if key == "Fn::GetAtt" and isinstance(argument, list):
        return "!GetAtt " + ".".join(argument)
    if key in _SHORT_FORMS:
        return f"{_SHORT_FORMS[key]} {argument}" if key == "Ref" else f'{_SHORT_FORMS[key]} "{argument}"'
    if key.startswith("Fn::") and isinstance(argument, list):
        return f"!{key[4:]} {_flow(argument)}"
    return None


def _flow(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, dict) and "Fn::ImportValue" in value:
        return '{ "Fn::ImportValue": ' + _flow(value["Fn::ImportValue"]) + " }"
    if isinstance(value, str):
        return f'"{value}"'
    return str(_inline(value))


def _terraform(plan: Plan, declared: list[Declaration], state: State) -> str:
    blocks = [
        'terraform {\n  required_version = ">= 1.6"\n}\n',
        'variable "environment" {\n  type    = string\n  default = "prod"\n}\n',
    ]
    return "\n".join(blocks + [_terraform_block(plan, declaration, state) for declaration in declared])


def _terraform_block(plan: Plan, declaration: Declaration, state: State) -> str:
    rest = declaration.name.removeprefix("prod-")
    name = f"${{var.environment}}-{rest}" if declaration.form == "sub" else declaration.name
    tags = f'\n  tags = {{\n    service     = "{plan.component.name}"\n    environment = var.environment\n  }}\n'
    bodies = {
        "aws_sqs_queue": f'  name                       = "{name}"\n'
        f"  visibility_timeout_seconds = {max(30, state.timeout_ms * 40 // 1000)}\n"
        f"  message_retention_seconds  = {345600 if state.capacity_gb < 150 else 1209600}\n{tags}",
        "aws_s3_bucket": f'  bucket = "{name}"\n{tags}',
        "kafka_topic": f'  name               = "{name}"\n  replication_factor = 3\n'
        f"  partitions         = {state.capacity_gb // 10}\n\n"
        '  config = {\n    "cleanup.policy" = "delete"\n    "retention.ms"   = "604800000"\n  }\n',
    }
    return f'resource "{declaration.type}" "{declaration.logical_id}" {{\n{bodies[declaration.type]}}}\n'
