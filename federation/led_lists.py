"""The two collections that the managers of a community change: of those who lead it, and of what stands first in it.

`attributedTo` of a Group names the first, `featured` the second; an Add or a Remove whose `target` is one of them changes it. As with
everything that managers decide, `federation.leading` says whether it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation import featured, leading
from federation.activity import Activity, How, Wanted
from federation.audience import GROUP, Audience
from federation.errors import FederationError, Ignored, NotAllowed
from storage import accounts, communities, posts, tombstones
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit

MOST_MANAGERS = 50
MOST_PINS = 20
"""In a community; more than anybody looks at."""


@dataclass(frozen=True, slots=True)
class LedList:
    """One of a community's two collections. is_of_managers: of those who lead it, or else of what stands first."""

    community: Account
    is_of_managers: bool


def find(unit: Unit, activity: Activity, target: str) -> LedList | None:
    """Which of a community's collections an Add or a Remove is about; None for what is somebody's own."""
    if featured.tag_in(activity.document):
        return None
    found = leading.named(unit, activity, activity.actor)
    terms = communities.find_all(unit, [each.id for each in found]) if found else {}
    for each in found:
        led = terms.get(each.id)
        if led is not None and led.managers_uri and led.managers_uri == target:
            return LedList(each, is_of_managers=True)
        if each.featured_uri and each.featured_uri == target:
            return LedList(each, is_of_managers=False)
    return None


def community_of(unit: Unit, activity: Activity, target: str) -> Account | None:
    """The community whose collection it is; None for what is somebody's own."""
    led = find(unit, activity, target)
    return None if led is None else led.community


def wants(unit: Unit, activity: Activity, led: LedList, thing: str) -> Sequence[Wanted]:
    """What is added, if it counts here and is not known."""
    try:
        leading.demand(unit, activity, led.community)
    except (FederationError, NotFound):
        return ()  # `authorize` says why
    if not leading.counts(activity, led.community):
        return ()
    if led.is_of_managers:
        return () if accounts.by_uri(unit, thing) else (Wanted(thing, required=True),)
    is_here = posts.by_uri(unit, thing) or tombstones.find(unit, thing)
    return () if is_here else (Wanted(thing, required=True, how=How.AGAIN, naming=led.community.uri),)


def told(unit: Unit, led: LedList, thing: str) -> Audience:
    """Who must hear of it: the community's node; of one of this node, who leads it now, or no longer."""
    person = accounts.by_uri(unit, thing) if led.is_of_managers and led.community.is_local else None
    return leading.told(led.community) | Audience(frozenset({person.id} if person else ()))


def authorize_add(unit: Unit, activity: Activity, led: LedList, thing: str) -> None:
    """A manager, somebody who may lead or what stands in the community.

    Raises NotFound, NotAllowed; Ignored: it is there already, taken back before, or more than anybody needs.
    """
    community = leading.demand(unit, activity, led.community)
    if tombstones.is_buried(unit, activity.id, by=activity.actor):
        raise Ignored("undone-already")
    if led.is_of_managers:
        _demand_new_manager(unit, activity, community, _person(unit, thing))
    else:
        _demand_new_pin(unit, activity, community, _post(unit, thing))


def authorize_remove(unit: Unit, activity: Activity, led: LedList, thing: str) -> None:
    """A manager; and one is left who leads. Raises NotFound, NotAllowed; Ignored: it is not there."""
    community = leading.demand(unit, activity, led.community)
    if not led.is_of_managers:
        if not communities.is_pinned(unit, community.id, _post(unit, thing).id):
            raise Ignored("not-pinned")
        return
    unit.lock(f"managers of {community.id}")
    if not communities.is_manager(unit, community.id, _person(unit, thing).id):
        raise Ignored("no-manager")
    if community.is_local and len(communities.managers(unit, community.id)) == 1:
        raise NotAllowed(activity.actor, community.uri, "last-manager")


def add(unit: Unit, activity: Activity, led: LedList, thing: str) -> None:
    """Put it there, where it counts."""
    if not leading.counts(activity, led.community):
        return
    if led.is_of_managers:
        communities.add_manager(unit, led.community.id, _person(unit, thing).id)
    else:
        communities.pin(unit, led.community.id, _post(unit, thing).id)


def remove(unit: Unit, activity: Activity, led: LedList, thing: str) -> None:
    """Take it out, where it counts."""
    if not leading.counts(activity, led.community):
        return
    if led.is_of_managers:
        communities.remove_manager(unit, led.community.id, _person(unit, thing).id)
    else:
        communities.unpin(unit, led.community.id, _post(unit, thing).id)


def _demand_new_manager(unit: Unit, activity: Activity, community: Account, person: Account) -> None:
    if person.kind in (NODE_ACTOR_KIND, GROUP) or communities.banned(unit, community.id, person.id) is not None:
        raise NotAllowed(activity.actor, person.uri, "cannot-lead")
    if communities.is_manager(unit, community.id, person.id):
        raise Ignored("leads-already")
    if len(communities.managers(unit, community.id)) >= MOST_MANAGERS:
        raise Ignored("too-many-managers")


def _demand_new_pin(unit: Unit, activity: Activity, community: Account, post: Post) -> None:
    if not leading.is_in(unit, community, post):
        raise NotAllowed(activity.actor, post.uri, "of-another-community")
    if communities.is_pinned(unit, community.id, post.id):
        raise Ignored("pinned-already")
    if communities.pins_count(unit, community.id) >= MOST_PINS:
        raise Ignored("too-many-pins")


def _person(unit: Unit, uri: str) -> Account:
    found = accounts.by_uri(unit, uri)
    if found is None or found.gone_at is not None:
        raise NotFound
    return found


def _post(unit: Unit, uri: str) -> Post:
    found = posts.by_uri(unit, uri)
    if found is None or found.boost_of is not None:
        raise NotFound
    return found
