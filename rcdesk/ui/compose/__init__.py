"""The composer: recipients, documents, cover, sending."""
