"""Every kind of record that files bring."""

from bailiwick_web.exchange.record_kinds import (
    ACCOUNTS,
    ACTIVITIES,
    ADDRESSES,
    CAMPAIGNS,
    CASES,
    CATEGORIES,
    CONTACTS,
    LEADS,
    MENTIONS,
    NEEDS,
    OPPORTUNITIES,
    ORDER_LINES,
    ORDERS,
    PRODUCTS,
    QUESTIONS,
    RESPONSES,
    SURVEYS,
    WEB_VISITS,
)
from bailiwick_web.exchange.services.records.kinds.accounts import Accounts, Addresses
from bailiwick_web.exchange.services.records.kinds.asked import Campaigns, NeedAnswers, Questions, Surveys
from bailiwick_web.exchange.services.records.kinds.base import Kind, Writer
from bailiwick_web.exchange.services.records.kinds.catalogue import Categories, Products
from bailiwick_web.exchange.services.records.kinds.deals import Deals
from bailiwick_web.exchange.services.records.kinds.heard import Mentions, Responses, WebVisits
from bailiwick_web.exchange.services.records.kinds.orders import Orders
from bailiwick_web.exchange.services.records.kinds.people import Contacts, Leads
from bailiwick_web.exchange.services.records.kinds.work import Activities, Cases

KINDS: dict[str, type[Kind]] = {
    CATEGORIES: Categories,
    PRODUCTS: Products,
    ACCOUNTS: Accounts,
    ADDRESSES: Addresses,
    CONTACTS: Contacts,
    LEADS: Leads,
    OPPORTUNITIES: Deals,
    ORDERS: Orders,
    ORDER_LINES: Orders,
    CASES: Cases,
    ACTIVITIES: Activities,
    RESPONSES: Responses,
    WEB_VISITS: WebVisits,
    MENTIONS: Mentions,
    CAMPAIGNS: Campaigns,
    SURVEYS: Surveys,
    QUESTIONS: Questions,
    NEEDS: NeedAnswers,
}
"""Lines are part of their orders: these are what is written and taken back."""

__all__ = ["KINDS", "Kind", "Writer"]
