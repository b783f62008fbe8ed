"""Unit tests of rcdesk.services: they mirror its modules."""
