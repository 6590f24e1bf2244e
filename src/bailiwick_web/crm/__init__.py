"""Whom we sell to: accounts, contacts, leads, opportunities, orders, activities, cases, and whose they are."""
