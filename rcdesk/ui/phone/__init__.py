"""The dialer, the live calls, quick dial."""
