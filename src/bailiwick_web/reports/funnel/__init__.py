"""The funnel: how many deals pass each stage, how long that takes, where value is lost, and what is still to be won."""
