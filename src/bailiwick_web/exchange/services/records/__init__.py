"""Records of customers in and out: compared with what is here, written by the services of the records themselves."""

from bailiwick_web.exchange.services.records.comparing import Difference, compare
from bailiwick_web.exchange.services.records.lookups import Lookups
from bailiwick_web.exchange.services.records.taking_back import take_back
from bailiwick_web.exchange.services.records.writing import write

__all__ = ["Difference", "Lookups", "compare", "take_back", "write"]
