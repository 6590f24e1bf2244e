"""What is known of the market over the JSON interface."""

from bailiwick_web.market.api import library, standing, team

routers = (library.router, standing.router, team.router)
