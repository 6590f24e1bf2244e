"""Mentions: matched with the account or competitor whose name they hold, judged by their words until somebody judges them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.notices.services import tell_people
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import MANY
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.models import Account, Activity, Competitor, TimelineEvent
from bailiwick_web.crm.queries import whose
from bailiwick_web.crm.services import timeline, work, writing
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all, show_anew
from bailiwick_web.crm.services.many.writing import New, create_all, identify_all
from bailiwick_web.crm.visibility import visible
from bailiwick_web.listening.models import Mention

Sentiment = Mention.Sentiment
LEAST_NAME = 4
"""Shorter names stand in too many texts by chance."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GOOD = _words("""
    amazing best delighted excellent fantastic friendly glad good great happy helpful impressed love loves perfect recommend reliable
    satisfied super thanks wonderful
    begeistert beste empfehlen empfehle freundlich gut hervorragend lieben prima schnell toll zufrieden zuverlassig
""")
BAD = _words("""
    angry annoyed avoid awful bad broken complaint damaged disappointed disappointing fail failed late never poor problem refund slow
    terrible unhappy worst wrong
    argerlich beschwerde defekt enttauscht enttauschend falsch kaputt langsam mangel schlecht unzufrieden verspatet
""")
NOT = _words("no not never without kein keine keinen nicht ohne")
_WORD = re.compile(r"[^\W_]+")


def _sentiment(field: str, value: Any) -> int | None:
    if value is None or value == "":
        return None
    if value not in Sentiment.values:
        raise Invalid(_("How it was meant is −1, 0 or 1, found “%(found)s”.") % {"found": str(value)[:40]}, code="field", field=field)
    return int(value)


def _link(field: str, value: Any) -> str:
    """An address of the web and no other: it becomes a link."""
    found: str = c.text(1_000)(field, value)
    if found and not found.lower().startswith(("http://", "https://")):
        raise Invalid(_("The address begins with http:// or https://."), code="field", field=field)
    return found


MENTION = writing.Spec(
    Mention,
    {
        **dict.fromkeys(("account", "competitor"), c.reference),
        "mentioned_at": c.instant,
        "channel": c.text(80),
        "author": c.text(200),
        "url": _link,
        "text": c.needed(20_000),
        "sentiment": _sentiment,
        "is_handled": c.yes_no,
    },
    needs=("mentioned_at", "text"),
    personal=frozenset({"author", "text"}),
)


@transaction.atomic
def create_mention(actor: Actor, *, external_ids: Mapping[str, str] | None = None, origin: str = "", **given: Any) -> Mention:
    """Keep a mention; sellers may. What it names is found by the names that the user sees, how it was meant is guessed by its words.

    Recorded, told, on the timeline; whoever looks after the account hears of a bad one.
    """
    return create_mentions(actor, [New(given, external_ids or {})], origin=origin)[0]


@transaction.atomic
def create_mentions(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[Mention]:
    """The same for many."""
    names = Names(actor)
    made = create_all(actor, MENTION, [_completed(actor, new.values, names) for new in news], origin=origin)
    identify_all(Mention, [(record, new.ids) for record, new in zip(made, news, strict=True)])
    TimelineEvent.objects.bulk_create((event_of(actor, record) for record in made if record.account_id), batch_size=MANY)
    _alert(actor, [record for record in made if record.sentiment == Sentiment.BAD and record.account_id])
    return made


def _completed(actor: Actor, given: Mapping[str, Any], names: Names) -> dict[str, Any]:
    values: dict[str, Any] = {"mentioned_at": actor.now, **given}
    words = words_of(str(values.get("text") or ""))
    if values.get("account") is None or values.get("competitor") is None:
        values |= {name: found for name, found in names.found(words).items() if values.get(name) is None}
    if values.get("sentiment") in (None, ""):
        values["sentiment"] = guessed(words)
    return values


def words_of(text: str) -> list[str]:
    """The words of a text, as they are compared."""
    return _WORD.findall(folded(text))


def guessed(words: Sequence[str]) -> int | None:
    """How a text was meant, by its words; None where they say nothing.

    Examples
    --------
    >>> guessed(words_of("Great service, always reliable!")), guessed(words_of("not good, and late")), guessed(words_of("They moved."))
    (1, -1, None)
    """
    total = 0
    for i, word in enumerate(words):
        value = (word in GOOD) - (word in BAD)
        total += -value if value > 0 and NOT & set(words[max(0, i - 2) : i]) else value
    return None if total == 0 else max(-1, min(1, total))


class Names:
    """Names that may stand in a text: of accounts that the user sees, and of competitors; the longest that fits is meant."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._by_first: dict[str, list[tuple[tuple[str, ...], type[Any], int]]] | None = None

    def found(self, words: Sequence[str]) -> dict[str, Any]:
        """The account, the competitor, both or none."""
        best: dict[type[Any], tuple[int, int]] = {}
        for i, word in enumerate(words):
            for name, model, key in self._names.get(word, ()):
                if tuple(words[i : i + len(name)]) == name and len(name) > best.get(model, (0, 0))[0]:
                    best[model] = (len(name), key)
        fields = {Account: "account", Competitor: "competitor"}
        return {fields[model]: model._default_manager.get(pk=key) for model, (_n, key) in best.items()}

    @property
    def _names(self) -> dict[str, list[tuple[tuple[str, ...], type[Any], int]]]:
        if self._by_first is None:
            self._by_first = {}
            for model in (Account, Competitor):
                rows: QuerySet[Any] = visible(self.actor, model)
                for pk, name in rows.values_list("pk", "name").iterator():
                    words = tuple(words_of(name))
                    if len("".join(words)) >= LEAST_NAME:
                        self._by_first.setdefault(words[0], []).append((words, model, pk))
        return self._by_first


