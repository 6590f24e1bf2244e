"""Records of customers in and out: compared with what is here, written by the services of the records themselves."""

from bailiwick_web.exchange.services.records.comparing import Difference, compare
from bailiwick_web.exchange.services.records.lookups import Lookups
from bailiwick_web.exchange.services.records.plans import SLICE, Draft, forget_plan, slices
from bailiwick_web.exchange.services.records.taking_back import Family, TakingBack, need_untouched
from bailiwick_web.exchange.services.records.writing import MEANWHILE, Slice

__all__ = [
    "MEANWHILE",
    "SLICE",
    "Difference",
    "Draft",
    "Family",
    "Lookups",
    "Slice",
    "TakingBack",
    "compare",
    "forget_plan",
    "need_untouched",
    "slices",
]
