"""What the code says to people: notices after something was done, and refusals, by their stable codes.

`message` only marks a sentence for the catalogue; it is translated where it is shown. A code that is not here speaks
with the sentence that its error brought along.
"""

from federation.hosts import unicode_form
from node.errors import Invalid
from node.web.languages import Language, translations
from storage import notification_policies
from storage.ids import Host


def message(sentence: str) -> str:
    """Mark a sentence for translation. Returns it as it is."""
    return sentence


NOTICES = {
    "published": message("Your post is published."),
    "published-mentioned": message("Your post is sent to the people it mentions."),
    "published-undescribed": message(
        "Your post is published. A file in it has no description yet: edit the post to add a sentence for those who cannot see it."
    ),
    "taken-back": message("Your post is taken back. Here is what you had written."),
    "too-late": message(
        "It is too late to undo: the post has been out for more than 30 seconds. You can delete it here."
    ),
    "draft-kept": message("Your draft is kept."),
    "draft-discarded": message("The draft is thrown away."),
    "scheduled": message("Your post waits for its time."),
    "put-off": message("Your post has another time now."),
    "not-scheduled": message("The post no longer waits to be published."),
    "saved": message("Your changes are saved."),
    "tries-failed": message(
        "Before you, somebody tried to sign in with your name and did not know the password. If it was not you, tell the security officer."
    ),
    "app-ended": message("The app can do nothing more in your name."),
    "session-ended": message("This session is ended."),
    "sessions-ended": message("All other sessions are ended."),
    "second-step-removed": message(
        "The second step is removed. The person signs in with the password, and was signed out."
    ),
    "described": message("The directory is changed. Other nodes hear of it."),
    "deleted": message("The post is deleted."),
    "pinned": message("The post stands first on your profile."),
    "unpinned": message("The post stands among the others again."),
    "voted": message("Your vote is counted."),
    "joined": message("The organiser is told that you want to come."),
    "invited": message("The invitation is sent."),
    "left": message("The organiser is told that you do not come."),
    "quote-revoked": message("Your post is no longer shown there."),
    "followed": message("You follow this person now."),
    "followed-soon": message(
        "You follow this person. What they publish comes to your journal as soon as their node has answered."
    ),
    "asked": message("Your request is sent. What they publish appears in your journal once it is granted."),
    "unfollowed": message("You no longer follow this person."),
    "founded": message("The community is founded. Say in a first post what it is for, and tell colleagues its name."),
    "community-followed": message("You belong to this community now."),
    "community-followed-soon": message("You belong to this community as soon as its node has answered."),
    "community-asked": message("Your request is sent. You belong to the community once its managers have agreed."),
    "community-apart": message("What is written there no longer comes to your journal: you read it on this page."),
    "community-at-home": message("What is written there comes to your journal again."),
    "community-unfollowed": message("You no longer belong to this community."),
    "member-accepted": message("This person belongs to the community now."),
    "member-refused": message("The request is declined."),
    "member-removed": message("This person no longer belongs to the community."),
    "member-kept-out": message("This person is kept out of the community."),
    "member-let-back": message("This person may take part again. To belong to it, they join anew."),
    "request-gone": message(
        "There is nothing to answer any more: the request was taken back, or answered by somebody else."
    ),
    "manager-added": message("This person leads the community too."),
    "manager-removed": message("This person no longer leads the community."),
    "asked-its-node": message("The community’s own node is asked. It is so here as soon as that node has told."),
    "community-closed": message("The community is closed down. What was written stays readable."),
    "community-reopened": message("The community is open again."),
    "community-pinned": message("The post stands first in the community."),
    "thread-locked": message("The conversation is locked."),
    "thread-unlocked": message("The conversation is unlocked."),
    "post-taken-out": message("The post is taken out of the community."),
    "tag_followed": message("Posts for everyone with this tag come to your journal now."),
    "tag_unfollowed": message("Posts with this tag no longer come to your journal by themselves."),
    "thread-muted": message("You are told of nothing more in this conversation."),
    "thread-unmuted": message("You are told of this conversation again."),
    "put-away": message("The conversation is off your list. It comes back when somebody writes in it."),
    "list-made": message("The list is made. Now choose who is in it."),
    "list-removed": message("The list is deleted. You follow its people as before."),
    "list-joined": message("The person is in the list."),
    "list-left": message("The person is no longer in the list."),
    "request-accepted": message("From now on you are told what this person does."),
    "request-dismissed": message("What waited is taken away."),
    "filter-made": message("The filter holds from now on."),
    "filter-removed": message("The filter is deleted."),
    "node-hidden": message("You read nothing of this node any more."),
    "node-shown": message("You read of this node again. Whom you followed there, you follow anew."),
    "all-followed": message("You follow your colleagues of this node now."),
    "welcomed": message("Welcome to your journal."),
    "welcome-ended": message("The steps are put away. You find them in your settings whenever you like."),
    "muted": message("This person is muted."),
    "unmuted": message("This person is no longer muted."),
    "blocked": message("This person is blocked."),
    "unblocked": message("This person is no longer blocked."),
    "accepted": message("This person follows you now."),
    "declined": message("The request is declined."),
    "let-in": message("This person belongs to the community now."),
    "dropped": message("This person no longer follows you."),
    "light": message("Pages come without pictures on this device. Each is shown when you ask for it."),
    "pictures": message("Pages come with pictures on this device."),
    "read": message("All notifications are marked as read."),
    "reported": message(
        "Your report has gone to the moderators of this node. They look at it; the person does not learn that it came from you."
    ),
    "reported-there": message(
        "Your report has gone to the moderators of this node and, without your name, to those of the person’s own node. "
        "They look at it; the person does not learn that it came from you."
    ),
    "noted": message("Your note is kept with the case."),
    "decided": message("It is done. The decision is on record."),
    "post-removed": message("The post is removed."),
    "case-closed": message("The case is closed."),
    "case-open": message("The case is open again."),
    "case-taken": message("You look after this case now."),
    "case-left": message("Nobody looks after this case now."),
    "rule-added": message("The rule is added to the charter."),
    "rule-removed": message("The rule is taken out of the charter."),
    "announced": message("The announcement is published."),
    "withdrawn": message("The announcement is withdrawn."),
    "admitted": message("The node is admitted. Its administrator must admit this one too."),
    "removed": message("The node is removed."),
    "paused": message("Exchange with this node rests. Nothing is lost."),
    "resumed": message("Exchange with this node goes on."),
    "key-confirmed": message("The node is known by these keys from now on."),
    "trying": message("This node tries again now. Reload the page in a moment."),
    "added": message("The person can sign in now."),
    "role-changed": message("The role is changed. The person must sign in again."),
    "disabled": message("The account is closed, and its open sessions are ended."),
    "enabled": message("The person can sign in again."),
}