@transaction.atomic
def change_mention(
    actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any
) -> Mention:
    """Change what is given of a mention: whom it is about, how it was meant, that it is handled.

    Sellers may. Recorded field by field, told.
    """
    return change_mentions(actor, [Change(public_id, version, given, external_ids or {})])[0]


@transaction.atomic
def change_mentions(actor: Actor, changes: Sequence[Change]) -> list[Mention]:
    """The same for many."""
    found = locked_all(actor, MENTION, changes, "account")
    change_all(actor, MENTION, found, [change.values for change in changes])
    identify_all(Mention, [(mention, change.ids) for mention, change in zip(found, changes, strict=True)])
    show_anew(MENTION.name, found, [event_of(actor, mention) for mention in found if mention.account_id])
    return found


@transaction.atomic
def make_task(actor: Actor, public_id: UUID, *, version: int | None) -> Activity:
    """A task about a mention for whoever looks after its account, and the mention is handled. Sellers may. Recorded, told."""
    mention = writing.locked(actor, MENTION, public_id, version)
    if mention.account is None:
        raise Conflict(_("Say first which customer it is about."), code="no_account")
    subject = str(_("Answer to: %(text)s") % {"text": mention.text})[:200]
    holder = holders(actor, [mention]).get(mention.account.pk)
    given = {"person": holder} if holder is not None else {}
    about: dict[str, Any] = {"account": mention.account, "subject": subject, "text": mention.url, "due_on": local_day(actor.now)}
    task = work.create_activity(actor, kind=Activity.Kind.TASK, **about, **given)
    writing.change(actor, MENTION, mention, {"is_handled": True})
    return task


def archive_mention(actor: Actor, public_id: UUID, *, version: int | None) -> Mention:
    """Put a mention into the bin, off the timeline; sellers may. Recorded, told."""
    mention = writing.archive(actor, MENTION, public_id, version=version)
    timeline.forget(mention)
    return mention


def restore_mention(actor: Actor, public_id: UUID, *, version: int | None) -> Mention:
    """Take a mention out of the bin; sellers may. Recorded, told."""
    mention = writing.restore(actor, MENTION, public_id, version=version)
    _show(actor, mention)
    return mention


def _show(actor: Actor, mention: Mention) -> None:
    if mention.account_id:
        event_of(actor, mention).save()


def event_of(actor: Actor, mention: Mention) -> TimelineEvent:
    """A mention on the timeline of its account."""
    said = mention.get_sentiment_display() if mention.sentiment is not None else ""
    outcome = " · ".join(filter(None, (mention.channel, str(said))))
    return timeline.event(actor, "mention", mention, account=mention.account, at=mention.mentioned_at, title=mention.text, outcome=outcome)


def holders(actor: Actor, mentions: Sequence[Mention]) -> dict[int, Any]:
    """Account → who looks after it today."""
    accounts = {mention.account.pk: mention.account for mention in mentions if mention.account is not None}
    held = whose.now(actor, list(accounts.values()))
    found = {}
    for key, account in accounts.items():
        person = account.owner or next((row.holder for row in held.get(key, []) if row.holder), None)
        if person is not None:
            found[key] = person
    return found


def _alert(actor: Actor, bad: Sequence[Mention]) -> None:
    """Whoever looks after an account hears that something bad was said of it."""
    by_account = holders(actor, bad)
    for mention in bad:
        person = by_account.get(mention.account_id or 0)
        user: User | None = getattr(person, "user", None)
        if user is not None:
            text = _("Something bad was said about “%(account)s”.") % {"account": mention.account}
            tell_people(actor, "mention", str(mention.public_id), [(user, text)], address=reverse("mentions"))
