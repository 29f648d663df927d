"""The run: decide (pure) over a fold of records; phases execute; every step is one transaction of the ledger."""
