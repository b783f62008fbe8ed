"""Tests of the bridge: lanes with real threads, desks with the real services against the simulator."""
