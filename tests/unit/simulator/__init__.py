"""Tests of the simulator: its world without HTTP, and its door with a plain HTTP client."""
