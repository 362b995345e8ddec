"""Everything a node keeps at first: people, posts, peers, queues, apps, audit."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("username", WORDS, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("display_name", WORDS, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.Column("note_source", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("fields", WORDS, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("inbox", WORDS, nullable=False),
        sa.Column("shared_inbox", WORDS, nullable=False),
        sa.Column("outbox", WORDS, nullable=False),
        sa.Column("followers_uri", WORDS, nullable=False),
        sa.Column("following_uri", WORDS, nullable=False),
        sa.Column("locked", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("discoverable", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("refreshed_at", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("followers_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("following_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("posts_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_post_at", sa.BigInteger(), nullable=True),
        sa.Column("document", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("uri", name=op.f("uq_accounts_uri")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index("ix_accounts_host", ["host"], unique=False)
        batch_op.create_index("ix_accounts_handle", [sa.text("lower(username)"), "host"], unique=True)

    op.create_table(
        "audit",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "journal",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("actor_uri", WORDS, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=True),
        sa.Column("error", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("uri", name=op.f("uq_journal_uri")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_journal_waiting",
            ["id"],
            unique=False,
            sqlite_where=sa.text("outcome is null"),
            postgresql_where=sa.text("outcome is null"),
        )

    op.create_table(
        "oauth_apps",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("client_id", WORDS, nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("website", WORDS, nullable=True),
        sa.Column("redirect_uris", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_apps")),
        sa.UniqueConstraint("client_id", name=op.f("uq_oauth_apps_client_id")),
    )
    op.create_table(
        "peers",
        sa.Column("host", WORDS, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("allowed", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", WORDS, nullable=False),
        sa.Column("software", WORDS, nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", WORDS, nullable=True),
        sa.Column("last_sent_at", sa.BigInteger(), nullable=True),
        sa.Column("last_heard_at", sa.BigInteger(), nullable=True),
        sa.Column("skew_seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_peers")),
        sa.UniqueConstraint("id", name=op.f("uq_peers_id")),
    )
    op.create_table(
        "public_keys",
        sa.Column("key_id", WORDS, nullable=False),
        sa.Column("owner_uri", WORDS, nullable=False),
        sa.Column("pem", WORDS, nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_public_keys")),
    )
    with op.batch_alter_table("public_keys", schema=None) as batch_op:
        batch_op.create_index("ix_public_keys_owner", ["owner_uri"], unique=False)

    op.create_table(
        "sign_in_failures",
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "tags",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("spelling", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("name", name=op.f("uq_tags_name")),
    )
    op.create_table(
        "tombstones",
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("owner_uri", WORDS, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uri", "owner_uri", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "activities",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_activities_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("uri", name=op.f("uq_activities_uri")),
    )
    op.create_table(
        "blocks",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_blocks_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name=op.f("fk_blocks_target_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
        sa.UniqueConstraint("account_id", "target_id", name=op.f("uq_blocks_account_id")),
    )
    with op.batch_alter_table("blocks", schema=None) as batch_op:
        batch_op.create_index("ix_blocks_target", ["target_id"], unique=False)

    op.create_table(
        "follows",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("follower_id", sa.BigInteger(), nullable=False),
        sa.Column("followed_id", sa.BigInteger(), nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("notify", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["followed_id"], ["accounts.id"], name=op.f("fk_follows_followed_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["accounts.id"], name=op.f("fk_follows_follower_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint("follower_id", "followed_id", name=op.f("uq_follows_follower_id")),
    )
    with op.batch_alter_table("follows", schema=None) as batch_op:
        batch_op.create_index("ix_follows_followed", ["followed_id", "id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idempotency_keys_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "markers",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("timeline", sa.String(length=16), nullable=False),
        sa.Column("last_read_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_markers_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "timeline", name=op.f("pk_markers")),
    )
    op.create_table(
        "mutes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("notifications", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_mutes_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name=op.f("fk_mutes_target_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mutes")),
        sa.UniqueConstraint("account_id", "target_id", name=op.f("uq_mutes_account_id")),
    )
    op.create_table(
        "oauth_codes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("redirect_uri", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("challenge", WORDS, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_oauth_codes_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["app_id"], ["oauth_apps.id"], name=op.f("fk_oauth_codes_app_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_oauth_codes")),
    )
    with op.batch_alter_table("oauth_codes", schema=None) as batch_op:
        batch_op.create_index("ix_oauth_codes_app", ["app_id"], unique=False)

    op.create_table(
        "oauth_tokens",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_oauth_tokens_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["app_id"], ["oauth_apps.id"], name=op.f("fk_oauth_tokens_app_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_oauth_tokens_digest")),
    )
    with op.batch_alter_table("oauth_tokens", schema=None) as batch_op:
        batch_op.create_index("ix_oauth_tokens_account", ["account_id"], unique=False)
        batch_op.create_index("ix_oauth_tokens_app", ["app_id"], unique=False)
        batch_op.create_index("ix_oauth_tokens_code", ["code_digest"], unique=False)

    op.create_table(
        "posts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("boost_of", sa.BigInteger(), nullable=True),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("reply_to_uri", WORDS, nullable=True),
        sa.Column("reply_to_author", sa.BigInteger(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("reach", sa.SmallInteger(), nullable=False),
        sa.Column("is_local", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=True),
        sa.Column("summary", WORDS, nullable=False),
        sa.Column("sensitive", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("application", WORDS, nullable=True),
        sa.Column("replies_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("shares_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("favourites_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("document", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_posts_author_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["boost_of"], ["posts.id"], name=op.f("fk_posts_boost_of"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("uri", name=op.f("uq_posts_uri")),
    )
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_posts_all_nodes",
            ["id"],
            unique=False,
            sqlite_where=sa.text("reach = 0 and boost_of is null"),
            postgresql_where=sa.text("reach = 0 and boost_of is null"),
        )
        batch_op.create_index("ix_posts_author", ["author_id", "id"], unique=False)
        batch_op.create_index(
            "ix_posts_boost_of",
            ["boost_of", "author_id"],
            unique=True,
            sqlite_where=sa.text("boost_of is not null"),
            postgresql_where=sa.text("boost_of is not null"),
        )
        batch_op.create_index(
            "ix_posts_this_node",
            ["id"],
            unique=False,
            sqlite_where=sa.text("is_local = 1 and boost_of is null"),
            postgresql_where=sa.text("is_local = 1 and boost_of is null"),
        )
        batch_op.create_index("ix_posts_thread", ["thread_id", "id"], unique=False)
        batch_op.create_index(
            "ix_posts_waiting_parent",
            ["reply_to_uri"],
            unique=False,
            sqlite_where=sa.text("reply_to is null and reply_to_uri is not null"),
            postgresql_where=sa.text("reply_to is null and reply_to_uri is not null"),
        )

    op.create_table(
        "private_keys",
        sa.Column("key_id", WORDS, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("public_pem", WORDS, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_private_keys_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_private_keys")),
    )
    with op.batch_alter_table("private_keys", schema=None) as batch_op:
        batch_op.create_index("ix_private_keys_account", ["account_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("agent", WORDS, nullable=False),
        sa.Column("address", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index("ix_sessions_account", ["account_id"], unique=False)

    op.create_table(
        "staff",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("password", WORDS, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_staff_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("inbox", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("dead_at", sa.BigInteger(), nullable=True),
        sa.Column("error", WORDS, nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_deliveries_activity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_activity", ["activity_id"], unique=False)
        batch_op.create_index(
            "ix_deliveries_waiting",
            ["host", "id"],
            unique=False,
            sqlite_where=sa.text("dead_at is null"),
            postgresql_where=sa.text("dead_at is null"),
        )

    op.create_table(
        "favourites",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_favourites_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_favourites_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourites")),
        sa.UniqueConstraint("account_id", "post_id", name=op.f("uq_favourites_account_id")),
    )
    with op.batch_alter_table("favourites", schema=None) as batch_op:
        batch_op.create_index("ix_favourites_post", ["post_id", "id"], unique=False)

    op.create_table(
        "notifications",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notifications_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["accounts.id"], name=op.f("fk_notifications_from_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_notifications_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index("ix_notifications_account", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_notifications_post", ["post_id"], unique=False)

    op.create_table(
        "post_people",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mentioned", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_post_people_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_people_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "account_id", name=op.f("pk_post_people")),
    )
    with op.batch_alter_table("post_people", schema=None) as batch_op:
        batch_op.create_index("ix_post_people_account", ["account_id", "post_id"], unique=False)

    op.create_table(
        "post_tags",
        sa.Column("tag_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_tags_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_post_tags_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tag_id", "post_id", name=op.f("pk_post_tags")),
    )
    with op.batch_alter_table("post_tags", schema=None) as batch_op:
        batch_op.create_index("ix_post_tags_post", ["post_id"], unique=False)

    op.create_table(
        "post_versions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.Column("summary", WORDS, nullable=False),
        sa.Column("sensitive", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_versions_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_versions")),
    )
    with op.batch_alter_table("post_versions", schema=None) as batch_op:
        batch_op.create_index("ix_post_versions_post", ["post_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("post_versions", schema=None) as batch_op:
        batch_op.drop_index("ix_post_versions_post")

    op.drop_table("post_versions")
    with op.batch_alter_table("post_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_post_tags_post")

    op.drop_table("post_tags")
    with op.batch_alter_table("post_people", schema=None) as batch_op:
        batch_op.drop_index("ix_post_people_account")

    op.drop_table("post_people")
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index("ix_notifications_post")
        batch_op.drop_index("ix_notifications_account")

    op.drop_table("notifications")
    with op.batch_alter_table("favourites", schema=None) as batch_op:
        batch_op.drop_index("ix_favourites_post")

    op.drop_table("favourites")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deliveries_waiting",
            sqlite_where=sa.text("dead_at is null"),
            postgresql_where=sa.text("dead_at is null"),
        )
        batch_op.drop_index("ix_deliveries_activity")

    op.drop_table("deliveries")
    op.drop_table("staff")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_sessions_account")

    op.drop_table("sessions")
    with op.batch_alter_table("private_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_private_keys_account")

    op.drop_table("private_keys")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_posts_waiting_parent",
            sqlite_where=sa.text("reply_to is null and reply_to_uri is not null"),
            postgresql_where=sa.text("reply_to is null and reply_to_uri is not null"),
        )
        batch_op.drop_index("ix_posts_thread")
        batch_op.drop_index(
            "ix_posts_this_node",
            sqlite_where=sa.text("is_local = 1 and boost_of is null"),
            postgresql_where=sa.text("is_local = 1 and boost_of is null"),
        )
        batch_op.drop_index(
            "ix_posts_boost_of",
            sqlite_where=sa.text("boost_of is not null"),
            postgresql_where=sa.text("boost_of is not null"),
        )
        batch_op.drop_index("ix_posts_author")
        batch_op.drop_index(
            "ix_posts_all_nodes",
            sqlite_where=sa.text("reach = 0 and boost_of is null"),
            postgresql_where=sa.text("reach = 0 and boost_of is null"),
        )

    op.drop_table("posts")
    with op.batch_alter_table("oauth_tokens", schema=None) as batch_op:
        batch_op.drop_index("ix_oauth_tokens_code")
        batch_op.drop_index("ix_oauth_tokens_app")
        batch_op.drop_index("ix_oauth_tokens_account")

    op.drop_table("oauth_tokens")
    with op.batch_alter_table("oauth_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_oauth_codes_app")

    op.drop_table("oauth_codes")
    op.drop_table("mutes")
    op.drop_table("markers")
    op.drop_table("idempotency_keys")
    with op.batch_alter_table("follows", schema=None) as batch_op:
        batch_op.drop_index("ix_follows_followed")

    op.drop_table("follows")
    with op.batch_alter_table("blocks", schema=None) as batch_op:
        batch_op.drop_index("ix_blocks_target")

    op.drop_table("blocks")
    op.drop_table("activities")
    op.drop_table("tombstones")
    op.drop_table("tags")
    op.drop_table("sign_in_failures")
    with op.batch_alter_table("public_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_public_keys_owner")

    op.drop_table("public_keys")
    op.drop_table("peers")
    op.drop_table("oauth_apps")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_journal_waiting", sqlite_where=sa.text("outcome is null"), postgresql_where=sa.text("outcome is null")
        )

    op.drop_table("journal")
    op.drop_table("facts")
    op.drop_table("audit")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index("ix_accounts_host")

    op.drop_table("accounts")
