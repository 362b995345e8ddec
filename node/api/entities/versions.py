"""Posts as they were: every version of a text, and what was typed."""

from collections.abc import Sequence

from node.api.entities import emoji, files, people
from node.api.entities import polls as poll_entities
from node.api.entities.parts import Entity, timestamp
from node.context import Node
from storage import accounts as account_rows
from storage import media, polls
from storage import posts as post_rows
from storage.accounts import Account
from storage.custom_emoji import Emoji
from storage.ids import AccountId, PostId
from storage.media import Media
from storage.posts import Holds, Post
from storage.store import Unit


async def history(node: Node, reader: Account, identifier: PostId) -> list[Entity]:
    """What a post said, first to present; one entry when it was never edited."""
    post, versions, author, offered, own, custom = await node.store.read(_versions, identifier, reader.id)
    shown = [files.attachment(each, base_url=node.base_url) for each in own]
    said = [
        *((v.content, v.summary, v.sensitive, v.written_at, poll_entities.offered_before(v)) for v in versions),
        (post.content, post.summary, post.sensitive, post.edited_at or post.published_at, offered),
    ]
    return [
        {
            "content": content,
            "spoiler_text": summary,
            "sensitive": sensitive,
            "created_at": timestamp(written_at),
            "account": people.account(node, author),
            # Which files hung there before is not kept: those of now stand beside the text of now.
            "media_attachments": files.for_reader(node.vault, reader.id, shown, now=node.now())
            if number == len(said)
            else [],
            "emojis": emoji.entities(emoji.among(custom, (summary, content)), base_url=node.base_url),
            **poll_entities.part_of_version(titles),
        }
        for number, (content, summary, sensitive, written_at, titles) in enumerate(said, start=1)
    ]


def source(post: Post) -> Entity:
    """What was typed, for its author to edit."""
    return {"id": str(post.id), "text": post.source or "", "spoiler_text": post.summary}


def _versions(
    unit: Unit, identifier: PostId, reader: AccountId
) -> tuple[Post, list[post_rows.Version], Account, list[str], Sequence[Media], Sequence[Emoji]]:
    post = post_rows.visible(unit, identifier, reader=reader)
    offered = [option.title for option in polls.options(unit, [identifier])] if post.holds & Holds.POLL else []
    own = media.of(unit, [post.id]).get(post.id, ())
    versions, author = post_rows.versions(unit, identifier), account_rows.get(unit, post.author_id)
    before = [text for version in versions for text in (version.content, version.summary)]
    custom = emoji.of_posts(unit, [post], {author.id: author}, {post.id: before}).get(post.id, ())
    return post, versions, author, offered, own, custom
