"""The doors of the simulator: one module for each resource."""
