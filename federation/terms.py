"""The names of the terms that this node writes, for those who read documents as JSON-LD. They are names: nobody has to fetch them."""

from federation.strict_json import JsonValue

CONTEXT: list[JsonValue] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    {
        "as": "https://www.w3.org/ns/activitystreams#",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "toot": "http://joinmastodon.org/ns#",
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "implements": "https://w3id.org/fep/844e/implements",
        "schema": "http://schema.org#",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "votersCount": "toot:votersCount",
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
        "blurhash": "toot:blurhash",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "size": "schema:contentSize",
        "digestMultibase": "https://w3id.org/security#digestMultibase",
    },
]
"""The names of the terms that this node writes."""

EVENT_TERMS: JsonValue = {
    "ical": "http://www.w3.org/2002/12/cal/ical#",
    "mz": "https://joinmobilizon.org/ns#",
    "fep8a8e": "https://w3id.org/fep/8a8e/",
    "eventStatus": {"@id": "fep8a8e:eventStatus", "@type": "@vocab"},
    "EventScheduled": "fep8a8e:EventScheduled",
    "EventTentative": "fep8a8e:EventTentative",
    "EventCancelled": "fep8a8e:EventCancelled",
    "displayEndTime": "fep8a8e:displayEndTime",
    "organizers": {"@id": "fep8a8e:organizers", "@type": "@id"},
    "attendees": {"@id": "fep8a8e:attendees", "@type": "@id"},
    "timezone": "mz:timezone",
    "joinMode": "mz:joinMode",
    "participantCount": "mz:participantCount",
    "maximumAttendeeCapacity": "schema:maximumAttendeeCapacity",
}
"""The same for events, where there is one."""

QUOTE_TERMS: JsonValue = {
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "quoteUrl": "as:quoteUrl",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
}
"""The names of the terms of documents that speak of quotes, beside those."""

ACTOR_CONTEXT: list[JsonValue] = [
    *CONTEXT[:2],
    "https://w3id.org/security/data-integrity/v2",
    "https://www.w3.org/ns/cid/v1",
    *CONTEXT[2:],
]
"""The same for somebody who can act, with the names that keys need."""
