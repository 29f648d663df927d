"""Sources in, typed spec out; or every problem at once, each with its place.

:func:`load` is pure: it reads nothing but the bytes it is given. :func:`find` says which files of a tree are specs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from factory_git.core import yaml
from factory_git.core.errors import Place, Problem, SpecError
from factory_git.core.ids import SpecPath, slug
from factory_git.spec import names
from factory_git.spec.expand import Cell, Expander, Reference
from factory_git.spec.layers import data, flow, proof, surface
from factory_git.spec.layers.build import Build
from factory_git.spec.model import Source, Spec, Text
from factory_git.spec.schema import FORMAT, SPEC

ENTITY_FOLDER = "data_contracts"


def load(sources: Sequence[Source], *, root: str = "") -> Spec:
    """The spec that these files hold together. ``root`` is the folder of the spec in its repository.

    Raises :class:`SpecError` whose ``problems`` are all that is wrong, sorted by place. What expressions say is not
    looked at here: :func:`factory_git.spec.check.check` does.
    """
    expander = Expander()
    problems = expander.problems
    tree = merged(sources, problems)
    _raise(problems)
    expanded = expander.record(tree, SPEC, "")
    _format(expanded, expander.places, problems)
    build = Build(expanded, expander.places, problems)
    spec = _typed(build, tuple(sources), root)
    _references(build, expander.references, spec)
    _reserved(build)
    _raise(problems)
    return spec


def find(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The specs among all paths of a tree, as (root, files), sorted by root.

    A spec is ``factory.yaml``, ``*.factory.yaml``, or a folder ``spec/`` with ``spec/app.yaml``, at any depth. Raises
    :class:`SpecError` when a folder holds two.
    """
    everything = [p for p in paths if p.endswith(".yaml")]
    single: dict[str, list[str]] = {}
    folders = {p.removesuffix("app.yaml") for p in everything if p == "spec/app.yaml" or p.endswith("/spec/app.yaml")}
    parts: dict[str, list[str]] = {folder: [] for folder in folders}
    for path in everything:
        folder, _, name = path.rpartition("/")
        if name == "factory.yaml" or name.endswith(".factory.yaml"):
            single.setdefault(folder, []).append(path)
        base = f"{folder}/" if folder else ""
        owner = base if base in parts else base.removesuffix(f"{ENTITY_FOLDER}/")
        if owner in parts and owner.endswith("spec/"):
            parts[owner].append(path)
    problems = []
    found: dict[str, list[str]] = {}
    for folder, files in parts.items():
        found[folder.removesuffix("/").rpartition("/")[0]] = sorted(files)
    for root, files in single.items():
        clash = [*files, *found.get(root, ())[:1]]
        if len(clash) > 1:
            message = f"two specs in one folder: {clash[0]} and {clash[1]}"
            hint = "one spec a folder: move one, or join them (git factory spec join)"
            problems.append(Problem(code="spec/two-in-one", message=message, place=Place(file=clash[1]), hint=hint))
        found[root] = files
    _raise(problems)
    return sorted(found.items())


