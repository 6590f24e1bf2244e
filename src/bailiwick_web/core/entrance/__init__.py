"""How people get in, and how long they stay in: passwords, second factor, single sign-on, invitations, sessions."""
