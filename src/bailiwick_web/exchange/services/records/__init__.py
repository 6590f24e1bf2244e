"""Records of customers in and out: compared with what is here, written by the services of the records themselves."""

from bailiwick_web.exchange.services.records import plans
from bailiwick_web.exchange.services.records.comparing import Difference, compare
from bailiwick_web.exchange.services.records.lookups import Lookups
from bailiwick_web.exchange.services.records.plans import Draft, forget_plan, slices
from bailiwick_web.exchange.services.records.taking_back import Family, TakingBack
from bailiwick_web.exchange.services.records.writing import MEANWHILE, write_fitting

__all__ = [
    "MEANWHILE",
    "Difference",
    "Draft",
    "Family",
    "Lookups",
    "TakingBack",
    "compare",
    "forget_plan",
    "plans",
    "slices",
    "write_fitting",
]
