"""News over a WebSocket: one connection, one subscription, on a thread of its own."""
