"""Who will buy: calibrated probabilities, profiles, qualification, quality of territories."""
