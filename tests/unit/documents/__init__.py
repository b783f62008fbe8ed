"""Unit tests of rcdesk.documents: they mirror its modules."""
