"""Worked examples of segments, ready to change: a coffee-bean supplier and a luxury-car company."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """A segment that a rule defines; the first rule that holds takes the account.

    Attributes
    ----------
    name, colour
        Of the segment; the colour as ``#rrggbb``.
    where
        Rule as people write it.
    about
        Whom it means.
    """

    name: str
    where: str
    colour: str = ""
    about: str = ""


TEMPLATES: dict[str, tuple[SegmentRule, ...]] = {
    "coffee": (
        SegmentRule(
            "High-Potential New Businesses",
            "customer_since >= 2024 and annual_revenue < 20000 and revenue_potential >= 20000",
            "#2b6cb0",
            "newly established, limited history",
        ),
        SegmentRule(
            "High-Volume Businesses", "employees >= 250 or annual_revenue >= 60000", "#1b5e20", "large corporations, national chains"
        ),
        SegmentRule("Medium-Volume Businesses", "employees >= 30 or annual_revenue >= 12000", "#81c784", "regional chains"),
        SegmentRule("Small Businesses/Cafes", "annual_revenue >= 0", "#f2c94c", "single cafés, small offices"),
    ),
    "luxury-cars": (
        SegmentRule(
            "Corporate Clients", "customer_type = 'company' or fleet_size >= 2", "#37474f", "companies that buy or lease for executives"
        ),
        SegmentRule(
            "Premium Car Enthusiasts", "cars_owned >= 3 or club_member = 'yes'", "#8e2430", "collect, follow models, come to events"
        ),
        SegmentRule("High-Income Individuals", "annual_income >= 200000", "#c9a227", "buy for comfort and standing"),
    ),
}
"""Name → segments, the rule that goes first first."""
NO_SEGMENT = "(none)"
COLOURS = ("#1b5e20", "#2b6cb0", "#f2c94c", "#8e2430", "#81c784", "#6b4c9a", "#c9722b", "#37474f", "#b83280", "#2f8f83")
