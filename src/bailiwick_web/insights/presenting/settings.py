"""Settings and tests of an answer in the words of the reader: what a card says under its formulas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.templatetags.words import words
from bailiwick_web.insights.presenting.cells import DAY
from bailiwick_web.insights.presenting.headings import FIGURES, LABELS
from bailiwick_web.insights.presenting.values import WORDS

Text = str | Promise
KEYS: dict[str, Text] = {
    "actual_purchases": _("Purchases that came"),
    "annual_discount": _("Discount a year"),
    "auc": _("Won above lost, share of pairs"),
    "auc_out_of_fold": _("Won above lost, on what was not learned from"),
    "base_rate": _("Share of all"),
    "bg_nbd": "BG/NBD",
    "brier": _("Brier score"),
    "brier_of_base_rate": _("Brier score of the same for all"),
    "by": _("By"),
    "calibration_error": _("Calibration error"),
    "candidates": _("Candidates"),
    "chosen": _("Chosen"),
    "chance_above_0": _("Chance that it is more than nothing"),
    "crediting": _("Crediting"),
    "currency": _("Currency"),
    "days": _("Days"),
    "discount": _("Discount a period"),
    "end": _("End"),
    "factors": _("Factors"),
    "features": _("Columns that were used"),
    "first_month": _("First month"),
    "fresh_days": _("Days until an answer is too old"),
    "gain": _("Gain"),
    "gamma_gamma": "Gamma-Gamma",
    "gini": _("Gini index"),
    "grain": _("Steps"),
    "has_amounts": _("Has amounts"),
    "high": _("to"),
    "history_months": _("Months of history"),
    "horizon": _("Periods ahead"),
    "horizon_days": _("Days ahead"),
    "how": _("How"),
    "is_better_than_base_rate": _("Better than the same for all"),
    "is_better_than_chance": _("Better than chance"),
    "is_enough": _("Enough"),
    "is_flat": _("Likelihood is flat"),
    "last_month": _("Last month"),
    "least_counted": _("Fewest deals or customers"),
    "least_peers": _("Fewest others"),
    "left_share": _("Share that left"),
    "levels": _("Levels"),
    "log_likelihood": _("Log-likelihood"),
    "loss": _("Loss"),
    "low": _("from"),
    "margin": _("Margin"),
    "mean_absolute_error": _("Mean absolute error"),
    "measure": _("Measure"),
    "median_error_days": _("Middle error in days"),
    "method": _("Method"),
    "models": _("Models"),
    "moran": _("Moran's I"),
    "n_controls": _("Units to compare with"),
    "n_customers": _("Customers"),
    "n_accounts": _("Accounts"),
    "n_bins": _("Bins"),
    "bins_held": _("Bins that hold"),
    "n_draws": _("Draws"),
    "n_held_back": _("Held back"),
    "n_history": _("Finished rows"),
    "n_learned_from": _("Learned from"),
    "n_overdue": _("Overdue"),
    "n_periods": _("Periods"),
    "n_placebos": _("Placebos"),
    "n_repeaters": _("Who bought again"),
    "n_series": _("Series"),
    "n_simulations": _("Simulations"),
    "n_tested": _("Tested on"),
    "n_treated": _("Units with the change"),
    "n_units": _("Units"),
    "naive_mean_absolute_error": _("Mean absolute error of repeating the past"),
    "naive_median_error_days": _("Middle error in days of the usual pause"),
    "naive_purchases": _("Purchases by repeating the past"),
    "not_computed": _("Not computed"),
    "observed_until": _("Observed until"),
    "p": "p",
    "parameters": _("Parameters"),
    "period": _("Period"),
    "periods": _("Periods"),
    "pinball_loss": _("Pinball loss"),
    "pinball_loss_same_for_all": _("Pinball loss of the same for all"),
    "pool": _("Pool"),
    "predicted_purchases": _("Purchases predicted"),
    "quantile": _("Quantile"),
    "range_coverage": _("Share within the range"),
    "reference": _("Compared with"),
    "rule": _("Rule"),
    "seed": _("Seed of the draws"),
    "share_below_potential": _("Share below the potential"),
    "since": _("Since"),
    "spread_among_reps": _("Spread among people"),
    "standard_error": _("Standard error"),
    "start": _("Start"),
    "step": _("Step"),
    "switching_loss": _("Lost by changing hands"),
    "synthetic": _("Blend"),
    "test": _("Test"),
    "today": _("As of"),
    "units": _("Units"),
    "until": _("Until"),
    "verdict": _("Verdict"),
    "wanted_power": _("Wanted power"),
    "weeks": _("Weeks"),
    "weights": _("Weights"),
    "worth": _("Worth a year"),
    "share": _("Share"),
    "error": _("Error"),
    "name": _("Name"),
    "kind": _("Kind"),
    "before": _("Before"),
    "value": _("Value"),
    "expected": _("Expected"),
    "coverage": _("Held-back share within the intervals"),
    "mase": _("Error (MASE)"),
}
"""Key of a fact → what it is called; the names of columns stand for the others."""
_WORDS: dict[str, Text] = {
    "learned": _("learned from the past"),
    "rule": _("by a stated rule"),
    "helped": _("helped"),
    "did harm": _("did harm"),
    "unclear": _("unclear"),
    "as-was": _("as it was"),
    "as-is": _("as it is today"),
    "logistic regression": _("logistic regression"),
    "boosted trees": _("boosted trees"),
    "day": _("day"),
    "week": _("week"),
    "month": _("month"),
    "five-fold: each account by a model that has not seen it": _("five-fold: each account by a model that has not seen it"),
}
_DIGITS = 4


def setting_lines(facts: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Nested facts as lines, with the names and numbers of the reader.

    >>> setting_lines({"seed": 0, "test": {"auc": 0.75, "is_enough": True}, "own thing": None})
    [('Seed of the draws', '0'), ('Test · Won above lost, share of pairs', '0.75'), ('Test · Enough', 'yes'), ('Own thing', '–')]
    >>> setting_lines({"classes": [1, 2]})
    [('Classes', '1, 2')]
    """
    found: list[tuple[str, str]] = []
    for key, value in facts.items():
        name = f"{before} · {_name(key)}" if before else _name(key)
        if isinstance(value, dict):
            found += setting_lines(value, name)
        elif isinstance(value, list):
            found.append((name, ", ".join(map(_item, value)) or "–"))
        else:
            found.append((name, _shown(value)))
    return found


def _name(key: str) -> str:
    known = KEYS.get(key, LABELS.get(key))
    return str(known) if known is not None else words(key)


def _item(value: Any) -> str:
    return " ".join(f"{_name(k)} {_shown(v)}" for k, v in value.items()) if isinstance(value, dict) else _shown(value)


def _shown(value: Any) -> str:
    if value is None or value != value:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int):
        return str(number_format(value, 0, use_l10n=True))
    if isinstance(value, float):
        text = f"{value:.{_DIGITS}g}" if abs(value) < 10**_DIGITS else f"{value:.0f}"
        return str(number_format(text, len(text.partition(".")[2]), use_l10n=True)) if "e" not in text else text
    text = str(value)
    if DAY.fullmatch(text):
        return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
    return str(_WORDS.get(text, WORDS.get(text, FIGURES.get(text, text))))
