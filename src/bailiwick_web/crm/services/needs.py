"""Needs assessment: what customers are asked, what they answer, and the needs that follow as tags of the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import check_version
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, Contact, NeedAnswer, NeedQuestion, NeedsTemplate
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.customers import ACCOUNT
from bailiwick_web.crm.services.many.changing import change_all
from bailiwick_web.crm.services.many.writing import parts

Kind = NeedQuestion.Kind
YES, NO = "yes", "no"
LEAST, MOST = 1, 5
MOST_OPTIONS = 50
SAID = {
    **dict.fromkeys(("yes", "y", "true", "1", "ja", "j", "wahr"), YES),
    **dict.fromkeys(("no", "n", "false", "0", "nein", "falsch"), NO),
}


def _options(field: str, value: Any) -> list[dict[str, str]]:
    """Answers to choose from, each with the need that it points to, or none."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise Invalid(_("A choice has answers, each with its need or without one."), code="field", field=field)
    found = [{"answer": c.text(200)(field, one.get("answer")), "need": c.text(80)(field, one.get("need"))} for one in value]
    kept = {c.folded(one["answer"]): one for one in found if one["answer"]}
    if len(kept) > MOST_OPTIONS:
        raise Invalid(_("A choice has at most %(most)s answers.") % {"most": MOST_OPTIONS}, code="field", field=field)
    return list(kept.values())


TEMPLATE = writing.Spec(NeedsTemplate, {"name": c.needed(200), "is_active": c.yes_no}, needs=("name",), right=Right.ORGANISE)
QUESTION = writing.Spec(
    NeedQuestion,
    {
        "template": c.reference,
        "text": c.needed(500),
        "kind": c.choice(Kind.values),
        "options": _options,
        "need": c.text(80),
        "least": c.whole(LEAST, MOST),
        "place": c.whole(0, 1_000),
        "is_active": c.yes_no,
    },
    needs=("template", "text"),
    right=Right.ORGANISE,
)
ANSWER = writing.Spec(
    NeedAnswer,
    {**dict.fromkeys(("account", "question", "contact"), c.reference), "answered_on": c.day, "value": c.needed(5_000)},
    needs=("account", "question", "value"),
)


@transaction.atomic
def create_template(actor: Actor, *, origin: str = "", **given: Any) -> NeedsTemplate:
    """Add a template of questions; planners may. Recorded, told."""
    return writing.create(actor, TEMPLATE, given, origin=origin)


