"""How a column is made."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
EXPLAINED: dict[str, Text] = {
    "score": _("Weighted mean of the sub-scores, 0 to 100. A sub-score is the share of the other territories that are beaten, ties half."),
    "class": _("Thirds of the scores: high, medium, low."),
    "class_stability": _("Share of 1,000 random draws of the weights in which the class stays the same."),
    "raise_first": _("The factor that would lift the score most if it came up to the best territory."),
    "top_20_share": _("Share of the measure that the largest fifth of the units of the territory holds."),
    "gini": _("0: all units alike; 1: one unit holds everything."),
    "travel_km": _("Mean distance of a unit from the middle of its territory, weighted by the measure."),
    "apart_km": _("Median distance of a unit from the nearest other unit of its territory."),
    "penetration": _("Sales ÷ potential."),
    "open_potential": _("Potential − sales, not below 0."),
    "share_gap": _("Share of all potential − share of all effort (of the sales where no effort is known). Above 0: served too little."),
    "spot": _("Units whose neighbourhood is high or low beyond chance: Getis-Ord G*, by permutation, at a false discovery rate of 5 %."),
    "abc": _("A: the largest units that hold 80 % together; B: up to 95 %; C: the rest."),
    "mase": _("Mean absolute error in the back-test ÷ that of repeating the year before inside the history: below 1 is better."),
    "mase_seasonal_naive": _("The same error for repeating the year before, on the same months."),
    "probability": _("Calibrated: of the leads with 30 %, about 30 in 100 are won, as the reliability table shows on leads held back."),
    "reasons": _("What moves this lead from the mean of all, the strongest first."),
    "auc_lost_when_shuffled": _("How much worse leads are ranked if the column is shuffled."),
    "auc_alone": _("How well the column alone ranks leads: 0.5 by chance, 1 perfectly. Close to 1 it seems to know the outcome."),
    "gap": _("Revenue of the group − mean revenue of the groups. The four effects add up to it."),
    "conversion": _("Won ÷ worked."),
    "coverage": _("Worked ÷ all opportunities."),
    "deal_size": _("Revenue ÷ won deals."),
    "effect": _(
        "Change of the treated less that of their controls, relative: those most alike before, and a blend of all that went like them."
    ),
    "before_effect": _("The same within the time before, where nothing happened: should be near 0."),
    "p_value": _("How often chance alone gives as much."),
    "pace": _("Reached ÷ expected by then: 100 % is as the season lets expect."),
    "expected_by_now": _("The part of the goal that falls on the days so far; by the months of the year before, where they are there."),
    "power": _("Share of pilots drawn from the past, with the effect put in, that would find it; with a 95 % interval."),
    "least_effect": _("The smallest effect that 8 of 10 such pilots would find."),
    "false_alarms": _("Share of pilots without any effect that would find one all the same: meant are 5 %."),
    "lift": _("Share in the segment ÷ share in all: above 1 is bought, or said, more than elsewhere."),
    "retention": _("Chance that a new customer renews the first time; those who leave easily leave first, so that retention grows (sBG)."),
    "still_there": _("Share of new customers who are still there after so many periods."),
    "has_own_model": _("Where fewer than 5 left, or none stayed, the model of all stands for the group."),
    "p_alive": _("Chance that the customer has not left for good, by how often and how recently was bought (BG/NBD)."),
    "expected_purchases": _("Purchases within the months ahead, by BG/NBD."),
    "fit": _("0 to 100: how much a prospect looks like a customer, by the weights of the profile."),
    "stability": _("How alike a cluster is on other samples of the accounts: 0.75 and more is stable."),
    "estimated_revenue_potential": _("Sum over the accounts of the segment, with an interval by bootstrap."),
    "risk": _(
        "That nothing is bought within the horizon. Learned: as often as with like accounts held back. By the rule: points taken off."
    ),
    "health": _("100 less the risk in percent."),
    "pause": _("Days since the last order ÷ the usual days between two orders of this account."),
    "repeat_rate": _("Of those whose first order lies a year back: who ordered again within it. 95 % interval by Wilson."),
    "cohort": _("Whose first order lies in the quarter; +1, +2 …: the share of them that ordered in the first, second … quarter after it."),
    "potential": _("What one in four similar accounts reaches, and never less than the own sales."),
    "expected": _("By the rhythm of the account; from and to hold the day in 80 of 100 cases."),
    "forecast": _("By the method that did best on the past; territories are reconciled so that they add up to all."),
}
"""Column → how it is made."""
EXPLAINED_IN: dict[tuple[str, str], Text] = {
    ("customer_value", "value"): _(
        "Worth today of what is to come: purchases × amount (Gamma-Gamma), discounted; the interval is that of simulated futures."
    ),
    ("bant", "score"): _("0 to 100: budget, authority, need and timeline count a quarter each; an answer that is too old counts half."),
    ("bant", "fails"): _("What has less than the grade that each needs."),
    ("bant", "stale"): _("What was answered too long ago."),
    ("health", "reasons"): _("What speaks for leaving, the strongest first."),
    ("fit_scores", "reasons"): _("Where the most points of the fit come from, of how many there are."),
    ("retention", "value"): _(
        "Worth today of what those still there will pay within the periods ahead: chance to stay × amount, discounted; "
        "the interval is that of drawn parameters and of who stays."
    ),
}
"""Question and column → how it is made, where the same name means something else elsewhere."""
EXPLAINED_ONLY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("score", "class", "gini"), ("market",)),
    **dict.fromkeys(("gap", "conversion", "coverage", "deal_size"), ("gap",)),
    **dict.fromkeys(("effect", "before_effect", "p_value"), ("effect",)),
    **dict.fromkeys(("power", "least_effect", "false_alarms"), ("pilot",)),
    **dict.fromkeys(("pace", "expected_by_now"), ("attainment",)),
    **dict.fromkeys(("risk", "health", "pause"), ("health",)),
    "potential": ("potential",),
    "expected": ("next_orders",),
    "forecast": ("forecast",),
    "probability": ("lead_scores",),
    "reasons": ("lead_scores",),
    "retention": ("retention",),
}
"""Column → the questions in which it is what is said above; elsewhere the same name is something else."""
