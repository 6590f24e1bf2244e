"""Names of channels and reasons, in templates."""

from __future__ import annotations

from django import template

from bailiwick_web.outreach.forms import LABELS
from bailiwick_web.outreach.services.cadences import LEFT_OUT

register = template.Library()


@register.filter
def channel_name(channel: str) -> str:
    """What a channel is called."""
    return str(LABELS.get(channel, channel))


@register.filter
def why_left_out(reason: str) -> str:
    """Why somebody or a step was left out."""
    return str(LEFT_OUT.get(reason, reason))
