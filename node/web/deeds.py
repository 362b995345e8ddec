"""What is on record, in words: one sentence for each kind of decision that the node notes."""

from node.web.languages import Language, translations
from node.web.wording import message

ACTS = {
    "account.none": message("Warned somebody"),
    "account.sensitive": message("Marked somebody’s posts as sensitive"),
    "account.unsensitive": message("No longer marks somebody’s posts as sensitive"),
    "account.disable": message("Closed an account after a report"),
    "account.enable": message("Opened an account again after a report"),
    "account.silence": message("Silenced an account"),
    "account.unsilence": message("Ended the silence of an account"),
    "account.suspend": message("Suspended an account"),
    "account.unsuspend": message("Ended the suspension of an account"),
    "account.erase": message("Erased an account"),
    "announcement.publish": message("Published an announcement"),
    "announcement.withdraw": message("Withdrew an announcement"),
    "community.accept": message("Let somebody into a community"),
    "community.add-manager": message("Had somebody lead a community"),
    "community.ban": message("Kept somebody out of a community"),
    "community.change": message("Changed how a community is led"),
    "community.close": message("Closed a community down"),
    "community.found": message("Founded a community"),
    "community.lift": message("Let somebody take part in a community again"),
    "community.lock": message("Locked a conversation"),
    "community.pin": message("Pinned a post in a community"),
    "community.refuse": message("Did not let somebody into a community, or no longer"),
    "community.remove-manager": message("Had somebody lead a community no longer"),
    "community.reopen": message("Opened a community again"),
    "community.take-out": message("Took a post out of a community"),
    "community.unlock": message("Unlocked a conversation"),
    "community.unpin": message("Unpinned a post in a community"),
    "export": message("Asked for a copy of their data"),
    "keys.rotate": message("Replaced keys"),
    "node.found": message("Founded the node"),
    "peer.allow": message("Admitted a node"),
    "peer.confirm-key": message("Confirmed the key of a node"),
    "peer.contact": message("Noted who answers for a node"),
    "peer.pause": message("Let exchange with a node rest"),
    "peer.remove": message("Removed a node"),
    "peer.resume": message("Went on with exchange with a node"),
    "post.remove": message("Removed a post"),
    "queue.drop": message("Gave up messages that waited"),
    "report.assign": message("Took over a report"),
    "report.unassign": message("Left a report to others"),
    "report.classify": message("Changed what a report is about"),
    "report.note": message("Wrote a note on a report"),
    "report.resolve": message("Closed a report"),
    "report.reopen": message("Opened a report again"),
    "rule.add": message("Added a rule to the charter"),
    "rule.remove": message("Took a rule out of the charter"),
    "second-factor.app": message("Began to sign in with codes of an app"),
    "second-factor.app.removed": message("No longer signs in with codes of an app"),
    "second-factor.passkey": message("Added a passkey"),
    "second-factor.passkey.removed": message("Removed a passkey"),
    "second-factor.recovery-code.used": message("Used a recovery code"),
    "second-factor.recovery-codes": message("Made new recovery codes"),
    "second-factor.reset": message("Took somebody’s second step away"),
    "sessions.end-others": message("Signed out everywhere else"),
    "sign-in.failed": message("Failed to sign in"),
    "sign-in.second-step.failed": message("Failed at the second step"),
    "staff.add": message("Added a member of staff"),
    "staff.arrive": message("Received somebody from another node"),
    "staff.describe": message("Changed what the directory says of somebody"),
    "staff.disable": message("Closed an account"),
    "staff.enable": message("Opened an account again"),
    "staff.move": message("Let somebody move to another node"),
    "staff.password": message("Changed a password"),
    "staff.role": message("Changed a role"),
    "text.write": message("Wrote a text about the node"),
    "token.add": message("Made a token for a script"),
}


def act_in_words(act: str, language: Language) -> str:
    """What somebody did. act: as it is kept, or "" for whatever it was.  One that has no words here is said as it is kept."""
    said = translations(language).ugettext
    if not act:
        return str(said(message("Everything")))
    return str(said(ACTS[act])) if act in ACTS else act


def no_day(language: Language) -> str:
    """What was typed is no day."""
    return str(translations(language).ugettext(message("Give the day as year-month-day, such as 2027-01-31.")))
