"""A plain model of ledgers, and real clones beside it."""