def notice(code: str, language: Language) -> str:
    """The notice behind a code of an address, or "" for a code that nobody gave."""
    sentence = NOTICES.get(code)
    return _said(sentence, language) if sentence else ""


def _said(sentence: str, language: Language) -> str:
    return str(translations(language).ugettext(sentence))


REFUSED = {
    ("base", "ERR_NODE_REMOVED"): message(
        "Their node was removed, so nobody sees what they wrote. They are shown again when the node is admitted again."
    ),
    ("text", "ERR_BLANK"): message("Write something first."),
    ("note", "ERR_BLANK"): message("Write something first."),
    ("to", "ERR_BLANK"): message("Choose to whom you write."),
    ("to", "ERR_INVALID"): message("One of these people cannot be written to from here. Take them out and try again."),
    ("list_title", "ERR_BLANK"): message("Give the list a name."),
    ("list_title", "ERR_TOO_LONG"): message("The name is too long: 200 characters at most."),
    ("list_title", "ERR_TOO_MANY"): message(
        "You have 50 lists, which is the most. Delete one before you make another."
    ),
    ("name", "ERR_BLANK"): message("Give the community a name."),
    ("name", "ERR_TOO_LONG"): message("The name is too long: 100 characters at most."),
    ("purpose", "ERR_TOO_LONG"): message("The purpose is too long: 2,000 characters at most."),
    ("address", "ERR_INVALID"): message(
        "A short name has 1 to 30 letters a to z, digits, dots, hyphens or underscores, without spaces."
    ),
    ("address", "ERR_RESERVED"): message("This short name is kept for the node itself. Choose another."),
    ("address", "ERR_TAKEN"): message(
        "A person or a community of this node has this short name already. Choose another."
    ),
    ("reason", "ERR_TOO_LONG"): message("The reason is too long: 500 characters at most."),
    ("ban_until", "ERR_INCLUSION"): message("Choose for how long."),
    ("member", "ERR_NOBODY"): message("Only people lead a community, or are kept out of one."),
    ("member", "ERR_LEADS"): message("This person leads the community. Have them lead it no longer first."),
    ("member", "ERR_LAST"): message("Somebody must lead a community. Have another person lead it first."),
    ("member", "ERR_BANNED"): message("This person is kept out of the community. Let them take part again first."),
    ("community", "ERR_TOO_MANY"): message("Ten posts stand first already, which is the most. Unpin one first."),
    ("community", "ERR_NO_PINS"): message("In this community no posts stand first: its node has no place for them."),
    ("community", "ERR_NOT_WHOLE"): message(
        "The first post of this conversation is not known here, so it cannot be locked."
    ),
    ("community", "ERR_OWN"): message("This post is yours: delete it as you delete any other."),
    ("community", "ERR_ELSEWHERE"): message("This is decided at the community’s own node."),
    ("replies", "ERR_INCLUSION"): message("Choose one of the three answers."),
    ("reach", "ERR_INCLUSION"): message("Choose one of the three answers."),
    ("quotable", "ERR_INCLUSION"): message("Choose one of the three answers."),
    ("language", "ERR_INVALID"): message("Choose a language of the list."),
    ("q", "ERR_TOO_MANY"): message("The list is full: 5,000 people at most."),
    ("lists", "ERR_TOO_MANY"): message("The list is full: 5,000 people at most."),
    ("filter_title", "ERR_TOO_LONG"): message("The name is too long: 200 characters at most."),
    ("words", "ERR_BLANK"): message("Write at least one word."),
    ("words", "ERR_TOO_LONG"): message("A line is too long: 200 characters at most."),
    ("words", "ERR_TOO_MANY"): message(
        "That is too much: 100 filters at most, with 200 words each. Delete some, then try again."
    ),
    ("places", "ERR_INCLUSION"): message("Choose at least one place."),
    ("filter_action", "ERR_INCLUSION"): message("Choose what happens to these posts."),
    ("domain", "ERR_BLANK"): message("Choose a node."),
    ("domain", "ERR_INVALID"): message("Choose a node of the list."),
    ("domain", "ERR_SELF"): message("You cannot hide the node that you are on."),
    ("tag_name", "ERR_INVALID"): message("A tag is one word of letters, digits and underscores, such as #Asie."),
    ("tag_name", "ERR_TOO_MANY"): message("You follow 200 tags, which is the most. Leave one first."),
    **{(name, "ERR_INCLUSION"): message("Choose one of the three answers.") for name in notification_policies.NAMES},
    ("comment", "ERR_TOO_LONG"): message("What you wrote is too long: 1,000 characters at most."),
    ("account_id", "ERR_SELF"): message("You cannot report yourself."),
    ("base", "ERR_TOO_MANY"): message(
        "Many of your reports are still open. The moderators must look at them before you can send more."
    ),
    ("by", "ERR_UNKNOWN"): message("Nobody is called so. Give a piece of the name, or look in the directory."),
    ("since", "ERR_INVALID"): message("Give the day as year-month-day, such as 2027-01-31."),
    ("until", "ERR_INVALID"): message("Give the day as year-month-day, such as 2027-01-31."),
    ("until", "ERR_BEFORE"): message("The last day comes before the first. Exchange the two."),
    ("display_name", "ERR_INVALID"): message("Give a name, of 100 characters at most."),
    ("function", "ERR_TOO_LONG"): message("The function is too long: 100 characters at most."),
    ("department", "ERR_TOO_LONG"): message("The department is too long: 100 characters at most."),
    ("place", "ERR_TOO_LONG_PLACE"): message("The post is too long: 100 characters at most."),
    ("languages", "ERR_TOO_MANY"): message("Choose 20 languages at most."),
    ("skills", "ERR_TOO_MANY"): message("There are more than 20 skills. Keep those that colleagues ask you about."),
    ("skills", "ERR_TOO_LONG"): message("A skill has 50 characters at most. Put commas between them."),
    ("id", "ERR_SELF"): message("Nobody decides about themselves. Ask another moderator."),
    ("ends_at", "ERR_INVALID"): message(
        "Give the day as year-month-day, such as 2027-01-31, and not one that is over."
    ),
    ("rule", "ERR_BLANK"): message("Write the rule first."),
    ("rule", "ERR_TOO_LONG"): message("A rule has 300 characters at most, and its explanation 1,000."),
    ("rule", "ERR_TOO_MANY"): message("There are 40 rules already. Take one out before you add another."),
    ("extended_description", "ERR_TOO_LONG"): message("The text is too long: 20,000 characters at most."),
    ("privacy_policy", "ERR_TOO_LONG"): message("The text is too long: 20,000 characters at most."),
    ("text", "ERR_TOO_LONG"): message(
        "The text is too long: 5,000 characters at most. Shorten it, or publish it in two parts."
    ),
    ("text", "ERR_TOO_MANY"): message("You have 100 drafts already. Throw one away before you keep another."),
    ("key", "ERR_INVALID"): message(
        "The page was open for too long. Copy what you have written, reload it, and try again."
    ),
    ("tag", "ERR_INVALID"): message(
        "A tag is one word, without spaces: letters, digits and _, with at least one letter."
    ),
    ("tag", "ERR_TOO_MANY"): message("A post has at most five tags, those in the text among them. Take one out."),
    ("scheduled_at", "ERR_INVALID"): message(
        "Give a day and an hour at least five minutes from now and within five years, or leave it empty to publish at once."
    ),
    ("scheduled_at", "ERR_TOO_MANY"): message(
        "300 of your posts wait for their time already. Publish or throw away one of them first."
    ),
    ("scheduled_zone", "ERR_INVALID"): message("A time zone is written as Europe/Paris."),
    ("text", "ERR_MOVED"): message(
        "You work at another node now. Write there, with the account that your profile names."
    ),
    ("text", "ERR_COMMUNITY_CLOSED"): message("This community is closed: nothing more is written in it."),
    ("text", "ERR_BANNED"): message("You cannot write in this community for now. Its managers can tell you why."),
    ("text", "ERR_NO_MEMBER"): message("You are not a member of this community. Join it first, then publish."),
    ("text", "ERR_MANAGERS_ONLY"): message(
        "Here only the community managers begin conversations. You can answer them."
    ),
    ("text", "ERR_LOCKED"): message("This conversation is locked: nothing more is said in it."),
    ("title", "ERR_TOO_LONG"): message("The title is too long: 200 characters at most."),
    ("options", "ERR_EVENT"): message("An event holds no poll: ask in a post of its own."),
    ("title", "ERR_BLANK"): message("An event needs a title."),
    ("starts_at", "ERR_INVALID"): message("Give the day and the hour when it begins."),
    ("ends_at", "ERR_EVENT_ENDS"): message("An event ends after it begins, and within a year."),
    ("timezone", "ERR_INVALID"): message("A time zone is written as Europe/Paris."),
    ("place", "ERR_TOO_LONG"): message("The place is too long: 500 characters at most."),
    ("people", "ERR_BLANK"): message("Give the @names of the people to invite, 100 at most."),
    ("people", "ERR_NOT_FOUND"): message("One of these names is nobody’s. Check the spelling."),
    ("people", "ERR_CANNOT_READ"): message(
        "One of these people cannot read this event. Put their @name in its text first, or choose more readers for an event."
    ),
    ("people", "ERR_TAKES_NOBODY"): message("Nobody can come to this event any more."),
    ("capacity", "ERR_INVALID"): message("The number of places is a number from 1 to 100,000."),
    ("quoted_status_id", "ERR_NOT_QUOTABLE"): message("The author of this post does not let you quote it."),
    ("quoted_status_id", "ERR_STAYS_HERE"): message(
        "A post for this node only cannot quote one of another node: its author could not be asked. Choose other readers."
    ),
    ("quoted_status_id", "ERR_WIDER"): message(
        "Not all the people mentioned can read the post that you quote. Choose other readers."
    ),
    ("quoted_status_id", "ERR_NOT_NAMED"): message(
        "Mention the author of the post that you quote, or choose other readers."
    ),
    ("quote_approval_policy", "ERR_INCLUSION"): message("Choose who can quote your post."),
    ("topic", "ERR_INVALID"): message("A topic is one word: letters, digits and underscores, without spaces."),
    ("topic", "ERR_TOO_MANY"): message("You follow 200 topics already. Leave one first."),
    ("username", "ERR_INVALID"): message(
        "A username has 1 to 30 letters a to z, digits, dots, hyphens or underscores, without spaces."
    ),
    ("username", "ERR_RESERVED"): message("This name is kept for the node itself. Choose another."),
    ("username", "ERR_TAKEN"): message("Somebody has this username already. Choose another."),
    ("password", "ERR_TOO_SHORT"): message("The password is too short: at least 12 characters, four words will do."),
    ("password", "ERR_TOO_LONG"): message("The password is too long: 128 characters at most."),
    ("password", "ERR_COMMON"): message("This password is among the first that are tried. Choose four words."),
    ("password", "ERR_OWN_NAME"): message("This password is made of the person’s own name. Choose four words."),
    ("file", "ERR_BLANK"): message("Choose a picture first."),
    ("file", "ERR_TYPE"): message(
        "This type of file is not taken. Choose a picture (JPEG, PNG, WebP, GIF, AVIF), a film (MP4, WebM), sound (MP3, OGG) or a PDF."
    ),
    ("file", "ERR_TOO_LARGE"): message("The file is too large. Choose a smaller one."),
    ("file", "ERR_TOO_MANY_PIXELS"): message("The picture is too large: 40 megapixels at most."),
    ("file", "ERR_TOO_MANY_FRAMES"): message("The picture has too many frames: 300 at most."),
    ("file", "ERR_NO_FFMPEG"): message(
        "This node takes no films and no sound. Its administrator can change that: ffmpeg is missing."
    ),
    ("file", "ERR_NO_PICTURE"): message("There is no picture in this film."),
    ("file", "ERR_NOT_A_PICTURE"): message("This is not a picture. Choose JPEG, PNG, WebP, GIF or AVIF."),
    ("file", "ERR_BROKEN"): message(
        "The file cannot be read: it is damaged, or not what it seems to be. Send it again, or choose another."
    ),
    ("description", "ERR_TOO_LONG"): message("The description is too long: 1,500 characters at most."),
    ("emoji", "ERR_INVALID"): message("A reaction is one emoji."),
    ("options", "ERR_TOO_FEW"): message(
        "A poll has at least two options. Fill in one more, or leave all of them empty."
    ),
    ("options", "ERR_TOO_MANY"): message("A poll has at most six options."),
    ("options", "ERR_TOO_LONG"): message("An option is too long: 100 characters at most."),
    ("options", "ERR_TAKEN"): message("Two options say the same. Change one of them."),
    ("expires", "ERR_TOO_SHORT"): message("The poll must be open for at least 5 minutes."),
    ("expires", "ERR_TOO_LONG"): message("The poll may be open for at most 31 days."),
    ("expires", "ERR_BLANK"): message("Choose for how long the poll is open."),
    ("choices", "ERR_OWN"): message("You cannot vote in your own poll."),
    ("choices", "ERR_EXPIRED"): message("This poll has ended: votes no longer count."),
    ("choices", "ERR_BLANK"): message("Choose an option, then vote."),
    ("choices", "ERR_INVALID"): message("This option is no longer there. Look at the post again, then vote."),
    ("choices", "ERR_TOO_MANY"): message("Only one option can be chosen in this poll."),
    ("choices", "ERR_TAKEN"): message("You have voted in this poll already."),
    ("present", "ERR_WRONG"): message("This is not your present password."),
    ("present", "ERR_NEEDED"): message("Give your password first, then do it once more."),
    ("code", "ERR_WRONG"): message("This code does not fit. Wait for the next one that your app shows, and type that."),
    ("base", "ERR_LAST_FACTOR"): message("This node demands a second step of you. Set up another one first."),
    ("passkey", "ERR_INVALID"): message("The device’s answer cannot be used. Try again, or with another device."),
    ("passkey", "ERR_TAKEN"): message("This device is among your passkeys already."),
    ("passkey", "ERR_TOO_MANY"): message("There can be at most 20 passkeys. Remove one first."),
    ("passkey_name", "ERR_BLANK"): message("Give the passkey a name, by which you know the device."),
    ("passkey_name", "ERR_TOO_LONG"): message("A name has 60 characters at most."),
    ("name", "ERR_NO_SECOND_FACTOR"): message("This person signs in with the password alone: there is no second step."),
    ("note", "ERR_TOO_LONG"): message("The text is too long: 2,000 characters at most."),
    ("role", "ERR_LAST_ADMIN"): message("This is the only administrator. Make another one first."),
}