def _raise(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    # An aliased part is read wherever it is used, and wrong only once: at its place.
    once = {(p.code, p.message, p.place): p for p in reversed(problems)}
    ordered = sorted(
        once.values(),
        key=lambda p: (p.place.file, p.place.line, p.place.column) if p.place else ("", 0, 0),
    )
    first = ordered[0]
    more = f" (and {len(ordered) - 1} more)" if len(ordered) > 1 else ""
    where = f"{first.place}: " if first.place else ""
    raise SpecError(f"{where}{first.message}{more}", ordered, code=first.code, hint=first.hint)


# -- files → one tree ------------------------------------------------------------------------------------------------


def merged(sources: Sequence[Source], problems: list[Problem]) -> yaml.Mapping:
    """One mapping of all files' top-level keys; each key lives in one file. What is wrong goes to ``problems``."""
    whole = yaml.Mapping({}, sources[0].path if sources else "", 1, 1)
    entities: list[yaml.Node] = []
    for source in sorted(sources, key=lambda s: s.path):
        try:
            node = yaml.parse(source.content, source.path)
        except SpecError as error:
            problems.extend(error.problems)
            continue
        if not isinstance(node, yaml.Mapping):
            empty = isinstance(node, yaml.Scalar) and node.value is None
            message = "this file is empty" if empty else "a spec is a mapping of layers"
            hint = f"the first lines may be: factory: {FORMAT}, app: {{id: my_app}}"
            problems.append(Problem(code="spec/type", message=message, place=yaml.place(node), hint=hint))
        elif len(sources) > 1 and f"/{ENTITY_FOLDER}/" in f"/{source.path}":
            entities.append(node)
        else:
            _unite(whole, node, problems)
    if entities:
        _adopt(whole, entities, problems)
    return whole


def _unite(whole: yaml.Mapping, part: yaml.Mapping, problems: list[Problem]) -> None:
    for key, entry in part.entries.items():
        if key in whole.entries:
            first = yaml.place(whole.entries[key][0])
            message = f"{key!r} is in two files; the first is at {first}"
            hint = "a key lives in one file only"
            place = yaml.place(entry[0])
            problems.append(Problem(code="spec/duplicate-key", message=message, place=place, hint=hint))
        else:
            whole.entries[key] = entry


def _adopt(whole: yaml.Mapping, entities: list[yaml.Node], problems: list[Problem]) -> None:
    """Put the entities that have files of their own behind those of the layer's file."""
    first = entities[0]
    key = yaml.Scalar(ENTITY_FOLDER, ENTITY_FOLDER, first.file, 1, 1)
    _, layer = whole.entries.setdefault(ENTITY_FOLDER, (key, yaml.Mapping({}, first.file, 1, 1)))
    if isinstance(layer, yaml.Mapping):
        name = yaml.Scalar("entities", "entities", first.file, 1, 1)
        entry = layer.entries.get("entities") or (name, yaml.Sequence([], first.file, 1, 1))
        if isinstance(entry[1], yaml.Scalar) and entry[1].value is None:
            entry = (entry[0], yaml.Sequence([], first.file, 1, 1))
        layer.entries["entities"] = entry
        if isinstance(entry[1], yaml.Sequence):
            entry[1].items.extend(entities)
            return
    message = f"{ENTITY_FOLDER} holds no list of entities that {first.file} could join"
    hint = f"write it as {ENTITY_FOLDER}: {{entities: []}}"
    problems.append(Problem(code="spec/type", message=message, place=yaml.place(layer), hint=hint))


# -- one tree → typed ------------------------------------------------------------------------------------------------


def _format(expanded: Mapping[str, Any], places: Mapping[SpecPath, Place], problems: list[Problem]) -> None:
    version = expanded.get("factory", FORMAT)
    if version != FORMAT:
        message = f"format {version} is not known to this version of git-factory, which reads format {FORMAT}"
        hint = "upgrade git-factory" if version > FORMAT else f"write factory: {FORMAT}"
        problems.append(Problem(code="spec/format", message=message, place=places[SpecPath("factory")], hint=hint))


def _typed(build: Build, sources: tuple[Source, ...], root: str) -> Spec:
    app = build.data.get("app") or {}
    title = str(app.get("title") or app.get("name") or app.get("id") or "")
    app_id = _app_id(build, app, title)
    entities = data.entities(build)
    pipelines = flow.pipelines(build)
    actions = surface.actions(build)
    code = build.data.get("code")
    layer: Mapping[str, Any] = code if isinstance(code, Mapping) else {}
    return Spec(
        id=app_id,
        title=title,
        version=str(app.get("version") or "0.1.0"),
        stage=str(app.get("stage") or "seed"),
        root=root,
        sources=sources,
        entities=entities,
        terms=flow.terms(build),
        pipelines=pipelines,
        guardrails=flow.guardrails(build),
        disclaimers=flow.disclaimers(build),
        roles=surface.roles(build),
        panels=surface.panels(build),
        actions=actions,
        scenarios=proof.scenarios(build, pipelines, actions),
        done=proof.done(build),
        bindings=proof.bindings(build),
        package=proof.package(build, app_id),
        language=str(layer.get("language", "python")),
        compiled=(str(layer.get("default", "compiled")), str(layer.get("language", "python")))
        == ("compiled", "python"),
        paths=tuple(str(t).strip("/") for t in layer.get("paths", ())),
        depends_on=tuple(dict.fromkeys(str(t) for t in build.data.get("depends_on") or ())),
        reserved=tuple(SpecPath(str(t)) for t in build.data.get("reserved") or ()),
        raw=plain(build.data),
        places=build.places,
    )


def _app_id(build: Build, app: Mapping[str, Any], title: str) -> str:
    given: Text | None = app.get("id")
    if given is None:
        return slug(title) or "app"
    if not names.ID.fullmatch(given.text):
        hint = f"ids are lower-case letters, digits and _: {slug(given.text) or 'my_app'}"
        build.problem("spec/id", f"{given.text!r} cannot be an id", given.place, "app", hint)
    return given.text


def plain(value: Any) -> Any:
    """Expanded data as plain data: texts become ``str``, cells their values."""
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Cell):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


