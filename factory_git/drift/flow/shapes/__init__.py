"""One file a language: from its syntax to the few operations that the flow knows."""
