"""Unit tests of rcdesk.core: they mirror its modules."""