# -- what refers to what ---------------------------------------------------------------------------------------------


def _references(build: Build, references: Sequence[Reference], spec: Spec) -> None:
    """Every name used is a name declared."""
    tiers = build.items("evidence_policy", "trust_tiers")
    known: dict[str, dict[str, None]] = {
        "entity": dict.fromkeys(e.name for e in spec.entities),
        "role": dict.fromkeys(r.id for r in spec.roles),
        "pipeline": dict.fromkeys(p.id for p in spec.pipelines),
        "action": dict.fromkeys(a.id for a in spec.actions),
        "tier": dict.fromkeys(t["id"] for t in tiers),
        "path": dict.fromkeys(str(p) for p in spec.places),
    }
    also = {
        "entity": {e.id for e in spec.entities},
        "role": {r.name for r in spec.roles},
        "pipeline": {p.name for p in spec.pipelines},
        "action": {a.name for a in spec.actions},
        "tier": {str(t["name"]) for t in tiers},
        "path": set(),
    }
    for reference in references:
        word, kind = reference.text.text, reference.kind
        if word in known[kind] or word in also[kind] or (kind == "tier" and not tiers):
            continue
        what = {"path": "node"}.get(kind, kind)
        code = f"spec/unknown-{kind}"
        hint = names.suggest_path(word, known[kind]) if kind == "path" else names.suggest(word, known[kind])
        message = f"the spec has no {what} {word!r}"
        build.problem(code, message, reference.text.place, reference.text.path, hint)


def _reserved(build: Build) -> None:
    """Removed ids stay removed, and what a node was is not there too."""
    for text in build.data.get("reserved") or ():
        path = SpecPath(text.text)
        if path in build.places:
            message = f"{path} is reserved: it was removed and may not come back with another meaning"
            hint = f"give the new one another name or id; reserved at {text.place}"
            build.problem("spec/reserved-id", message, build.places[path], path, hint)
        elif path.partition(".")[0] not in SPEC.keys:
            hint = names.suggest(path.partition(".")[0], SPEC.keys)
            build.problem("spec/unknown-path", f"{path!r} is no address of a node", text.place, "reserved", hint)
    for path, item in proof.walk(build.data):
        was: Text | None = item.get("was")
        if was is None:
            continue
        before = names.join(names.parent(path), slug(was.text))
        if before == path:
            build.problem("spec/was", f"{path} was itself", was.place, path, "was: holds the id before the change")
        elif before in build.places:
            message = f"{path} was {before}, which is still there at {build.places[before]}"
            build.problem("spec/was", message, was.place, path, "a rename leaves no old node behind")
