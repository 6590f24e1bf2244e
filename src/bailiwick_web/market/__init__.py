"""Know the market: what the company is, strengths and weaknesses, evidence, offers, how busy everybody is."""