@transaction.atomic
def change_template(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> NeedsTemplate:
    """Change a template of questions; planners may. Recorded, told."""
    template = writing.locked(actor, TEMPLATE, public_id, version)
    writing.change(actor, TEMPLATE, template, given)
    return template


def archive_template(actor: Actor, public_id: UUID, *, version: int | None) -> NeedsTemplate:
    """Put a template into the bin; what was answered stays. Planners may. Recorded, told."""
    return writing.archive(actor, TEMPLATE, public_id, version=version)


def restore_template(actor: Actor, public_id: UUID, *, version: int | None) -> NeedsTemplate:
    """Take a template out of the bin; planners may. Recorded, told."""
    return writing.restore(actor, TEMPLATE, public_id, version=version)


@transaction.atomic
def create_question(actor: Actor, *, origin: str = "", **given: Any) -> NeedQuestion:
    """Add a question; planners may. Recorded, told."""
    question = writing.create(actor, QUESTION, given, origin=origin)
    _need_options(question)
    return question


@transaction.atomic
def change_question(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> NeedQuestion:
    """Change a question; the needs of those who answered it follow. Planners may. Recorded, told.

    Raises
    ------
    Conflict
        If it was answered already and shall be answered in another way.
    """
    question = writing.locked(actor, QUESTION, public_id, version)
    if given.get("kind", question.kind) != question.kind and question.answers.exists():
        raise Conflict(_("“%(question)s” was answered already; ask it anew in another way.") % {"question": question}, code="in_use")
    answered = list(NeedAnswer.objects.filter(question=question, deleted_at=None).values_list("account_id", flat=True))
    before = pointed(answered)
    writing.change(actor, QUESTION, question, given)
    _need_options(question)
    _retag(actor, answered, before)
    return question


def archive_question(actor: Actor, public_id: UUID, *, version: int | None) -> NeedQuestion:
    """Put a question into the bin; what was answered, and the needs that were found, stay. Planners may. Recorded, told."""
    return writing.archive(actor, QUESTION, public_id, version=version)


def restore_question(actor: Actor, public_id: UUID, *, version: int | None) -> NeedQuestion:
    """Take a question out of the bin; planners may. Recorded, told."""
    return writing.restore(actor, QUESTION, public_id, version=version)


def _need_options(question: NeedQuestion) -> None:
    if question.kind == Kind.CHOICE and not question.options:
        raise Invalid(_("A choice needs answers to choose from."), code="missing", field="options")


def said(question: NeedQuestion, value: Any) -> str:
    """An answer as it is kept.

    Raises
    ------
    Invalid
        If the question is not answered like that.
    """
    text = str(value).strip()
    if question.kind == Kind.YES_NO:
        known = SAID.get(text.casefold(), "")
        expected = _("yes or no")
    elif question.kind == Kind.CHOICE:
        known = next((one["answer"] for one in question.options if c.folded(one["answer"]) == c.folded(text)), "")
        expected = ", ".join(one["answer"] for one in question.options)
    elif question.kind == Kind.SCALE:
        known = text if text.isascii() and text.isdigit() and LEAST <= int(text) <= MOST else ""
        expected = _("a whole number from %(least)s to %(most)s") % {"least": LEAST, "most": MOST}
    else:
        return text
    if not known:
        told = {"question": question, "expected": expected, "found": text[:80]}
        raise Invalid(_("“%(question)s”: expected %(expected)s, found “%(found)s”.") % told, code="field", field="value")
    return known


def need_of(question: NeedQuestion, value: str) -> str:
    """The need that an answer points to, or none."""
    if question.kind == Kind.YES_NO:
        return question.need if value == YES else ""
    if question.kind == Kind.SCALE:
        return question.need if value.isdigit() and int(value) >= question.least else ""
    return next((one["need"] for one in question.options if one["answer"] == value), "") if question.kind == Kind.CHOICE else ""


@dataclass(frozen=True)
class Given:
    """What an account says to one question; an empty value takes the answer back."""

    question: NeedQuestion
    value: Any
    version: int | None = None
    """Of the answer that is there."""


@transaction.atomic
def answer_all(
    actor: Actor, account: Account, given: Sequence[Given], *, answered_on: date | None = None, contact: Contact | None = None
) -> list[NeedAnswer]:
    """Keep what an account answered to some questions; those that changed. Sellers may. Recorded field by field, told.

    Raises
    ------
    Stale
        If somebody changed one of the answers meanwhile; nothing is kept then.
    """
    actor.need(Right.SELL)
    before = _locked(account)
    there = {a.question_id: a for a in NeedAnswer.objects.select_for_update().filter(account=account, deleted_at=None)}
    changed = []
    for one in given:
        kept = there.get(one.question.pk)
        text = str(one.value or "").strip()
        if text == (kept.value if kept is not None else ""):
            continue
        value = said(one.question, text) if text else ""
        about = {"value": value, "answered_on": answered_on or local_day(actor.now), "contact": contact}
        if kept is None:
            changed.append(writing.create(actor, ANSWER, {"account": account, "question": one.question, **about}))
            continue
        check_version(kept, one.version)
        if value:
            writing.change(actor, ANSWER, kept, about)
        else:
            kept = writing.archive(actor, ANSWER, kept.public_id, version=one.version)
        changed.append(kept)
    _retag(actor, [account.pk], before)
    return changed


@transaction.atomic
def create_answer(
    actor: Actor, *, account: Account | None = None, external_ids: Mapping[str, str] | None = None, origin: str = "", **given: Any
) -> NeedAnswer:
    """Keep an answer to a question that the account has not answered yet; sellers may. Recorded, told.

    Raises
    ------
    Conflict
        If there is an answer: that one is changed.
    """
    actor.need(Right.SELL)
    contact: Contact | None = given.get("contact")
    account = account or (contact.account if contact is not None else None)
    question: NeedQuestion | None = given.get("question")
    if account is None or question is None:
        raise Invalid(_("Say whose answer it is, and to which question."), code="missing", field="question" if account else "account")
    before = _locked(account)
    if NeedAnswer.objects.filter(account=account, question=question, deleted_at=None).exists():
        raise Conflict(_("There is an answer to “%(question)s” already; change that one.") % {"question": question}, code="taken")
    values = {"answered_on": local_day(actor.now)} | {name: value for name, value in given.items() if value is not None}
    answer = writing.create(actor, ANSWER, values | {"account": account, "value": said(question, given.get("value", ""))}, origin=origin)
    writing.identify(answer, external_ids or {})
    _retag(actor, [account.pk], before)
    return answer


@transaction.atomic
def change_answer(
    actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any
) -> NeedAnswer:
    """Change an answer; whose it is, and to which question, stays. Sellers may. Recorded field by field, told."""
    answer = writing.locked(actor, ANSWER, public_id, version)
    before = _locked(answer.account)
    values = dict(given)
    if "value" in values:
        values["value"] = said(answer.question, values["value"])
    writing.change(actor, ANSWER, answer, values)
    writing.identify(answer, external_ids or {})
    _retag(actor, [answer.account_id], before)
    return answer


@transaction.atomic
def archive_answer(actor: Actor, public_id: UUID, *, version: int | None) -> NeedAnswer:
    """Take an answer back, and the need that only it pointed to; sellers may. Recorded, told."""
    found = writing.locked(actor, ANSWER, public_id, version)
    before = _locked(found.account)
    answer = writing.archive(actor, ANSWER, public_id, version=version)
    _retag(actor, [answer.account_id], before)
    return answer


@transaction.atomic
def restore_answer(actor: Actor, public_id: UUID, *, version: int | None) -> NeedAnswer:
    """Take an answer out of the bin; sellers may. Recorded, told."""
    found = writing.locked(actor, ANSWER, public_id, version, with_bin=True)
    before = _locked(found.account)
    if NeedAnswer.objects.filter(account=found.account, question=found.question, deleted_at=None).exists():
        raise Conflict(_("There is an answer to “%(question)s” already; change that one.") % {"question": found.question}, code="taken")
    answer = writing.restore(actor, ANSWER, public_id, version=version)
    _retag(actor, [answer.account_id], before)
    return answer


Pointed = dict[int, set[str]]
"""Account → needs that its answers point to."""


def pointed(accounts: Iterable[int]) -> Pointed:
    """The needs that the answers of accounts point to now."""
    found: Pointed = {}
    for part in parts(list(dict.fromkeys(accounts))):
        answers = NeedAnswer.objects.filter(account__in=part, deleted_at=None).select_related("question")
        for answer in answers:
            if need := need_of(answer.question, answer.value):
                found.setdefault(answer.account_id, set()).add(need)
    return found


def _locked(account: Account) -> Pointed:
    """Lock an account, so that its answers change one after the other; what they point to before they do."""
    Account.objects.select_for_update().get(pk=account.pk)
    return pointed([account.pk])


def _retag(actor: Actor, accounts: Sequence[int], before: Pointed) -> None:
    """Let the needs of accounts follow their answers; those that somebody wrote down by hand stay."""
    after = pointed(accounts)
    differ = [key for key in dict.fromkeys(accounts) if before.get(key, set()) != after.get(key, set())]
    for part in parts(differ):
        found = list(Account.objects.select_for_update().filter(pk__in=part).order_by("pk"))
        needs = [_followed(account.needs, before.get(account.pk, set()), after.get(account.pk, set())) for account in found]
        change_all(actor, ACCOUNT, found, [{"needs": one} for one in needs], follow=lambda actor, records: ())


def _followed(needs: Sequence[str], before: set[str], after: set[str]) -> list[str]:
    """Needs of an account: without those that nothing points to any more, with those that something points to now.

    Examples
    --------
    >>> _followed(["by hand", "old"], {"old"}, {"new"})
    ['by hand', 'new']
    """
    kept = [need for need in needs if need not in before - after]
    known = {c.folded(need) for need in kept}
    return [*kept, *(need for need in sorted(after) if c.folded(need) not in known)]
