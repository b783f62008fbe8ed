"""News that the simulated service pushes: subscriptions, and the sockets they come through."""
