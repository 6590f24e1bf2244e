"""What customers say without being asked to buy: answers to surveys, visits to the website, mentions elsewhere."""