def refused_field(invalid: Invalid, language: Language) -> str:
    """What is wrong with a field of a form."""
    return _said(REFUSED.get((invalid.field, invalid.reason), invalid.sentence), language)


PRESSED_IN_VAIN = {
    "ERR_TAKES_NOBODY": message("Nobody can come to this event any more."),
    "ERR_NO_ROOM": message("There is no room left. Raise the number of places first."),
}
"""What is said where something without a form cannot be done, by the code of the refusal."""


def known_reason(invalid: Invalid) -> str:
    """Why what a button does cannot be done; not translated yet, '' where it is not known."""
    return PRESSED_IN_VAIN.get(invalid.reason, "") if invalid.field == "base" else ""


def nobody_found(reason: str, language: Language) -> str:
    """Why nobody was found by an address, and what to do.

    reason: nothing, broken, stranger or unknown.
    """
    sentences = {
        "nothing": message(
            "Check the spelling, or give a piece of the name, the function, the department or the post."
        ),
        "broken": message("This is not the address of a person. It looks like @ken@tokyo.example."),
        "stranger": message("That node is not admitted here. Ask the administrator of this node to admit it."),
        "unknown": message(
            "Either that node knows nobody by this name, or it is cut off just now. Check the spelling, or try again later."
        ),
    }
    return _said(sentences[reason], language)


