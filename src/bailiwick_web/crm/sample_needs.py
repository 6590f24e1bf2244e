"""What the customers of the demonstration need: generated, not real, and labelled so."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, NeedAnswer, NeedQuestion, NeedsTemplate, Product
from bailiwick_web.crm.sample import ORIGIN
from bailiwick_web.crm.services import catalogue, needs
from bailiwick_web.crm.services.needs import Given

N_ASKED, EVERY = 60, 40


@transaction.atomic
def load_needs(actor: Actor) -> None:
    """A first talk that some customers had, and products that answer what they said."""
    milk, taste, care = _("milk without cows"), _("another taste"), _("somebody who cares for the machine")
    _answered_by("Oat drink", actor, milk)
    _answered_by("Single origin", actor, taste)
    _answered_by("Espresso roast", actor, taste)
    _answered_by("Machine service", actor, care)
    template = needs.create_template(actor, name=_("First talk"), origin=ORIGIN)
    brewing = [{"answer": _("with an old machine"), "need": care}, {"answer": _("with a new machine"), "need": ""}]
    brewing.append({"answer": _("by hand"), "need": ""})
    asked: tuple[dict[str, Any], ...] = (
        {"text": _("How do you brew?"), "kind": "choice", "options": brewing},
        {"text": _("Do guests ask for other milk?"), "kind": "yes-no", "need": milk},
        {"text": _("How much does the taste matter to your guests?"), "kind": "scale", "need": taste},
        {"text": _("What else would help you?"), "kind": "text"},
    )
    questions = [needs.create_question(actor, template=template, place=i, origin=ORIGIN, **given) for i, given in enumerate(asked)]
    accounts = Account.objects.filter(origin=ORIGIN, deleted_at=None).order_by("pk")[: N_ASKED * EVERY : EVERY]
    for i, account in enumerate(accounts):
        said = (brewing[i % 3]["answer"], ("yes", "no")[i % 2], str(1 + i % 5))
        needs.answer_all(actor, account, [Given(question, value) for question, value in zip(questions, said, strict=False)])
    for model in (NeedAnswer, NeedQuestion, NeedsTemplate):
        model._default_manager.update(origin=ORIGIN)


def _answered_by(name: str, actor: Actor, need: str) -> None:
    """Let a product of the demonstration answer a need."""
    product = Product.objects.filter(origin=ORIGIN, name=name).first()
    if product is not None:
        catalogue.change(actor, catalogue.PRODUCT, product.public_id, version=product.version, needs=[*product.needs, need])
