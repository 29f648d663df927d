"""GF311: a panel has no component or route.

## What it does

Looks, for each panel of a bound spec, for the page that shows it, in the folders of the spec: a component, class or
function of its name (`Triage`, `TriagePanel`, `triage_view`), a route with its name in the path (`/triage`,
`/farm/triage/:id`), or a file that is a page by its place (`pages/triage.tsx`, `app/triage/page.tsx`,
`templates/triage.html`). A panel that `code:` or a tag binds is found there and nowhere else.

## Why

The panels of a spec are what people were promised they can see. A panel that lost its page takes a part of the
application away from them, and no test of the code behind it notices.

## Example

```yaml
interface:
  panels:
    - {name: Triage, shows: [Alert]}
```

```text
factory.yaml:3: GF311 panel triage has no component, route or page in web
```

## Fix

Write the page, or a stub of it; or, where it has another name, bind the panel to it: `code: web/alerts.tsx::Alerts` in
the spec, or `gf: interface.panels.triage` on the component.
"""

from __future__ import annotations

from factory_git.drift.kinds.surface import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Panel
    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

CODE = "GF311"
KINDS = frozenset({"function", "class", "variable", "constant", "struct", "record", "method"})
ENDINGS = ("", "panel", "page", "view", "screen", "component", "controller", "handler", "template")
FOLDERS = frozenset({"pages", "views", "panels", "screens", "routes", "templates", "components"})
TEMPLATES = ("templates", "views", "resources/views", "src/main/resources/templates", "pages", "web", "components")
ENDED = (".html", ".vue", ".svelte", ".jinja", ".html.j2", ".gohtml", ".tmpl", ".twig", ".astro")
PAGES = frozenset({"page", "index", "route", "+page", "view"})


def check(world: World) -> Iterator[Hit]:
    """Panels that nothing shows."""
    wanted = [one for one in world.contract.panels if world.wants(one.path, one.mode)]
    if not wanted:
        return
    names = {folded(one.id) for one in wanted}
    shown = _shown(world, names)
    where = ", ".join(folder or "the repository" for folder in world.contract.folders)
    for panel in wanted:
        if folded(panel.id) not in shown and not _template(world, panel):
            message = f"panel {panel.id} has no component, route or page in {where}"
            yield world.missing(CODE, panel.path, message, hint=_way_out(panel))


def _way_out(panel: Panel) -> str:
    return f"write it, or bind what shows it: code: FILE::Name in the spec, or `gf: {panel.path}` on the component"


def _shown(world: World, names: set[str]) -> set[str]:
    """Those names that some file of the spec's folders shows."""
    wanted = {f"{name}{ending}": name for name in names for ending in ENDINGS}
    found: set[str] = set()
    for path in world.files():
        found |= _by_place(path, names)
        facts = world.code.facts(path)
        if facts is None:
            continue
        for route in facts.routes:
            found |= names.intersection(folded(part) for part in route.path.split("/"))
        for symbol in facts.symbols:
            if symbol.exported and symbol.kind in KINDS and folded(symbol.name) in wanted:
                found.add(wanted[folded(symbol.name)])
        if found >= names:
            break
    return found


def _by_place(path: str, names: set[str]) -> set[str]:
    """A file that is a page by where it stands: ``pages/triage.tsx``, ``app/triage/page.tsx``."""
    *folders, file = path.split("/")
    stem = folded(file.partition(".")[0])
    if stem in PAGES or file.startswith("+page"):
        return names.intersection(folded(folder) for folder in folders[-1:])
    return names & {stem} if FOLDERS.intersection(folders) else set()


def _template(world: World, panel: Panel) -> bool:
    """A page in a language that the map does not read, where such pages have their place."""
    names = {panel.id, panel.id.replace("_", "-"), panel.name}
    tops = dict.fromkeys((*world.contract.folders, world.contract.root))
    return any(
        world.code.mode(f"{top}/{folder}/{name}{ending}".lstrip("/"))
        for top in tops
        for folder in TEMPLATES
        for name in names
        for ending in ENDED
    )
