"""Unit tests of rcdesk.store: they mirror its modules."""
