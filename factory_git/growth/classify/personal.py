"""What suits the people who use it: preferences and heuristics."""

from __future__ import annotations

from factory_git.growth.classify.common import named

preference = named("preference-added", "preference-removed", "preference-changed")
heuristic = named("heuristic-added", "heuristic-removed", "heuristic-changed")
