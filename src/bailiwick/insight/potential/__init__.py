"""What accounts and areas could buy, where it is, and how much of it we have."""
