"""The first tables: all of the kernel and the catalog."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import Json, UtcDateTime
from homeport.kernel.knowledge.search import create_search_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("value_hash", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_answer")),
        sa.UniqueConstraint("ref", "path", "value_hash", name=op.f("uq_catalog_answer_ref_path_value_hash")),
    )
    op.create_table(
        "catalog_location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("discovered_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("error_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_location")),
        sa.UniqueConstraint("type", "target", name=op.f("uq_catalog_location_type_target")),
    )
    op.create_table(
        "kernel_api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kernel_api_tokens_token_hash")),
    )
    op.create_index(
        "ix_kernel_api_tokens_live_name",
        "kernel_api_tokens",
        ["name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "kernel_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_ref", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_audit")),
        sa.UniqueConstraint("position", name=op.f("uq_kernel_audit_position")),
    )
    op.create_index("ix_kernel_audit_object_ref", "kernel_audit", ["object_ref", "id"], unique=False)
    op.create_index(
        "ix_kernel_audit_unsealed",
        "kernel_audit",
        ["id"],
        unique=False,
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "kernel_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity_ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("parameters", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_change")),
    )
    op.create_index(op.f("ix_kernel_change_at"), "kernel_change", ["at"], unique=False)
    op.create_index(op.f("ix_kernel_change_entity_ref_at"), "kernel_change", ["entity_ref", "at"], unique=False)
    op.create_table(
        "kernel_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_event")),
    )
    op.create_table(
        "kernel_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entity_ref", sa.String(), nullable=True),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("parameters", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("suppressed_until", UtcDateTime(), nullable=True),
        sa.Column("suppressed_reason", sa.String(), nullable=True),
        sa.Column("suppressed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_findings")),
        sa.UniqueConstraint("scope", "fingerprint", name=op.f("uq_kernel_findings_scope_fingerprint")),
    )
    op.create_index("ix_kernel_findings_entity_ref", "kernel_findings", ["entity_ref"], unique=False)
    op.create_index("ix_kernel_findings_part", "kernel_findings", ["scope", "part"], unique=False)
    op.create_index("ix_kernel_findings_severity", "kernel_findings", ["severity", "id"], unique=False)
    op.create_table(
        "kernel_lease",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_due_again", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_lease")),
        sa.UniqueConstraint("queue", "key", name=op.f("uq_kernel_lease_queue_key")),
    )
    op.create_index(op.f("ix_kernel_lease_queue_due_at"), "kernel_lease", ["queue", "due_at"], unique=False)
    op.create_table(
        "kernel_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("entity_ref", sa.String(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("theme", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_people")),
        sa.UniqueConstraint("entity_ref", name=op.f("uq_kernel_people_entity_ref")),
    )
    op.create_table(
        "kernel_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("input", Json, nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_asked_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", Json, nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_run")),
    )
    op.create_index(op.f("ix_kernel_run_created_at_id"), "kernel_run", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_kernel_run_state"), "kernel_run", ["state"], unique=False)
    op.create_table(
        "kernel_timer",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("input", Json, nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kernel_timer")),
    )
    op.create_table(
        "kernel_webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("delivery", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("event", sa.String(length=100), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_webhooks")),
        sa.UniqueConstraint("name", "delivery", name=op.f("uq_kernel_webhooks_name_delivery")),
    )
    op.create_index(op.f("ix_kernel_webhooks_received_at"), "kernel_webhooks", ["received_at"], unique=False)
    op.create_table(
        "catalog_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("includes", Json, nullable=False),
        sa.Column("targets", Json, nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("error_since", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"], ["catalog_location.id"], name=op.f("fk_catalog_unit_location_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_unit")),
        sa.UniqueConstraint("location_id", "key", name=op.f("uq_catalog_unit_location_id_key")),
    )
    op.create_table(
        "catalog_rejected",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["catalog_unit.id"], name=op.f("fk_catalog_rejected_unit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_rejected")),
    )
    for column in ("unit_id", "ref", "owner"):
        op.create_index(op.f(f"ix_catalog_rejected_{column}"), "catalog_rejected", [column], unique=False)
    op.create_table(
        "catalog_entity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("namespace", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("title_ko", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("lifecycle", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("system", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("lowest_confidence", sa.Double(), nullable=False),
        sa.Column("question_count", sa.Integer(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("described", Json, nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("repository", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["catalog_location.id"], name=op.f("fk_catalog_entity_location_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["catalog_unit.id"], name=op.f("fk_catalog_entity_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_entity")),
        sa.UniqueConstraint("ref", name=op.f("uq_catalog_entity_ref")),
        sqlite_autoincrement=True,
    )
    for column in ("sort_name", "owner", "system", "location_id", "unit_id", "repository"):
        op.create_index(op.f(f"ix_catalog_entity_{column}"), "catalog_entity", [column], unique=False)
    kind, type_ = sa.text("lower(kind)"), sa.text("lower(type)")
    op.create_index("ix_catalog_entity_kind", "catalog_entity", [kind, "sort_name"], unique=False)
    counted = ["kind", "type", "lifecycle", "namespace"]
    op.create_index("ix_catalog_entity_counted", "catalog_entity", counted, unique=False)
    op.create_index("ix_catalog_entity_type", "catalog_entity", [kind, type_, "sort_name"], unique=False)
    op.create_table(
        "catalog_value",
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("original", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["catalog_entity.id"], name=op.f("fk_catalog_value_entity_id"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_catalog_value_entity_id"), "catalog_value", ["entity_id"], unique=False)
    op.create_index(
        "ix_catalog_value_key", "catalog_value", ["key", "value", "kind", "original", "entity_id"], unique=False
    )
    op.create_table(
        "catalog_relation",
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["catalog_entity.id"], name=op.f("fk_catalog_relation_entity_id"), ondelete="CASCADE"
        ),
    )
    for name, columns in (("entity_id", ("entity_id", "type", "target")), ("target", ("target", "type", "entity_id"))):
        op.create_index(f"ix_catalog_relation_{name}", "catalog_relation", columns, unique=False)
    op.create_table(
        "catalog_repository",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=True),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("reading", Json, nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("error_since", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"], ["catalog_location.id"], name=op.f("fk_catalog_repository_location_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_repository")),
        sa.UniqueConstraint("location_id", "path", name=op.f("uq_catalog_repository_location_id_path")),
    )
    op.create_table(
        "kernel_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["kernel_event.id"], name=op.f("fk_kernel_delivery_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_delivery")),
    )
    op.create_index(
        op.f("ix_kernel_delivery_subscriber_entity"), "kernel_delivery", ["subscriber", "entity"], unique=False
    )
    op.create_table(
        "kernel_login_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["kernel_people.id"], name=op.f("fk_kernel_login_links_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_kernel_login_links")),
    )
    op.create_index(op.f("ix_kernel_login_links_person_id"), "kernel_login_links", ["person_id"], unique=False)
    op.create_table(
        "kernel_run_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["kernel_run.id"], name=op.f("fk_kernel_run_log_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_run_log")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_kernel_run_log_run_id_number")),
    )
    op.create_table(
        "kernel_run_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("is_of_targets", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["kernel_run.id"], name=op.f("fk_kernel_run_step_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_run_step")),
        sa.UniqueConstraint("run_id", "name", name=op.f("uq_kernel_run_step_run_id_name")),
    )
    op.create_table(
        "kernel_run_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["kernel_run.id"], name=op.f("fk_kernel_run_target_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_run_target")),
        sa.UniqueConstraint("run_id", "name", name=op.f("uq_kernel_run_target_run_id_name")),
    )
    op.create_table(
        "kernel_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["kernel_people.id"], name=op.f("fk_kernel_sessions_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_kernel_sessions")),
    )
    op.create_index(op.f("ix_kernel_sessions_person_id"), "kernel_sessions", ["person_id"], unique=False)
    op.create_table(
        "kernel_saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["kernel_people.id"], name=op.f("fk_kernel_saved_view_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_saved_view")),
    )
    op.create_index(op.f("ix_kernel_saved_view_path"), "kernel_saved_view", ["path"], unique=False)
    op.create_table(
        "catalog_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("discovered", Json, nullable=False),
        sa.Column("settled", Json, nullable=True),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["catalog_entity.id"], name=op.f("fk_catalog_field_entity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_field")),
        sa.UniqueConstraint("entity_id", "path", name=op.f("uq_catalog_field_entity_id_path")),
    )
    generation = op.create_table("catalog_generation", sa.Column("number", sa.BigInteger(), nullable=False))
    op.bulk_insert(generation, [{"number": 0}])
    create_search_tables(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("There is nothing before the first tables.")
