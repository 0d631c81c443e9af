"""Products that components connect to: what their addresses, ports, images and names look like."""

from __future__ import annotations

from homeport.catalog.domain.words import by_word, words

SCHEMES = by_word(
    {
        "postgresql": "postgres postgresql postgis pgsql",
        "mysql": "mysql mysql2",
        "redis": "redis rediss",
        "mongodb": "mongodb mongodb+srv",
        "rabbitmq": "amqp amqps",
        "sqlserver": "mssql sqlserver",
        "elasticsearch": "elasticsearch es",
        "memcached": "memcached memcache",
        "neo4j": "neo4j bolt neo4j+s bolt+s",
        "mqtt": "mqtt mqtts",
        "ldap": "ldap ldaps",
        "couchdb": "couchdb couch",
        "rethinkdb": "rethinkdb",
    }
) | {
    name: name
    for name in words(
        "mariadb valkey kafka nats oracle opensearch cassandra clickhouse pulsar s3 cockroachdb "
        "influxdb tibero db2 arangodb beanstalkd"
    )
}
"""Schemes of addresses."""
PORTS = by_word(
    {
        "postgresql": "5432",
        "mysql": "3306",
        "redis": "6379",
        "mongodb": "27017",
        "kafka": "9092",
        "rabbitmq": "5672",
        "elasticsearch": "9200",
        "memcached": "11211",
        "oracle": "1521",
        "sqlserver": "1433",
        "cassandra": "9042",
        "nats": "4222",
        "mqtt": "1883 8883",
        "ollama": "11434",
        "neo4j": "7687",
        "zookeeper": "2181",
        "etcd": "2379",
        "influxdb": "8086",
        "solr": "8983",
        "couchdb": "5984",
        "qdrant": "6333 6334",
        "milvus": "19530",
        "temporal": "7233",
        "meilisearch": "7700",
        "pgbouncer": "6432",
        "ethereum": "8545",
        "typesense": "8108",
    }
)
"""Ports that are one product's by custom."""
_WORDS = by_word(
    {
        "postgresql": "postgres postgresql pgsql pg postgis",
        "mongodb": "mongo mongodb",
        "rabbitmq": "rabbitmq rabbit amqp",
        "elasticsearch": "elasticsearch elastic",
        "memcached": "memcached memcache",
        "sqlserver": "sqlserver mssql",
        "influxdb": "influxdb influx",
        "mqtt": "mqtt mosquitto emqx hivemq",
        "opentelemetry-collector": "otel-collector otelcol opentelemetry-collector",
        "graphite": "graphite",
    }
) | {
    name: name
    for name in words(
        "mysql mariadb redis valkey kafka opensearch cassandra nats clickhouse minio dynamodb oracle neo4j sqs sns s3 "
        "meilisearch zookeeper etcd consul vault pulsar activemq solr keycloak ldap qdrant weaviate milvus typesense "
        "couchdb arangodb rethinkdb temporal ollama cockroachdb scylladb beanstalkd spanner bigtable firestore statsd "
        "jaeger zipkin prometheus grafana loki pgbouncer keydb dragonfly couchbase aerospike hbase tidb trino questdb "
        "surrealdb chromadb nsq gearman ipfs ethereum dovecot rspamd clamav amavis gotenberg tika vllm keystone nomad "
        "seaweedfs ceph vespa manticore"
    )
}
_IMAGES = _WORDS | {
    "timescaledb": "postgresql",
    "timescaledb-ha": "postgresql",
    "pgvector": "postgresql",
    "cp-kafka": "kafka",
    "redpanda": "kafka",
    "cp-zookeeper": "zookeeper",
    "mssql-server": "sqlserver",
    "percona": "mysql",
    "mysql-server": "mysql",
    "mongodb-community-server": "mongodb",
    "redis-stack": "redis",
    "redis-stack-server": "redis",
    "clickhouse-server": "clickhouse",
    "eclipse-mosquitto": "mqtt",
    "opentelemetry-collector-contrib": "opentelemetry-collector",
    "graphite-statsd": "graphite",
    "docker-graphite-statsd": "graphite",
    "openldap": "ldap",
    "all-in-one": "jaeger",
    "cockroach": "cockroachdb",
    "scylla": "scylladb",
    "nats-streaming": "nats",
    "auto-setup": "temporal",
    "localstack": "localstack",
}
DATABASES = words(
    "postgresql mysql mariadb mongodb sqlserver oracle couchdb cockroachdb rethinkdb arangodb neo4j cassandra db2 tidb"
)
"""Of these a program uses one for its data; where it lists several, they are alternatives."""
UNNAMED = words(
    "redis valkey kafka rabbitmq nats memcached elasticsearch pulsar opensearch mqtt ldap beanstalkd influxdb"
)
"""Products whose addresses hold no name of a database."""
EMBEDDED = words("sqlite sqlite3 h2 hsqldb derby file memory duckdb")


def product_of_image(image: str) -> str | None:
    """Return the product that a container image runs: `bitnami/postgresql:16` is postgresql."""
    name = image.split("@")[0].rpartition("/")[2].split(":")[0].lower()
    return _IMAGES.get(name) or None


def product_of_word(word: str) -> str | None:
    """Return the product that people call by that word: `pgsql` is postgresql."""
    return _WORDS.get(word.lower())
