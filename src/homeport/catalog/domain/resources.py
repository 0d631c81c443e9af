"""Words for what clouds create: `AWS::SQS::Queue` and `aws_sqs_queue` are both a queue."""

from __future__ import annotations

import re

from homeport.catalog.domain.words import by_word

_TYPES = {
    "database": "RDS::DBInstance RDS::DBCluster Neptune::DBCluster DocDB::DBCluster Redshift::Cluster DSQL::Cluster "
    "aws_db_instance aws_rds_cluster aws_docdb_cluster aws_redshift_cluster aws_neptune_cluster "
    "google_sql_database_instance google_spanner_instance azurerm_postgresql_flexible_server azurerm_mssql_database "
    "azurerm_postgresql_server azurerm_mysql_flexible_server azurerm_cosmosdb_account google_sql_database",
    "table": "DynamoDB::Table DynamoDB::GlobalTable Serverless::SimpleTable Cassandra::Table aws_dynamodb_table "
    "google_bigquery_table google_bigtable_table",
    "cache": "ElastiCache::CacheCluster ElastiCache::ReplicationGroup ElastiCache::ServerlessCache MemoryDB::Cluster "
    "DAX::Cluster aws_elasticache_cluster aws_elasticache_replication_group aws_elasticache_serverless_cache "
    "google_redis_instance azurerm_redis_cache aws_memorydb_cluster",
    "queue": "SQS::Queue aws_sqs_queue azurerm_servicebus_queue google_cloud_tasks_queue",
    "topic": "SNS::Topic MSK::Topic aws_sns_topic google_pubsub_topic azurerm_servicebus_topic kafka_topic "
    "confluent_kafka_topic",
    "stream": "Kinesis::Stream KinesisFirehose::DeliveryStream aws_kinesis_stream aws_kinesis_firehose_delivery_stream",
    "event-bus": "Events::EventBus aws_cloudwatch_event_bus",
    "broker": "MSK::Cluster MSK::ServerlessCluster AmazonMQ::Broker aws_msk_cluster aws_msk_serverless_cluster "
    "aws_mq_broker",
    "bucket": "S3::Bucket aws_s3_bucket google_storage_bucket azurerm_storage_container azurerm_storage_account",
    "search": "OpenSearchService::Domain Elasticsearch::Domain OpenSearchServerless::Collection aws_opensearch_domain "
    "aws_elasticsearch_domain",
    "file-system": "EFS::FileSystem FSx::FileSystem aws_efs_file_system",
    "user-pool": "Cognito::UserPool aws_cognito_user_pool",
    "cdn": "CloudFront::Distribution aws_cloudfront_distribution",
    "cluster": "ECS::Cluster EKS::Cluster aws_ecs_cluster aws_eks_cluster google_container_cluster "
    "azurerm_kubernetes_cluster",
    "state-machine": "StepFunctions::StateMachine Serverless::StateMachine aws_sfn_state_machine",
    "container-registry": "ECR::Repository aws_ecr_repository",
}
_TYPE_OF = by_word(_TYPES)

PRODUCT_TYPES = by_word(
    {
        "database": "postgresql mysql mariadb oracle sqlserver mongodb cassandra clickhouse neo4j influxdb couchdb "
        "cockroachdb tibero db2",
        "table": "dynamodb",
        "cache": "redis valkey memcached",
        "broker": "kafka rabbitmq nats pulsar activemq",
        "queue": "sqs",
        "topic": "sns",
        "bucket": "s3 minio",
        "search": "elasticsearch opensearch solr meilisearch",
    }
)
"""What type of Resource each product is."""


def resource_type(cloud_type: str) -> str:
    """Return the word for a CloudFormation or Terraform type; "" for plumbing (roles, policies, log groups)."""
    return _TYPE_OF.get(cloud_type.removeprefix("AWS::"), "")


def is_resource_type(word: str) -> bool:
    """Whether the word is one of those that `resource_type` gives."""
    return word in _TYPES


def kebab(name: str) -> str:
    """Return a logical id as words: `OrderEventsDLQ` is `order-events-dlq`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
