"""Real Ganeti clusters, over their remote API."""
