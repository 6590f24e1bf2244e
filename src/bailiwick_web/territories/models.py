"""Unit sets: the smallest pieces that are assigned, with measures, geometry and neighbours."""

from __future__ import annotations

from django.db import models

from bailiwick_web.core.models import Record


class UnitSet(Record):
    """One layer of units: ZIP codes 2020, counties, own polygons, customers as units."""

    name = models.CharField(max_length=200)
    is_planar = models.BooleanField(default=False)
    is_generated = models.BooleanField(default=False, help_text="the data say of themselves that they are not real")
    n_units = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, help_text="of ids, positions, shapes and measures")

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """One unit. ``idx`` is its place in the ordered set, 0…n−1; ``code`` is the id that people know."""

    unit_set = models.ForeignKey(UnitSet, on_delete=models.CASCADE, related_name="units")
    idx = models.PositiveIntegerField()
    code = models.CharField(max_length=200)
    name = models.CharField(max_length=300, blank=True)
    lon = models.FloatField(help_text="degrees, or x in km where the set is planar")
    lat = models.FloatField(help_text="degrees, or y in km where the set is planar")
    placed_by = models.CharField(max_length=20, blank=True)
    attributes = models.JSONField(default=dict)
    area = models.BinaryField(null=True, help_text="polygon as WKB")

    class Meta:
        ordering = ("unit_set", "idx")
        constraints = (
            models.UniqueConstraint(fields=["unit_set", "code"], name="unit_code_once"),
            models.UniqueConstraint(fields=["unit_set", "idx"], name="unit_idx_once"),
        )

    def __str__(self) -> str:
        return self.name or self.code


UNKNOWN_CURRENCY = "XXX"
"""What ISO 4217 writes where money has no known currency."""


class MeasureDefinition(models.Model):
    """A number per unit that adds up over a territory."""

    unit_set = models.ForeignKey(UnitSet, on_delete=models.CASCADE, related_name="measures")
    key = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, help_text="three letters where it is money, such as EUR; else empty")

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["unit_set", "key"], name="measure_key_once"),)

    def __str__(self) -> str:
        return self.key

    @property
    def is_money(self) -> bool:
        """Whether its sums are amounts."""
        return bool(self.currency)

    @property
    def currency_shown(self) -> str:
        """The code of the currency, or the sign for any."""
        return "¤" if self.currency == UNKNOWN_CURRENCY else self.currency


class MeasureValue(models.Model):
    """The number of one unit."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="values")
    measure = models.ForeignKey(MeasureDefinition, on_delete=models.CASCADE, related_name="values")
    value = models.FloatField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["unit", "measure"], name="value_once"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="value_not_negative"),
        )


class UnitSetFile(models.Model):
    """Something computed from a unit set, kept under the digest that it was computed from: neighbours, the map."""

    unit_set = models.ForeignKey(UnitSet, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit_set", "kind", "digest"], name="file_once"),)


class AlignmentPlan(Record):
    """A question that is planned again and again: who serves these units? Its scenarios are the answers."""

    name = models.CharField(max_length=200)
    unit_set = models.ForeignKey(UnitSet, on_delete=models.PROTECT, related_name="plans")
    layer = models.CharField(max_length=40, default="base")
    balance = models.JSONField(default=dict, help_text="measure → tolerance as a fraction; the first weighs distance")
    is_contiguous = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name
