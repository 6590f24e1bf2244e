"""Materials to show customers: files with versions and tags, and with whom each was shared."""

from __future__ import annotations

from django.db import models

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Person, User
from bailiwick_web.crm.models import Account, Activity, Contact, Opportunity, Product, SellingRecord


class Material(SellingRecord):
    """Something to show customers; without a tag of a kind it fits all of that kind."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    segments = models.JSONField(default=list, help_text="of accounts that it is for")
    stages = models.JSONField(default=list, help_text="names of stages of deals that it is for")
    products = models.ManyToManyField(Product, related_name="materials")
    owner = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", help_text="who keeps it up to date")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class MaterialVersion(models.Model):
    """The file of a material at a time; its content lies in the data folder, as that of attachments does."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    filename = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    n_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, help_text="what is new in it")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["material", "number"], name="material_version_once"),)

    def __str__(self) -> str:
        return f"{self.material} {self.number}"


class MaterialShare(SellingRecord):
    """That a version of a material was shown or sent to an account."""

    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="shares")
    edition = models.ForeignKey(MaterialVersion, on_delete=models.PROTECT, related_name="+", help_text="the version that was shared")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    opportunity = models.ForeignKey(Opportunity, null=True, on_delete=models.SET_NULL, related_name="+")
    activity = models.ForeignKey(Activity, null=True, on_delete=models.SET_NULL, related_name="+")
    shared_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["material", "-shared_at"], name="share_of_material"),
            models.Index(fields=["account", "-shared_at"], name="share_with_account"),
        )

    def __str__(self) -> str:
        return f"{self.material} → {self.account}"

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"share {self.public_id}"
