"""CloudFormation, SAM and Terraform: what they create, for which system, and what runs there."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.adapters.readers.cloudformation import is_template, read_template
from homeport.catalog.adapters.readers.syntax import BrokenFile
from homeport.catalog.adapters.readers.terraform import read_terraform

TEMPLATE = """\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: {Type: String}
Resources:
  OrderQueue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub order-created-${Stage}
      Tags:
        - {Key: System, Value: order}
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {DBInstanceIdentifier: order-db}
  Role:
    Type: AWS::IAM::Role
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Environment:
        Variables:
          STOCK_API_URL: http://stock-api.inventory.svc.cluster.local
          QUEUE_URL: !Ref OrderQueue
      Events:
        Nightly: {Type: Schedule}
"""


def test_a_template_tells_its_resources_with_names_and_lines() -> None:
    found = read_template("template.yaml", TEMPLATE)
    assert [(one.address, one.type, one.physical_name, one.place.line) for one in found.resources] == [
        ("OrderQueue", "queue", "order-created", 5),
        ("Database", "database", "order-db", 11),
        ("Role", "", None, 14),
        ("Function", "", None, 16),
    ]
    assert [(one.value, one.place.line if one.place else 0) for one in found.systems] == [("order", 5)]
    assert [one.value for one in found.deployments] == ["job"]
    assert [(one.name, one.place.line) for one in found.settings] == [("STOCK_API_URL", 21)]


def test_a_template_may_be_json() -> None:
    text = '{"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "receipts"}}}}'
    assert is_template(text)
    assert [one.physical_name for one in read_template("a.json", text).resources] == ["receipts"]


@pytest.mark.parametrize("text", ["Resources:\n  - limits\n", "kind: Deployment\n", "Resources: AWS::S3::Bucket\n"])
def test_other_yaml_is_no_template(text: str) -> None:
    assert not is_template(text)


@pytest.mark.parametrize(
    "text",
    ["Resources: [1]", "Resources: {A: 1}", "Resources: {A: {Type: 'AWS::SQS::Queue', Properties: [1]}}", "[]", "1"],
)
def test_odd_shapes_are_passed_over(text: str) -> None:
    read_template("template.yaml", text)


TERRAFORM = """\
# provider "x" {
terraform {
  required_version = ">= 1.5"
}
resource "aws_sqs_queue" "order_created" {
  name = "order-created-${var.env}" // per stage
  tags = merge(local.tags, {
    System = "order"
  })
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dlq.arn, name = "no" })
}
/* resource "aws_s3_bucket" "gone" { } */
resource "aws_iam_role" "worker" {
  policy = <<-EOT
    { "not": "a block", resource "x" "y" {
  EOT
}
data "aws_s3_bucket" "other" { bucket = "others" }
resource "aws_lambda_function" "f" {
  environment {
    variables = { STOCK_API_URL = "http://stock-api.svc" }
  }
}
"""


def test_terraform_tells_its_resources_with_names_and_lines() -> None:
    found = read_terraform("main.tf", TERRAFORM)
    assert [(one.address, one.type, one.physical_name, one.place.line) for one in found.resources] == [
        ("aws_sqs_queue.order_created", "queue", "order-created", 5),
        ("aws_iam_role.worker", "", None, 13),
        ("aws_lambda_function.f", "", None, 19),
    ]
    assert [(one.value, one.place.line if one.place else 0) for one in found.systems] == [("order", 8)]
    assert [(one.name, one.place.line) for one in found.settings] == [("STOCK_API_URL", 21)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('resource "a" "b" {\n', 2),
        ("}\n", 1),
        ('a {\n  b = "open\n}\n', 2),
        ("\n/* never\n", 2),
        ("a = <<EOT\nx\n", 1),
        ("a { b = [ }\n", 1),
    ],
)
def test_terraform_that_does_not_close_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(BrokenFile) as refused:
        read_terraform("main.tf", text)
    assert refused.value.line == line


@pytest.mark.parametrize(
    "text", ["/*" * 200_000, "<<a\n" * 100_000, '"' * 400_001, "{" * 300_000, '"${' * 200_000, "a " * 300_000]
)
def test_hostile_terraform_takes_no_time(text: str) -> None:
    started = time.process_time()
    with suppress(BrokenFile):
        read_terraform("main.tf", text)
    assert time.process_time() - started < 5


@given(st.text(alphabet='resource"{}[]()=\n<-EOT#/*$\\ ab', max_size=150))
def test_any_terraform_like_text_is_read_or_refused(text: str) -> None:
    with suppress(BrokenFile):
        read_terraform("main.tf", text)
