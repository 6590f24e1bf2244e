"""How a column is made."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
ANY = ""
"""Every question."""
ORIGINS: dict[tuple[str, str], Text] = {
    (ANY, "class_stability"): _("Share of 1,000 random draws of the weights in which the class stays the same."),
    (ANY, "raise_first"): _("The factor that would lift the score most if it came up to the best territory."),
    (ANY, "top_20_share"): _("Share of the measure that the largest fifth of the units of the territory holds."),
    (ANY, "travel_km"): _("Mean distance of a unit from the middle of its territory, weighted by the measure."),
    (ANY, "apart_km"): _("Median distance of a unit from the nearest other unit of its territory."),
    (ANY, "penetration"): _("Sales ÷ potential."),
    (ANY, "open_potential"): _("Potential − sales, not below 0."),
    (ANY, "share_gap"): _(
        "Share of all potential − share of all effort (of the sales where no effort is known). Above 0: served too little."
    ),
    (ANY, "spot"): _(
        "Units whose neighbourhood is high or low beyond chance: Getis-Ord G*, by permutation, at a false discovery rate of 5 %."
    ),
    (ANY, "abc"): _("A: the largest units that hold 80 % together; B: up to 95 %; C: the rest."),
    (ANY, "mase"): _("Mean absolute error in the back-test ÷ that of repeating the year before inside the history: below 1 is better."),
    (ANY, "mase_seasonal_naive"): _("The same error for repeating the year before, on the same months."),
    (ANY, "auc_lost_when_shuffled"): _("How much worse leads are ranked if the column is shuffled."),
    (ANY, "auc_alone"): _("How well the column alone ranks leads: 0.5 by chance, 1 perfectly. Close to 1 it seems to know the outcome."),
    (ANY, "lift"): _("Share in the segment ÷ share in all: above 1 is bought, or said, more than elsewhere."),
    (ANY, "still_there"): _("Share of new customers who are still there after so many periods."),
    (ANY, "has_own_model"): _("Where fewer than 5 left, or none stayed, the model of all stands for the group."),
    (ANY, "p_alive"): _("Chance that the customer has not left for good, by how often and how recently was bought (BG/NBD)."),
    (ANY, "expected_purchases"): _("Purchases within the months ahead, by BG/NBD."),
    (ANY, "fit"): _("0 to 100: how much a prospect looks like a customer, by the weights of the profile."),
    (ANY, "stability"): _("How alike a cluster is on other samples of the accounts: 0.75 and more is stable."),
    (ANY, "estimated_revenue_potential"): _("Sum over the accounts of the segment, with an interval by bootstrap."),
    (ANY, "repeat_rate"): _("Of those whose first order lies a year back: who ordered again within it. 95 % interval by Wilson."),
    (ANY, "cohort"): _(
        "Whose first order lies in the quarter; +1, +2 …: the share of them that ordered in the first, second … quarter after it."
    ),
    ("market", "score"): _(
        "Weighted mean of the sub-scores, 0 to 100. A sub-score is the share of the other territories that are beaten, ties half."
    ),
    ("market", "class"): _("Thirds of the scores: high, medium, low."),
    ("trends", "trend"): _(
        "Change a year apart from the season: log-linear in time with month effects. The 95 % interval is wider where neighbouring months "
        "deviate alike."
    ),
    ("trends", "direction"): _("Growing or shrinking where the interval lies on one side of 0; else it cannot be told."),
    ("trends", "revenue_before"): _("Of the twelve months before the last twelve."),
    ("match", "expected"): _("Potential × what all sell of the potential in a year."),
    ("match", "performance"): _(
        "Sold ÷ expected by potential and month, drawn to the mean of all as far as chance may have made it (empirical Bayes)."
    ),
    ("match", "own_weight"): _(
        "How much the own figures count in it; the rest is the mean of all. More months and steadier sales count more."
    ),
    ("match", "worth"): _("Performance × what anybody would sell there, less what is lost when the territory changes hands."),
    ("match", "price"): _(
        "What all territories together lose a year if this pair must be and the others are assigned anew as well as can be."
    ),
    ("market", "gini"): _("0: all units alike; 1: one unit holds everything."),
    ("potential", "potential"): _("What one in four similar accounts reaches, and never less than the own sales."),
    ("gap", "gap"): _("Revenue of the group − mean revenue of the groups. The four effects add up to it."),
    ("gap", "conversion"): _("Won ÷ worked."),
    ("gap", "coverage"): _("Worked ÷ all opportunities."),
    ("gap", "deal_size"): _("Revenue ÷ won deals."),
    ("effect", "effect"): _(
        "Change of the treated less that of their controls, relative: those most alike before, and a blend of all that went like them."
    ),
    ("effect", "before_effect"): _("The same within the time before, where nothing happened: should be near 0."),
    ("effect", "p_value"): _("How often chance alone gives as much."),
    ("pilot", "power"): _("Share of pilots drawn from the past, with the effect put in, that would find it; with a 95 % interval."),
    ("pilot", "least_effect"): _("The smallest effect that 8 of 10 such pilots would find."),
    ("pilot", "false_alarms"): _("Share of pilots without any effect that would find one all the same: meant are 5 %."),
    ("attainment", "pace"): _("Reached ÷ expected by then: 100 % is as the season lets expect."),
    ("attainment", "expected_by_now"): _(
        "The part of the goal that falls on the days so far; by the months of the year before, where they are there."
    ),
    ("health", "risk"): _(
        "That nothing is bought within the horizon. Learned: as often as with like accounts held back. By the rule: points taken off."
    ),
    ("health", "health"): _("100 less the risk in percent."),
    ("health", "pause"): _("Days since the last order ÷ the usual days between two orders of this account."),
    ("health", "reasons"): _("What speaks for leaving, the strongest first."),
    ("next_orders", "expected"): _("By the rhythm of the account; from and to hold the day in 80 of 100 cases."),
    ("forecast", "forecast"): _("By the method that did best on the past; territories are reconciled so that they add up to all."),
    ("lead_scores", "probability"): _(
        "Calibrated: of the leads with 30 %, about 30 in 100 are won, as the reliability table shows on leads held back."
    ),
    ("lead_scores", "reasons"): _("What moves this lead from the mean of all, the strongest first."),
    ("fit_scores", "reasons"): _("Where the most points of the fit come from, of how many there are."),
    ("bant", "score"): _("0 to 100: budget, authority, need and timeline count a quarter each; an answer that is too old counts half."),
    ("bant", "fails"): _("What has less than the grade that each needs."),
    ("bant", "stale"): _("What was answered too long ago."),
    ("retention", "retention"): _(
        "Chance that a new customer renews the first time; those who leave easily leave first, so that retention grows (sBG)."
    ),
    ("retention", "value"): _(
        "Worth today of what those still there will pay within the periods ahead: chance to stay × amount, discounted; "
        "the interval is that of drawn parameters and of who stays."
    ),
    ("customer_value", "value"): _(
        "Worth today of what is to come: purchases × amount (Gamma-Gamma), discounted; the interval is that of simulated futures."
    ),
    ("fit_scores", "points"): _("Of the fit that a customer with this value gets."),
    ("fit_scores", "field_points"): _("The most that this column can give; those of all columns add up to 100."),
    ("fit_scores", "similarity"): _("1 less the mean difference to the nearest of the best customers, weighted by the profile."),
    ("lead_scores", "index"): _("Population stability index: 0 is no shift, from 0.25 on much has changed."),
    ("lead_scores", "by_chance"): _("What 99 of 100 samples of this size stay below without any shift."),
    ("potential", "similar_low"): _("The sales of nine in ten similar accounts lie from here to what stands beside it."),
    ("potential", "order"): _("1: the accounts stand in the very order of their sales."),
}
"""Question and column → how the column is made; elsewhere the same name may be something else."""
