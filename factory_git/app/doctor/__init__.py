"""``doctor``: what is wrong with a repository and its ledger, and what can be put right."""
