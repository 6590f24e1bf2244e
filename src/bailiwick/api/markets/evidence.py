"""What evidence of others does to an estimate of potential."""

from __future__ import annotations

from bailiwick.insight.evidence import Applied, Claim, IndustrySum, apply_claims, sums_by_industry

__all__ = ["Applied", "Claim", "IndustrySum", "apply_claims", "sums_by_industry"]
