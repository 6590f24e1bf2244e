"""Forms about what is done with customers: activities, deals, leads, cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person
from bailiwick_web.crm.forms.common import area, day, given, moment, money, offer, pick, text, words
from bailiwick_web.crm.models import (
    Account,
    Activity,
    ActivitySeries,
    Case,
    Competitor,
    Contact,
    Criterion,
    Lead,
    OutcomeReason,
    Product,
    Stage,
)
from bailiwick_web.crm.models.work import Kind


class LogForm(forms.Form):
    """Something that was just done: one may save it as it is."""

    subject = text(_("What about"))
    contact = pick(_("With whom"), Contact.objects.none())
    text = area(_("What came of it"), help_text=_("@ and a name tells that colleague, if they may see it."))
    reply = forms.ChoiceField(label=_("Did they answer?"), required=False, choices=[("", "–"), *Activity.Reply.choices])
    done_at = moment(_("When, if not just now"))
    duration_minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=100_000)

    def __init__(self, *args: Any, account: Account | None, people: Sequence[Contact] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _with_people(self, account, people)


@dataclass(frozen=True)
class Rhythm:
    """How often something comes again."""

    label: Any
    every: str
    interval: int = 1


RHYTHMS = {
    "day": Rhythm(_("every day"), ActivitySeries.Every.DAY),
    "week": Rhythm(_("every week"), ActivitySeries.Every.WEEK),
    "2weeks": Rhythm(_("every two weeks"), ActivitySeries.Every.WEEK, 2),
    "month": Rhythm(_("every month"), ActivitySeries.Every.MONTH),
    "3months": Rhythm(_("every three months"), ActivitySeries.Every.MONTH, 3),
    "year": Rhythm(_("every year"), ActivitySeries.Every.MONTH, 12),
}


class PlanForm(forms.Form):
    """Something to do: a day is enough, a time makes it an appointment."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(k.value, k.label) for k in Kind if k != Kind.NOTE], initial=Kind.TASK)
    subject = text(_("What is to be done"), required=True)
    due_on = day(_("Until"))
    starts_at = moment(_("Or at a time"))
    every = forms.ChoiceField(
        label=_("Again"), required=False, choices=[("", _("once only")), *((key, r.label) for key, r in RHYTHMS.items())]
    )
    ends_on = day(_("Ends before"))
    contact = pick(_("With whom"), Contact.objects.none())
    text = area(_("Notes"))

    def __init__(self, *args: Any, account: Account | None, people: Sequence[Contact] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _with_people(self, account, people)

    def clean(self) -> dict[str, Any]:
        """What has a time needs no day beside it; what comes again needs one of the two."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("every") and not (data.get("starts_at") or data.get("due_on")):
            self.add_error("due_on", _("What comes again needs its first day."))
        if data.get("starts_at"):
            data["due_on"] = None
        return data

    @property
    def series(self) -> dict[str, Any] | None:
        """What comes again, as the service takes it: the local time of the page, so that no change of the clock shifts it."""
        data = dict(self.cleaned_data)
        rhythm, at = RHYTHMS.get(data.pop("every")), data.pop("starts_at")
        if rhythm is None:
            return None
        at = timezone.localtime(at) if at else None
        data |= {"starts_on": at.date() if at else data["due_on"], "local_time": at.time() if at else None}
        data |= {"every": rhythm.every, "interval": rhythm.interval, "time_zone": timezone.get_current_timezone_name()}
        return {name: value for name, value in data.items() if name != "due_on" and value not in (None, "")}

    @property
    def once(self) -> dict[str, Any]:
        """What is planned once, as the service takes it."""
        return given({name: value for name, value in self.cleaned_data.items() if name not in {"every", "ends_on"}})


def _with_people(form: forms.Form, account: Account | None, people: Sequence[Contact]) -> None:
    """Offer the contacts of an account; ``people`` are those that the page has read already."""
    offer(form, "contact", people_of(account))
    if people:
        field = form.fields["contact"]
        assert isinstance(field, forms.ModelChoiceField)
        field.choices = [("", "–"), *((person.public_id, person.name) for person in people)]
    form.has_people = bool(people)  # type: ignore[attr-defined]


def people_of(account: Account | None) -> Any:
    """The contacts of an account that can be chosen."""
    if account is None:
        return Contact.objects.none()
    return Contact.objects.filter(account=account, deleted_at=None, erased_at=None).order_by("-is_main", "name")


class DealForm(forms.Form):
    """A deal."""

    name = text(_("What it is about"), required=True)
    amount = money(_("Amount"))
    currency = text(_("Currency"), 3)
    rate_day = day(_("Rate of the day"))
    close_on = day(_("Closing day"))
    contact = pick(_("Contact"), Contact.objects.none())
    next_step = text(_("Next step"))
    source = text(_("Source"), 120)
    description = area(_("Description"))

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "contact", people_of(account))


class LineForm(forms.Form):
    """A product of a deal."""

    product = pick(_("Product"), Product.objects.none())
    text = text(_("Or a text"))
    quantity = forms.DecimalField(label=_("Quantity"), initial=1, min_value=0, max_digits=14, decimal_places=3)
    price = forms.DecimalField(label=_("Price"), initial=0, min_value=0, max_digits=18, decimal_places=4)
    discount = forms.DecimalField(label=_("Discount in %"), initial=0, min_value=0, max_value=100, max_digits=6, decimal_places=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "product", Product.objects.filter(is_active=True, deleted_at=None).order_by("name"))


class StageForm(forms.Form):
    """Where a deal goes, and why if it ends there."""

    stage = pick(_("Stage"), Stage.objects.none(), required=True)
    reasons = forms.ModelMultipleChoiceField(
        label=_("Why"),
        queryset=OutcomeReason.objects.none(),
        required=False,
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )
    lost_to = pick(_("Lost to"), Competitor.objects.none())
    note = area(_("What happened"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "stage", Stage.objects.filter(pipeline__is_active=True))
        offer(self, "lost_to", Competitor.objects.filter(deleted_at=None).order_by("name"))
        reasons = self.fields["reasons"]
        assert isinstance(reasons, forms.ModelMultipleChoiceField)
        reasons.queryset = OutcomeReason.objects.filter(is_active=True)


class LeadForm(forms.Form):
    """Somebody who might become a customer."""

    company = text(_("Company"), autocomplete="off")
    name = text(_("Name of the person"), autocomplete="off")
    job_title = text(_("Function"), 200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = text(_("Phone"), 60, inputmode="tel")
    street = text(_("Street"), autocomplete="off")
    postal_code = text(_("Postal code"), 20, autocomplete="off")
    city = text(_("City"), 200, autocomplete="off")
    region = text(_("State or province"), 120, autocomplete="off")
    country = text(_("Country"), 80, autocomplete="off")
    source = text(_("Source"), 120, placeholder=str(_("fair, website, referral …")))
    campaign = text(_("Campaign"), 200)
    recommended_by = text(_("Recommended by"), placeholder=str(_("name or number of a customer")))
    estimated_amount = money(_("Estimated amount"))
    description = area(_("Description"))
    tags = words(_("Tags"))


GRADES = [("0", "–"), ("1", _("a hint")), ("2", _("likely")), ("3", _("certain"))]


class BantForm(forms.Form):
    """How good a chance a lead is: a grade with its evidence, for each of four parts."""

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in Criterion.Part:
            kept = lead.bant.get(part.value, {})
            self.fields[part.value] = forms.ChoiceField(label=part.label, choices=GRADES, required=False, initial=str(kept.get("grade", 0)))
            evidence = text(_("How we know"), 2_000)
            evidence.initial = kept.get("evidence", "")
            self.fields[f"{part.value}-evidence"] = evidence
            self.fields[f"{part.value}-on"] = forms.CharField(required=False, widget=forms.HiddenInput, initial=kept.get("on") or "")

    def bant(self, today: Any) -> dict[str, Any]:
        """As the service takes it: evidence that is new is of today."""
        found = {}
        for part in Criterion.Part.values:
            grade, evidence = int(self.cleaned_data[part] or 0), self.cleaned_data[f"{part}-evidence"]
            is_same = evidence == self.fields[f"{part}-evidence"].initial
            on = self.fields[f"{part}-on"].initial if is_same else None
            if grade or evidence:
                found[part] = {"grade": grade, "evidence": evidence, "on": on or today.isoformat()}
        return found

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """Grade and evidence side by side."""
        return [(self[part], self[f"{part}-evidence"]) for part in Criterion.Part.values]


QUESTIONS = (
    ("wants", _("Do they want it?")),
    ("uses", _("Will they use it well?")),
    ("event", _("Is there an event that sets a time?")),
)


class HotForm(forms.Form):
    """The three questions of a hot lead."""

    due = day(_("When that event is"))

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question in QUESTIONS:
            answer = lead.hot.get(name, {}).get("answer")
            initial = "" if answer is None else "yes" if answer else "no"
            choices = [("", "–"), ("yes", _("yes")), ("no", _("no"))]
            self.fields[name] = forms.ChoiceField(label=question, choices=choices, required=False, initial=initial)
        self.fields["due"].initial = lead.hot.get("due", "")
        self.order_fields([name for name, _question in QUESTIONS])

    def hot(self) -> dict[str, Any]:
        """As the service takes it."""
        found: dict[str, Any] = {
            name: {"answer": self.cleaned_data[name] == "yes"} for name, _question in QUESTIONS if self.cleaned_data[name]
        }
        return found | ({"due": self.cleaned_data["due"].isoformat()} if self.cleaned_data["due"] else {})


class GiveForm(forms.Form):
    """To whom a lead shall go."""

    person = pick(_("Person"), Person.objects.none(), required=True)
    reason = text(_("Why"), required=True)


class ConvertForm(forms.Form):
    """What a lead becomes."""

    account = pick(_("Customer"), Account.objects.none(), empty=_("a new one"))
    with_deal = forms.BooleanField(label=_("Open a deal"), required=False, initial=True)
    deal_name = text(_("What the deal is about"))


class CaseForm(forms.Form):
    """A question or complaint."""

    subject = text(_("What it is about"), required=True)
    about = forms.ChoiceField(label=_("Kind"), choices=Case.About.choices)
    priority = forms.ChoiceField(label=_("How much it hurts"), choices=Case.Priority.choices, initial=Case.Priority.NORMAL)
    contact = pick(_("Who said so"), Contact.objects.none())
    text = area(_("What happened"))

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "contact", people_of(account))


class SolutionForm(forms.Form):
    """What solved a case."""

    solution = area(_("What solved it"))
