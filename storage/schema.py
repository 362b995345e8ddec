"""Every table, on one page, however long: whoever looks for a column searches one file, and foreign keys cross any cut.

Loaded by migrations and tests only; a running node reads no metadata.

Conventions: ids sort by time (`ids.py`); moments are integers, milliseconds since 1970; booleans are 0 or 1; a URI is
the ActivityPub id of a thing. `host` is '' for what lives on this node.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from storage.column_types import ID, WORDS

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

Moment: TypeEngine[int] = BigInteger()


def flag(name: str, *, default: int = 0) -> Column[int]:
    """A yes or no."""
    return Column(name, SmallInteger, nullable=False, server_default=text(str(default)))


def count(name: str) -> Column[int]:
    """A number kept up to date by those who change what it counts."""
    return Column(name, Integer, nullable=False, server_default=text("0"))


def of(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """A reference that goes when its target goes."""
    return Column(name, BigInteger, ForeignKey(target, ondelete="CASCADE"), nullable=nullable)


def lease() -> tuple[Column[str], Column[int]]:
    """Which process works on a row, and until when nobody else may; a process that lives renews it."""
    return Column("leased_by", String(32)), Column("leased_until", Moment)


# ---- people -----------------------------------------------------------------------------------------------------

# On PostgreSQL with room in its pages for new copies of rows (migration 0026): each post counts at its author's.
accounts = Table(
    "accounts",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("uri", WORDS, nullable=False, unique=True),
    Column("host", WORDS, nullable=False),
    Column("username", WORDS, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("display_name", WORDS, nullable=False),
    Column("note", WORDS, nullable=False),
    Column("note_source", WORDS, nullable=False, server_default=text("''")),
    Column("fields", WORDS, nullable=False, server_default=text("'[]'")),
    Column("url", WORDS, nullable=False),
    Column("inbox", WORDS, nullable=False),
    Column("shared_inbox", WORDS, nullable=False),
    Column("outbox", WORDS, nullable=False),
    Column("followers_uri", WORDS, nullable=False),
    Column("following_uri", WORDS, nullable=False),
    flag("locked"),
    flag("discoverable", default=1),
    Column("created_at", Moment, nullable=False),
    Column("refreshed_at", Moment, nullable=False),
    Column("gone_at", Moment),
    count("followers_count"),
    count("following_count"),
    count("posts_count"),
    Column("last_post_at", Moment),
    Column("document", WORDS),
    Column("featured", WORDS, nullable=False, server_default=text("''")),
    Column("also_known_as", WORDS, nullable=False, server_default=text("'[]'")),
    Column("moved_to", WORDS),
    Column("moved_at", Moment),
    Column("suspended_at", Moment),
    Column("silenced_at", Moment),
    Column("sensitized_at", Moment),
    Column("avatar", String(32), nullable=False, server_default=text("''")),
    Column("header", String(32), nullable=False, server_default=text("''")),
    Column("card", WORDS, nullable=False, server_default=text("'{}'")),
    flag("hidden_with_node"),  # suspended because its node was removed, not by moderators
    Column("emoji", WORDS, nullable=False, server_default=text("'{}'")),
    Index("ix_accounts_handle", text("lower(username)"), "host", unique=True),
    Index("ix_accounts_host", "host"),
    Index(
        "ix_accounts_moved",
        "moved_at",
        sqlite_where=text("moved_at is not null"),
        postgresql_where=text("moved_at is not null"),
    ),
    Index(
        "ix_accounts_suspended",
        "id",
        sqlite_where=text("suspended_at is not null"),
        postgresql_where=text("suspended_at is not null"),
    ),
    Index(
        "ix_accounts_silenced",
        "id",
        sqlite_where=text("silenced_at is not null"),
        postgresql_where=text("silenced_at is not null"),
    ),
)

# Who can be found by what; a revision is new whenever that changes.
directory = Table(
    "directory",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("name", WORDS, nullable=False),
    Column("words", WORDS, nullable=False),
    flag("is_local"),
    Column("revision", BigInteger, nullable=False),
    Index(
        "ix_directory_revision",
        "revision",
        sqlite_where=text("is_local = 1"),
        postgresql_where=text("is_local = 1"),
    ),
)

# How far the directories of other nodes are known here.
directories = Table(
    "directories",
    metadata,
    Column("host", WORDS, primary_key=True),
    Column("cursor", WORDS, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("people", Integer),
)

staff = Table(
    "staff",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("password", WORDS, nullable=False),
    Column("role", String(16), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("last_seen_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    of("account_id", "accounts.id"),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("agent", WORDS, nullable=False),
    Column("address", WORDS, nullable=False),
    Column("confirmed_at", Moment),
    Index("ix_sessions_account", "account_id"),
)

half_sign_ins = Table(
    "half_sign_ins",
    metadata,
    Column("digest", String(64), primary_key=True),
    of("account_id", "accounts.id"),
    Column("created_at", Moment, nullable=False),
    Index("ix_half_sign_ins_account", "account_id"),
)

code_secrets = Table(
    "code_secrets",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("mark", String(22), primary_key=True),
    Column("used_at", Moment),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("credential", WORDS, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", WORDS, nullable=False),
    Column("name", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("credential"),
    Index("ix_passkeys_account", "account_id"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("digest", String(64), primary_key=True),
    of("account_id", "accounts.id", nullable=True),
    Column("purpose", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_challenges_created", "created_at"),
)

exports = Table(
    "exports",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
    count("done"),
    count("total"),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    count("attempts"),
    Column("finished_at", Moment),
    Column("failed_at", Moment),
    *lease(),
)

welcomes = Table(
    "welcomes",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("charter_at", Moment),
    Column("step", SmallInteger, nullable=False, server_default=text("0")),
    Column("begun_at", Moment),
    Column("done_at", Moment),
)

posting_defaults = Table(
    "posting_defaults",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("reach", SmallInteger, nullable=False, server_default=text("0")),
    flag("sensitive"),
    Column("language", String(16)),
    Column("quotable", String(16), nullable=False, server_default=text("'public'")),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject", WORDS, primary_key=True),
    count("failures"),
    Column("retry_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
)

follows = Table(
    "follows",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("follower_id", "accounts.id"),
    of("followed_id", "accounts.id"),
    Column("uri", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("accepted_at", Moment),
    flag("shares", default=1),
    flag("notify"),
    Column("languages", WORDS),
    flag("at_home", default=1),  # 0: in an exclusive list; 2: a community that is read in its list alone
    Column("accept_uri", WORDS),
    UniqueConstraint("follower_id", "followed_id"),
    Index("ix_follows_followed", "followed_id", "id"),
    Index(
        "ix_follows_languages",
        "follower_id",
        "followed_id",
        sqlite_where=text("languages is not null"),
        postgresql_where=text("languages is not null"),
    ),
)

# Follows that ended when their peer was removed, as they were.
severed_follows = Table(
    "severed_follows",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("host", WORDS, nullable=False),
    of("follower_id", "accounts.id"),
    of("followed_id", "accounts.id"),
    Column("uri", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("accepted_at", Moment),
    Column("accept_uri", WORDS),
    flag("shares", default=1),
    flag("notify"),
    Column("languages", WORDS),
    flag("at_home", default=1),
    Column("lists", WORDS, nullable=False, server_default=text("''")),
    Column("severed_at", Moment, nullable=False),
    Index("ix_severed_follows_host", "host", "followed_id", "id"),
    Index("ix_severed_follows_follower", "follower_id"),
    Index("ix_severed_follows_followed", "followed_id"),
)

# How communities are led: accounts of the kind `Group`, of this node and as other nodes have told.
communities = Table(
    "communities",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    flag("is_for_members"),
    flag("managers_write_only"),
    Column("managers_uri", WORDS, nullable=False, server_default=text("''")),
    Column("closed_at", Moment),
)

community_managers = Table(
    "community_managers",
    metadata,
    Column("community_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Index("ix_community_managers_account", "account_id"),
)

community_bans = Table(
    "community_bans",
    metadata,
    Column("community_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("uri", WORDS, nullable=False),
    Column("until", Moment),
    Column("created_at", Moment, nullable=False),
    Index("ix_community_bans_account", "account_id"),
)

locked_threads = Table(
    "locked_threads",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    of("community_id", "accounts.id"),
    Column("uri", WORDS, nullable=False),
    Column("locked_at", Moment, nullable=False),
    Index("ix_locked_threads_community", "community_id"),
)

proven_posts = Table(
    "proven_posts",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("document", WORDS, nullable=False),
)
"""The activity in which a member elsewhere wrote a post for the members of a community of this node, with its proof."""

community_pins = Table(
    "community_pins",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("community_id", "accounts.id"),
    of("post_id", "posts.id"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("community_id", "post_id"),
    Index("ix_community_pins_post", "post_id"),
)

lists = Table(
    "lists",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("title", WORDS, nullable=False),
    Column("replies_policy", String(16), nullable=False),
    flag("exclusive"),
    Column("created_at", Moment, nullable=False),
    Index("ix_lists_account", "account_id", "id"),
)

list_members = Table(
    "list_members",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("list_id", "lists.id"),
    of("follow_id", "follows.id"),
    UniqueConstraint("list_id", "follow_id"),
    Index("ix_list_members_follow", "follow_id"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("target_id", "accounts.id"),
    Column("created_at", Moment, nullable=False),
    Column("uri", WORDS),
    UniqueConstraint("account_id", "target_id"),
    Index("ix_blocks_target", "target_id"),
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("target_id", "accounts.id"),
    Column("created_at", Moment, nullable=False),
    flag("notifications", default=1),
    Column("expires_at", Moment),
    UniqueConstraint("account_id", "target_id"),
)

blocked_nodes = Table(
    "blocked_nodes",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("host", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "host"),
)

endorsements = Table(
    "endorsements",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("target_id", "accounts.id"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "target_id"),
    Index("ix_endorsements_target", "target_id"),
)

account_notes = Table(
    "account_notes",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("target_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("text", WORDS, nullable=False),
    Index("ix_account_notes_target", "target_id"),
)

# ---- posts ------------------------------------------------------------------------------------------------------

posts = Table(
    "posts",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("uri", WORDS, nullable=False, unique=True),
    of("author_id", "accounts.id"),
    of("boost_of", "posts.id", nullable=True),
    Column("reply_to", BigInteger),
    Column("reply_to_uri", WORDS),
    Column("reply_to_author", BigInteger),
    Column("thread_id", BigInteger, nullable=False),
    Column("reach", SmallInteger, nullable=False),
    flag("is_local"),
    Column("url", WORDS, nullable=False),
    Column("content", WORDS, nullable=False),
    Column("source", WORDS),
    Column("summary", WORDS, nullable=False),
    flag("sensitive"),
    Column("language", String(16)),
    Column("published_at", Moment, nullable=False),
    Column("edited_at", Moment),
    Column("application", WORDS),
    count("replies_count"),
    count("shares_count"),
    count("favourites_count"),
    Column("document", WORDS),
    count("holds"),
    Index("ix_posts_author", "author_id", "id"),
    Index("ix_posts_thread", "thread_id", "id"),
    Index(
        "ix_posts_boost_of",
        "boost_of",
        "author_id",
        unique=True,
        sqlite_where=text("boost_of is not null"),
        postgresql_where=text("boost_of is not null"),
    ),
    Index(
        "ix_posts_waiting_parent",
        "reply_to_uri",
        sqlite_where=text("reply_to is null and reply_to_uri is not null"),
        postgresql_where=text("reply_to is null and reply_to_uri is not null"),
    ),
    Index(
        "ix_posts_all_nodes",
        "id",
        sqlite_where=text("reach = 0 and boost_of is null"),
        postgresql_where=text("reach = 0 and boost_of is null"),
    ),
    Index(
        "ix_posts_this_node",
        "id",
        sqlite_where=text("is_local = 1 and boost_of is null"),
        postgresql_where=text("is_local = 1 and boost_of is null"),
    ),
    Index(
        "ix_posts_with_media",
        "id",
        sqlite_where=text("(holds & 256) <> 0"),
        postgresql_where=text("(holds & 256) <> 0"),
    ),
    Index(
        "ix_posts_author_with_media",
        "author_id",
        "id",
        sqlite_where=text("(holds & 256) <> 0"),
        postgresql_where=text("(holds & 256) <> 0"),
    ),
)

media = Table(
    "media",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("owner_id", "accounts.id"),
    # The bytes outlive the post for a while; whoever sweeps finds them here.
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="SET NULL")),
    Column("position", SmallInteger, nullable=False, server_default=text("0")),
    Column("place", SmallInteger, nullable=False, server_default=text("0")),
    Column("state", SmallInteger, nullable=False),
    Column("name", String(32), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("media_type", WORDS, nullable=False),
    Column("description", WORDS, nullable=False),
    count("width"),
    count("height"),
    count("small_width"),
    count("small_height"),
    count("duration"),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    count("small_size"),
    Column("given_size", BigInteger, nullable=False, server_default=text("0")),
    Column("blurhash", WORDS, nullable=False, server_default=text("''")),
    Column("digest", String(64), nullable=False, server_default=text("''")),
    count("focus_x"),
    count("focus_y"),
    Column("remote_url", WORDS),
    Column("loose_at", Moment),
    Column("used_at", Moment),
    Column("created_at", Moment, nullable=False),
    Index("ix_media_post", "post_id", "position"),
    Index("ix_media_owner", "owner_id", "place"),
    Index(
        "ix_media_loose",
        "loose_at",
        sqlite_where=text("post_id is null and place = 0"),
        postgresql_where=text("post_id is null and place = 0"),
    ),
    Index(
        "ix_media_of_peers",
        "used_at",
        sqlite_where=text("state = 1 and remote_url is not null"),
        postgresql_where=text("state = 1 and remote_url is not null"),
    ),
)
"""Files of posts and pictures of profiles (`media.py`); their bytes lie in `files.py`."""

post_people = Table(
    "post_people",
    metadata,
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    flag("mentioned", default=1),
    Index("ix_post_people_account", "account_id", "post_id"),
)

tags = Table(
    "tags",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("name", WORDS, nullable=False, unique=True),
    Column("spelling", WORDS, nullable=False),
)

post_tags = Table(
    "post_tags",
    metadata,
    Column("tag_id", BigInteger, ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Index("ix_post_tags_post", "post_id"),
)

post_versions = Table(
    "post_versions",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("post_id", "posts.id"),
    Column("content", WORDS, nullable=False),
    Column("summary", WORDS, nullable=False),
    flag("sensitive"),
    Column("written_at", Moment, nullable=False),
    Column("options", WORDS),
    Index("ix_post_versions_post", "post_id", "id"),
)

favourites = Table(
    "favourites",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("post_id", "posts.id"),
    Column("uri", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "post_id"),
    Index("ix_favourites_post", "post_id", "id"),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("post_id", "posts.id"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "post_id"),
    Index("ix_bookmarks_post", "post_id"),
)

thread_marks = Table(
    "thread_marks",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    flag("muted"),
    Column("read_upto", BigInteger, nullable=False, server_default=text("0")),
    Column("removed_upto", BigInteger, nullable=False, server_default=text("0")),
    Index("ix_thread_marks_thread", "thread_id"),
)

filters = Table(
    "filters",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("title", WORDS, nullable=False),
    Column("contexts", WORDS, nullable=False),
    Column("action", String(8), nullable=False),
    Column("expires_at", Moment),
    Index("ix_filters_account", "account_id", "id"),
)

filter_keywords = Table(
    "filter_keywords",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("filter_id", "filters.id"),
    Column("keyword", WORDS, nullable=False),
    flag("whole_word"),
    Index("ix_filter_keywords_filter", "filter_id", "id"),
)

filter_posts = Table(
    "filter_posts",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("filter_id", "filters.id"),
    of("post_id", "posts.id"),
    UniqueConstraint("filter_id", "post_id"),
    Index("ix_filter_posts_post", "post_id"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("uri", WORDS, primary_key=True),
    Column("owner_uri", WORDS, primary_key=True),
    Column("at", Moment, nullable=False),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("kind", String(24), nullable=False),
    of("from_id", "accounts.id"),
    of("post_id", "posts.id", nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("about", BigInteger),
    flag("filtered"),
    Index("ix_notifications_account", "account_id", "id"),
    Index("ix_notifications_post", "post_id"),
    Index(
        "ix_notifications_filtered",
        "account_id",
        "from_id",
        sqlite_where=text("filtered = 1"),
        postgresql_where=text("filtered = 1"),
    ),
)

notification_policies = Table(
    "notification_policies",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("for_not_following", String(8), nullable=False),
    Column("for_not_followers", String(8), nullable=False),
    Column("for_new_accounts", String(8), nullable=False),
    Column("for_private_mentions", String(8), nullable=False),
    Column("for_limited_accounts", String(8), nullable=False),
)

notification_permissions = Table(
    "notification_permissions",
    metadata,
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("from_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_notification_permissions_from", "from_id"),
)

markers = Table(
    "markers",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("timeline", String(16), primary_key=True),
    Column("last_read_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", WORDS, primary_key=True),
    Column("post_id", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
)

featured_tags = Table(
    "featured_tags",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("tag_id", "tags.id"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "tag_id"),
    Index("ix_featured_tags_tag", "tag_id"),
)

tag_follows = Table(
    "tag_follows",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("tag_id", "tags.id"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "tag_id"),
    Index("ix_tag_follows_tag", "tag_id"),
)

hidden_suggestions = Table(
    "hidden_suggestions",
    metadata,
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column(
        "target_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("created_at", Moment, nullable=False),
    Index("ix_hidden_suggestions_target", "target_id"),
)

scheduled_posts = Table(
    "scheduled_posts",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("draft", WORDS, nullable=False),
    Column("key", WORDS),
    Column("application", WORDS),
    Column("app_id", BigInteger),
    Column("due_at", Moment, nullable=False),
    Column("failed_at", Moment),
    Column("created_at", Moment, nullable=False),
    Index("ix_scheduled_posts_account", "account_id", "id"),
    Index(
        "ix_scheduled_posts_due",
        "due_at",
        sqlite_where=text("failed_at is null"),
        postgresql_where=text("failed_at is null"),
    ),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("key", WORDS, nullable=False),
    Column("typed", WORDS, nullable=False),
    # No reference: what was removed on purpose must not come back as a draft.
    Column("post_id", BigInteger),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("sent_at", Moment),
    UniqueConstraint("account_id", "key"),
    Index(
        "ix_drafts_sent",
        "sent_at",
        sqlite_where=text("sent_at is not null"),
        postgresql_where=text("sent_at is not null"),
    ),
)

sendings = Table(
    "sendings",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    count("nodes"),
)

# ---- what a post may hold beside its text ---------------------------------------------------------------------------

conversations = Table(
    "conversations",
    metadata,
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("uri", WORDS, nullable=False),
    Column("host", WORDS, nullable=False),
    Column("fetched_at", Moment),
    Index("ix_conversations_host", "host"),
)

missing_posts = Table(
    "missing_posts",
    metadata,
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("uri", WORDS, primary_key=True),
    Column("host", WORDS, nullable=False),
    Column("reason", String(16), nullable=False),
    flag("is_list"),
    Index("ix_missing_posts_host", "host"),
)

polls = Table(
    "polls",
    metadata,
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    flag("multiple"),
    Column("ends_at", Moment),
    Column("closed_at", Moment),
    Column("told_at", Moment),
    count("voters_count"),
    flag("hides_totals"),
    Column("due_at", Moment),
    Index(
        "ix_polls_due",
        "due_at",
        sqlite_where=text("due_at is not null"),
        postgresql_where=text("due_at is not null"),
    ),
)

poll_options = Table(
    "poll_options",
    metadata,
    Column(
        "post_id", BigInteger, ForeignKey("polls.post_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("title", WORDS, nullable=False),
    count("votes_count"),
)

votes = Table(
    "votes",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("post_id", "polls.post_id"),
    of("account_id", "accounts.id"),
    Column("position", SmallInteger, nullable=False),
    Column("uri", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("post_id", "account_id", "position"),
)

events = Table(
    "events",
    metadata,
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Column("timezone", WORDS),
    Column("place", WORDS, nullable=False, server_default=text("''")),
    Column("status", String(16), nullable=False),
    Column("join_mode", String(16), nullable=False),
    Column("capacity", Integer),
    count("attending_count"),
)

attendances = Table(
    "attendances",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("post_id", "events.post_id"),
    of("account_id", "accounts.id"),
    Column("state", String(16), nullable=False),
    Column("uri", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("post_id", "account_id"),
)

titles = Table(
    "titles",
    metadata,
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("type", String(16), nullable=False),
    Column("title", WORDS, nullable=False),
)

quotes = Table(
    "quotes",
    metadata,
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("quoted_uri", WORDS, nullable=False),
    Column("state", String(16), nullable=False),
    Column("request_uri", WORDS),
    Column("stamp_uri", WORDS),
    Index("ix_quotes_quoted", "quoted_uri", "post_id"),
    Index(
        "ix_quotes_stamp",
        "stamp_uri",
        sqlite_where=text("stamp_uri is not null"),
        postgresql_where=text("stamp_uri is not null"),
    ),
)

quote_stamps = Table(
    "quote_stamps",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("post_id", "posts.id"),
    Column("quoting_uri", WORDS, nullable=False),
    Column("quoting_actor", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    UniqueConstraint("post_id", "quoting_uri"),
)

quote_policies = Table(
    "quote_policies",
    metadata,
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("policy", String(16), nullable=False),
)

custom_emoji = Table(
    "custom_emoji",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("host", WORDS, nullable=False),
    Column("shortcode", String(64), nullable=False),
    Column("url", WORDS, nullable=False),
    Column("file", String(32), nullable=False),
    Column("updated_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("host", "shortcode"),
)
"""Of other nodes (`custom_emoji.py`). file: the name of the picture in `media`."""

emoji_reactions = Table(
    "emoji_reactions",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("post_id", "posts.id"),
    Column("emoji", WORDS, nullable=False),
    Column("uri", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("post_id", "account_id", "emoji"),
    Index("ix_emoji_reactions_account", "account_id"),
)

pins = Table(
    "pins",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    of("post_id", "posts.id"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("post_id"),
    Index("ix_pins_account", "account_id", "id"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("uri", WORDS, nullable=False, unique=True),
    of("by_id", "accounts.id"),
    of("target_id", "accounts.id"),
    Column("comment", WORDS, nullable=False),
    Column("category", String(16), nullable=False),
    flag("forwarded"),
    Column("created_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("resolved_by", BigInteger),
    Column("assigned_to", BigInteger),
    Column("rules", WORDS, nullable=False, server_default=text("'[]'")),
    Column("updated_at", Moment, nullable=False, server_default=text("0")),
    Index("ix_reports_target", "target_id", "id"),
    Index("ix_reports_by", "by_id", "id"),
    Index(
        "ix_reports_open",
        "id",
        sqlite_where=text("resolved_at is null"),
        postgresql_where=text("resolved_at is null"),
    ),
)

report_posts = Table(
    "report_posts",
    metadata,
    Column(
        "report_id", BigInteger, ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("post_id", BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Index("ix_report_posts_post", "post_id"),
)

report_notes = Table(
    "report_notes",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("report_id", "reports.id"),
    of("by_id", "accounts.id"),
    Column("text", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_report_notes_report", "report_id", "id"),
)

warnings = Table(
    "warnings",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("account_id", "accounts.id"),
    Column("action", String(16), nullable=False),
    Column("text", WORDS, nullable=False),
    Column("posts", WORDS, nullable=False),
    Column("report_id", BigInteger),
    Column("created_at", Moment, nullable=False),
    Index("ix_warnings_account", "account_id", "id"),
)

# ---- what the house says to its people --------------------------------------------------------------------------------

announcements = Table(
    "announcements",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("source", WORDS, nullable=False),
    Column("content", WORDS, nullable=False),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    flag("all_day"),
    Column("published_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

announcement_reads = Table(
    "announcement_reads",
    metadata,
    Column(
        "announcement_id",
        BigInteger,
        ForeignKey("announcements.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("read_at", Moment, nullable=False),
    Index("ix_announcement_reads_account", "account_id"),
)

announcement_reactions = Table(
    "announcement_reactions",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("announcement_id", "announcements.id"),
    of("account_id", "accounts.id"),
    Column("emoji", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("announcement_id", "account_id", "emoji"),
    Index("ix_announcement_reactions_account", "account_id"),
)

rules = Table(
    "rules",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("text", WORDS, nullable=False),
    Column("hint", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("removed_at", Moment),
)

house_texts = Table(
    "house_texts",
    metadata,
    Column("name", String(48), primary_key=True),
    Column("source", WORDS, nullable=False),
    Column("content", WORDS, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# ---- other nodes ------------------------------------------------------------------------------------------------

peers = Table(
    "peers",
    metadata,
    Column("host", WORDS, primary_key=True),
    Column("id", BigInteger, nullable=False, unique=True),
    flag("allowed"),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", WORDS, nullable=False),
    Column("software", WORDS),
    count("failures"),
    Column("retry_at", Moment),
    Column("last_error", WORDS),
    Column("last_sent_at", Moment),
    Column("last_heard_at", Moment),
    Column("skew_seconds", Integer),
    Column("way", WORDS),
    Column("contact", WORDS, nullable=False, server_default=text("''")),
    flag("paused"),
)

activities = Table(
    "activities",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("uri", WORDS, nullable=False, unique=True),
    of("actor_id", "accounts.id"),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("host", WORDS, nullable=False),
    of("activity_id", "activities.id"),
    Column("actor_id", BigInteger, nullable=False),
    Column("inbox", WORDS, nullable=False),
    count("attempts"),
    Column("created_at", Moment, nullable=False),
    Column("dead_at", Moment),
    Column("error", WORDS),
    *lease(),
    Index(
        "ix_deliveries_lane",
        "host",
        "actor_id",
        "id",
        sqlite_where=text("dead_at is null"),
        postgresql_where=text("dead_at is null"),
    ),
    Index(
        "ix_deliveries_leased",
        "host",
        "actor_id",
        sqlite_where=text("leased_by is not null"),
        postgresql_where=text("leased_by is not null"),
    ),
    Index(
        "ix_deliveries_waiting",
        "host",
        "id",
        sqlite_where=text("dead_at is null"),
        postgresql_where=text("dead_at is null"),
    ),
    Index("ix_deliveries_activity", "activity_id"),
)

journal = Table(
    "journal",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("uri", WORDS, nullable=False, unique=True),
    Column("actor_uri", WORDS, nullable=False),
    Column("host", WORDS, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("outcome", String(16)),
    count("attempts"),
    Column("retry_at", Moment),
    Column("error", WORDS),
    *lease(),
    Column("addressee", BigInteger),
    Index(
        "ix_journal_waiting",
        "id",
        sqlite_where=text("outcome is null"),
        postgresql_where=text("outcome is null"),
    ),
    Index(
        "ix_journal_chain",
        "actor_uri",
        "id",
        sqlite_where=text("outcome is null"),
        postgresql_where=text("outcome is null"),
    ),
    Index(
        "ix_journal_retry",
        "retry_at",
        sqlite_where=text("retry_at is not null"),
        postgresql_where=text("retry_at is not null"),
    ),
)

journal_bodies = Table(
    "journal_bodies",
    metadata,
    Column("id", ID, ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

public_keys = Table(
    "public_keys",
    metadata,
    Column("key_id", WORDS, primary_key=True),
    Column("owner_uri", WORDS, nullable=False),
    Column("pem", WORDS, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    flag("proves"),
    Column("expires_at", Moment),
    flag("held"),
    Index("ix_public_keys_owner", "owner_uri"),
    Index("ix_public_keys_held", "owner_uri", sqlite_where=text("held = 1"), postgresql_where=text("held = 1")),
)

# By which keys the nodes of peers are known.
node_keys = Table(
    "node_keys",
    metadata,
    Column("owner_uri", WORDS, primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("host", WORDS, nullable=False),
    Column("pinned_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("confirmed_by", WORDS),
    Index("ix_node_keys_host", "host"),
)

private_keys = Table(
    "private_keys",
    metadata,
    Column("key_id", WORDS, primary_key=True),
    of("account_id", "accounts.id"),
    Column("kind", String(8), nullable=False),
    Column("public_pem", WORDS, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("retired_at", Moment),
    Index("ix_private_keys_account", "account_id"),
)

# ---- apps and the house itself ----------------------------------------------------------------------------------

oauth_apps = Table(
    "oauth_apps",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("client_id", WORDS, nullable=False, unique=True),
    Column("secret_digest", String(64), nullable=False),
    Column("name", WORDS, nullable=False),
    Column("website", WORDS),
    Column("redirect_uris", WORDS, nullable=False),
    Column("scopes", WORDS, nullable=False),
    Column("created_at", Moment, nullable=False),
)

oauth_codes = Table(
    "oauth_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    of("app_id", "oauth_apps.id"),
    of("account_id", "accounts.id"),
    Column("redirect_uri", WORDS, nullable=False),
    Column("scopes", WORDS, nullable=False),
    Column("challenge", WORDS),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index("ix_oauth_codes_app", "app_id"),
)

oauth_tokens = Table(
    "oauth_tokens",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False, unique=True),
    of("app_id", "oauth_apps.id", nullable=True),
    of("account_id", "accounts.id", nullable=True),
    Column("scopes", WORDS, nullable=False),
    Column("code_digest", String(64)),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index("ix_oauth_tokens_account", "account_id"),
    Index("ix_oauth_tokens_app", "app_id"),
    Index("ix_oauth_tokens_code", "code_digest"),
)

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    of("token_id", "oauth_tokens.id"),
    of("account_id", "accounts.id"),
    Column("endpoint", WORDS, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("auth", LargeBinary, nullable=False),
    flag("standard"),
    Column("alerts", WORDS, nullable=False),
    Column("policy", String(16), nullable=False),
    Column("sealed_token", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("token_id"),
    Index("ix_push_subscriptions_account", "account_id"),
)

pushes = Table(
    "pushes",
    metadata,
    Column(
        "subscription_id",
        BigInteger,
        ForeignKey("push_subscriptions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column(
        "notification_id",
        BigInteger,
        ForeignKey("notifications.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    count("attempts"),
    Column("due_at", Moment, nullable=False),
    Index("ix_pushes_notification", "notification_id"),
    Index("ix_pushes_due", "due_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", WORDS, nullable=False),
    Column("source", WORDS, nullable=False),
    Column("act", String(48), nullable=False),
    Column("subject", WORDS, nullable=False),
    Column("detail", WORDS, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(48), primary_key=True),
    Column("value", WORDS, nullable=False),
)

allowances = Table(
    "allowances",
    metadata,
    Column("name", WORDS, primary_key=True),
    Column("full_at", BigInteger, nullable=False),
)
"""How often somebody may ask (`rates.py`). The moment is in microseconds; SQLite keeps only what units count themselves."""