ALERTS = {
    "mention": message("mentions"),
    "status": message("new posts"),
    "reblog": message("your posts shared"),
    "follow": message("new followers"),
    "follow_request": message("requests to follow"),
    "favourite": message("posts found useful"),
    "poll": message("polls that ended"),
    "update": message("changed posts"),
    "quote": message("quotes"),
    "quoted_update": message("changed quotes"),
    "admin.sign_up": message("new staff"),
    "admin.report": message("reports"),
}


def alert(kind: str, language: Language) -> str:
    """What an app is told of while it is closed. kind: of a notification; one that is not known is shown as it is."""
    return _said(ALERTS[kind], language) if kind in ALERTS else kind


GAPS = {
    "away": message(
        "That node does not answer. It is asked again as soon as it does, and when somebody opens this conversation."
    ),
    "not-admitted": message("That node is not admitted here. Ask the administrator of this node to admit it."),
    "unreadable": message("What that node sent cannot be read here. Ask its administrator to look after it."),
    "later": message("The conversation is long. Open it again in a quarter of an hour: the rest is fetched then."),
    "too-long": message("The conversation is longer than what one node fetches from another. Read the rest there."),
}


def gap_reason(reason: str, language: Language) -> str:
    """Why posts of a conversation could not be fetched, and what happens next or what to do."""
    return _said(GAPS[reason], language)


