"""The worst rated démarches, and what was done to help them."""
