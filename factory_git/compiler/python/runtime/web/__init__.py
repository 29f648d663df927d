"""The web pages of generated applications: server-rendered, with the standard library only."""