def host_is_broken(language: Language) -> str:
    """A text that names no node."""
    return _said(
        message(
            "This is not the name of a node. Give the name alone, such as tokyo.example, with :port if it has one."
        ),
        language,
    )


def contact_is_too_long(most: int, language: Language) -> str:
    """What is wrong with a note of who answers for a node. most: characters."""
    return _said(message("This is too long: %(most)s characters at most."), language) % {"most": most}


def keys_have_changed(language: Language) -> str:
    """Why the keys of a node were not confirmed."""
    said = message("The node shows other keys now than this page did. Nothing is confirmed: compare once more.")
    return _said(said, language)


def host_is_ours(language: Language) -> str:
    """This node cannot admit itself."""
    return _said(message("This is the node you are on. Give the name of another one."), language)


def host_mixes_scripts(host: Host, language: Language) -> str:
    """Letters that look alike: somebody should compare before a host is admitted."""
    text = message(
        "This name mixes letters of several scripts, so it may imitate another: it is %(shown)s, in full %(exact)s. "
        "Compare it with what its administrator gave you, then admit it once more to confirm."
    )
    return _said(text, language) % {"shown": unicode_form(host), "exact": host}


def trouble_of(error: str | None, language: Language) -> str:
    """Why the last try to reach a peer failed, and what to do about it.

    error: as it was kept: the code of what went wrong on the way, or the status of a refusal and its detail.
    """
    return _said(_trouble((error or "").partition(" ")[0]), language)


def _trouble(code: str) -> str:
    match code:
        case "401" | "403" | "404":
            return message("It refused us: ask its administrator whether this node is admitted there.")
        case "forbidden-address":
            return message(
                "Its name leads to an address that this node may not call: check the name, or the allowed networks in the settings."
            )
        case "bad-certificate":
            return message(
                "Its certificate is not trusted here: compare the certificate authorities in the settings of both nodes."
            )
        case "500" | "502" | "503" | "507":
            return message("It answers that it cannot take anything just now: ask its administrator to look after it.")
        case "429":
            return message("It asks us to send less at once; the rest follows by itself.")
        case _:
            return message(
                "It did not answer. If its link is known to be cut, there is nothing to do; otherwise ask its administrator whether it runs."
            )
