"""The pages: server-rendered, with the standard library only."""
