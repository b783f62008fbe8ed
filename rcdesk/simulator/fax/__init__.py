"""Faxes of the simulated world: taken in, drawn, sent."""
