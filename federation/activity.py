"""An activity: the one door through which every social act passes, whether a person here does it or a peer tells of it.

Each type is a class of its own in `activities/` and answers the same questions, in this order:

    wants      which things must be known here before it can be applied (the inbox fetches them)
    authorize  may this actor do this? Raises NotAllowed, NotFound or Ignored
    audience   who must hear of it; asked only of what people of this node do
    apply      the effects, in the database; applied twice is applied once
    answers    what is done in return, as an Accept to a Follow
    continues  in which conversation it takes place, whose other readers should hear of it
    passes_on  to whom this node passes it on, unchanged, when a peer has told it
    decides_in the community in which it is what its managers decide

Adding a type is adding a file to `activities/`: a class with `type: Literal["…"]` registers itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import Annotated, ClassVar, Self, get_args

import rfc8785
from pydantic import AfterValidator, PrivateAttr, ValidationError

from federation.audience import Audience
from federation.errors import Ignored, Malformed, NotAllowed
from federation.hosts import same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import Model, Uri, Uris, types_of, value_or_id
from storage import accounts
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.store import Unit


class How(Enum):
    """In which way something that is wanted is brought here."""

    ONCE = auto()
    """Fetched, unless it is here."""
    IF_FOR_US = auto()
    """A post, fetched unless it is here, and kept only if somebody here is concerned. Where it may be an actor, that is kept."""
    AGAIN = auto()
    """A post, fetched also when it is here, since it may have changed or gone."""
    AS_ACT = auto()
    """An activity, fetched and applied as its own node shows it."""
    RESTORED = auto()
    """A post that a community had taken out and puts back, kept again although it is known as removed."""
    LED = auto()
    """Who leads a community of another node, as the collection says that it names."""
    PROOF = auto()
    """An activity that is here already, and whose proof is to be checked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that an activity speaks of and that is not here, or not yet believed.

    uri: its id.  required: without it the activity means nothing.  naming: an id that it must name, for AGAIN and RESTORED;
    the id of the collection, for LED; whom or what it is about, so that it concerns somebody here, for IF_FOR_US.
    document: the activity, for PROOF; the post that answers it, for ONCE, where it is wanted since it is answered.
    """

    uri: str
    required: bool
    how: How = How.ONCE
    naming: str = ""
    document: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class PassedOn:
    """To whom an activity of a peer is passed on unchanged. by: the account of this node in whose lane it goes."""

    by: AccountId
    audience: Audience


def _bounded(uri: str) -> str:
    if len(uri) > 2_048:  # noqa: PLR2004  the longest URI anywhere
        message = "an id has at most 2,048 characters"
        raise ValueError(message)
    return uri


def _id_by_content(document: JsonObject) -> str:
    """An id for what has none: the same for the same content, so that a second copy is known."""
    try:
        said = {name: value for name, value in document.items() if name not in ("proof", "signature")}
        digest = sha256(rfc8785.dumps(said)).hexdigest()
    except rfc8785.CanonicalizationError as error:
        raise Malformed(code="bad-activity", internal=str(error)) from error
    return f"{value_or_id(document.get('actor'))}#unnamed-{digest}"


class Activity(Model):
    """What every activity has; the classes in `activities/` say the rest."""

    registry: ClassVar[dict[str, type["Activity"]]] = {}

    may_be_of_suspended: ClassVar[bool] = False
    """Whether it counts from somebody whom moderators have suspended: it takes something back, or corrects it."""
    may_be_of_gone: ClassVar[bool] = False
    """Whether it counts from somebody who has left for good: it takes something back."""
    may_be_unnamed: ClassVar[bool] = False
    """Whether it is taken without an id: an answer, which some software sends so. ActivityPub 3.1 lets it."""

    id: Annotated[Uri, AfterValidator(_bounded)]
    type: str
    actor: Uri
    to: Uris = ()
    cc: Uris = ()

    _document: JsonObject = PrivateAttr(default_factory=dict)
    _proven: frozenset[str] = PrivateAttr(default=frozenset())
    _performer: tuple[Unit, Account] | None = PrivateAttr(default=None)
    _brought_by_group: str = PrivateAttr(default="")

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        names = get_args(cls.model_fields["type"].annotation)
        for name in names:
            if name in Activity.registry:
                message = f"two files speak for {name}"
                raise TypeError(message)
            Activity.registry[name] = cls

    @classmethod
    def parse(cls, document: JsonObject) -> "Activity | None":
        """The activity in a document; None for a type that this node does not know, which is lawful.

        Raises Malformed: a property is missing or not what it should be; its name is in the detail.
        """
        kinds = types_of(document)
        if not kinds:
            raise Malformed("The property `type` is missing.", code="no-type")
        known = [cls.registry[kind] for kind in sorted(kinds) if kind in cls.registry]
        return known[0].read(document) if known else None

    @classmethod
    def read(cls, document: JsonObject) -> Self:
        """This type of activity from a document. Raises Malformed."""
        given = {**document, "type": cls.model_fields["type"].default}
        if cls.may_be_unnamed and not document.get("id"):
            given["id"] = _id_by_content(document)
        try:
            found = cls.model_validate(given)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            message = f"The property `{where}` is missing or not what it should be."
            raise Malformed(message, code="bad-activity") from error
        if not same_origin(found.id, found.actor):
            raise Malformed("The id of an activity has the origin of its actor.", code="foreign-id")
        found._document = document  # noqa: SLF001  its own class
        return found

    @property
    def document(self) -> JsonObject:
        """The activity as it was received, or as it will be sent."""
        return self._document

    def believe(self, proven: frozenset[str]) -> None:
        """Learn which activities inside this one their actors have proven; most have none inside. proven: their ids."""
        self._proven = proven

    @property
    def group(self) -> str:
        """The id of the community that has sent it on, having taken it; '' where it came from whoever did it."""
        return self._brought_by_group

    def comes_by(self, group: str) -> None:
        """Learn that a community has sent it on, which somebody here follows. group: its id."""
        self._brought_by_group = group

    def comes_to(self, addressee: Account) -> None:
        """Learn into whose own inbox it came, where it names nobody for whom it is. Means nothing, for most."""
        del addressee

    def performer(self, unit: Unit) -> Account:
        """The account of the actor, as it stands when a unit first asks. Raises NotFound."""
        known = self._performer
        if known is not None and known[0] is unit:
            return known[1]
        found = accounts.by_uri(unit, self.actor)
        if found is None:
            raise NotFound
        self._performer = (unit, found)
        return found

    def demand_standing(self, unit: Unit, /) -> None:
        """Whether the actor is there to do this, and moderators let them.

        Raises Ignored for what nobody does who has left; NotAllowed for what a suspended one may not do.
        """
        if self.may_be_of_suspended and self.may_be_of_gone:
            return
        try:
            actor = self.performer(unit)
        except NotFound:
            return  # whoever is not known here has not been judged; `authorize` says what becomes of it
        if actor.gone_at is not None and not self.may_be_of_gone:
            raise Ignored("actor-gone")
        if actor.suspended_at is not None and not self.may_be_of_suspended:
            raise NotAllowed(self.actor, self.id, "suspended")

    def is_allowed_to_stand(self, unit: Unit, /) -> bool:
        """The same as a question."""
        try:
            self.demand_standing(unit)
        except (Ignored, NotAllowed):
            return False
        return True

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """What must be fetched before this can be applied. Nothing, for most."""
        del unit
        return ()

    def authorize(self, unit: Unit, /) -> None:
        """Whether the actor may do this. Raises NotAllowed, NotFound, Ignored."""
        raise NotImplementedError

    def is_unasked(self, unit: Unit, /) -> bool:
        """Whether it reaches people here who have not asked to hear of the actor, so that it counts against the actor's share (`quotas`)."""
        del unit
        return False

    def audience(self, unit: Unit, /) -> Audience:
        """Who must hear of it, as it stands before it is applied."""
        raise NotImplementedError

    def apply(self, unit: Unit, /) -> None:
        """Make it so."""
        raise NotImplementedError

    def answers(self, unit: Unit, /) -> Sequence["Activity"]:
        """What people of this node do in return, at once. Nothing, for most."""
        del unit
        return ()

    def continues(self, unit: Unit, /) -> PostId | None:
        """The post that is answered by what this adds, changes or takes away, where everybody may hear of it."""
        del unit
        return None

    def passes_on(self, unit: Unit, /) -> PassedOn | None:
        """Who must hear of this from here, as the peer has told it and with its proof. Nobody, for most. ActivityPub 7.1.2."""
        del unit
        return None

    def decides_in(self, unit: Unit, /) -> Account | None:
        """The community in which this is what its managers decide; None for most. See `federation.leading`."""
        del unit
        return None
