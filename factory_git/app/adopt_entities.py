"""Entities from the types that hold data: their fields, with the spec's types where the code's can be seen."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from factory_git.app.adopt_draft import Entity, Field, Left, named
from factory_git.app.adopt_tree import Scan
from factory_git.core.ids import slug
from factory_git.drift import contract
from factory_git.drift.kinds import holders, names
from factory_git.drift.kinds.entities.agreement import disagreement, said
from factory_git.drift.kinds.entities.meaning import Meaning
from factory_git.drift.kinds.entities.members import Member, fields_of
from factory_git.drift.kinds.entities.reader import Reader
from factory_git.drift.kinds.entities.table import table
from factory_git.drift.world import Target, World

LIMIT = 200
ENTITY = "data_contracts.entities."
ENOUGH = 3  # types of a tier: fewer do not make an application
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORD = re.compile(r"[\w.+-]+")
_MOST_WORDS = 12
_SCALARS = ("bool", "int", "decimal", "datetime", "date", "text", "json")
_ALSO = {"uuid": "text", "map": "json", "enum": "text"}
_KEYS = ("id", "pk", "uuid")
_KEYED = re.compile(r"primary_key\s*=\s*True|^(?:\w+\.)?AutoField\(")
_KEY_MARKS = frozenset({"Id", "PrimaryKey", "PrimaryColumn", "PrimaryGeneratedColumn", "EmbeddedId"})
_END = re.compile(r"_(?:id|uuid|key|ref)$")
_COUNTS = re.compile(
    r"(?:^|_)(?:id|count|counts|size|version|index|number|num|age|port|limit|position|order|year|month|day|days|hours|"
    r"minutes|seconds|duration|length|width|height|views|visits|offset|page|sort|priority|level|attempts)(?:_|$)"
)
_BYTES = re.compile(r"\b(?:byte|u8|uint8)\b")  # a list of these is no list that a reader would call one
_TOLD = re.compile(r"(?:text|date|decimal|any)?\??(?: key)?$")  # types that may tell who somebody is
_PERSONAL = re.compile(
    r"(?:^|_)(?:e?mail|phone|mobile|address|street|city|zip|postcode|first_name|last_name|full_name|surname|birth\w*|"
    r"dob|ssn|passport\w*|iban|tax_id|gender|ip_address|latitude|longitude|nationality|salary|username)(?:_|$)"
)


def entities(
    scan: Scan, known: Sequence[str], taken: Sequence[str], *, everything: bool, limit: int
) -> tuple[tuple[Entity, ...], tuple[Left, ...]]:
    """The types to adopt, best first up to ``limit``, in the order of files, and what was left out.

    ``known`` are places (``file::Name``) that the spec has already, ``taken`` ids of its entities.
    """
    found: list[tuple[int, str, int, str]] = []
    for path in scan.files:
        facts = scan.code.facts(path)
        for index, one in enumerate(facts.symbols if facts else ()):
            tier = holders.tier(holders.degree(scan.code, path, index), path)
            if tier and "~" not in one.id:
                found.append((tier, path, index, one.id))
    tiers = [sum(each[0] >= tier for each in found) for tier in (3, 2, 1)]
    least = 1 if everything else next((3 - n for n, count in enumerate(tiers) if count >= ENOUGH), 1)
    found = [each for each in found if f"{each[1]}::{each[3]}" not in known]
    chosen = sorted((each for each in found if each[0] >= least), key=lambda each: (-each[0], each[1], each[2]))
    left = []
    below = [each for each in found if each[0] < least]
    if below:
        what = "types that are not stored" if least == 3 else "types that stand outside the folders of data"
        some = tuple(f"{path}::{id_}" for _, path, _, id_ in below[:3])
        left.append(Left(count=len(below), what=what, why="--all-types adopts them, too", some=some))
    if len(chosen) > limit:
        some = tuple(f"{path}::{id_}" for _, path, _, id_ in chosen[limit : limit + 3])
        why = f"at most {limit} are drafted (--limit); name a folder to adopt the rest"
        left.append(Left(count=len(chosen) - limit, what="further types", why=why, some=some))
    chosen = sorted(chosen[:limit], key=lambda each: (each[1], each[2]))
    labels = named([(id_.rpartition(".")[2], path) for _, path, _, id_ in chosen], taken)
    return tuple(
        Entity(name=name, at=f"{path}::{id_}", path=path, index=index, tier=tier)
        for name, (tier, path, index, id_) in zip(labels, chosen, strict=True)
    ), tuple(left)


def with_fields(scan: Scan, drafted: Sequence[Entity], older: Mapping[str, Target] | None = None) -> tuple[Entity, ...]:
    """The entities with their fields. ``older`` are entities that the spec has already: references may name them."""
    world = _world(scan, drafted, older or {})
    members = {one.name: _members(world, one) for one in drafted}
    keys = {one.name: _key(members[one.name]) for one in drafted}
    return tuple(_filled(world, one, members[one.name], keys) for one in drafted)


def _world(scan: Scan, drafted: Sequence[Entity], older: Mapping[str, Target]) -> World:
    """A world in which the drafted entities are bound, so that types that name them are known."""
    bound = dict(older)
    some = []
    for one in drafted:
        path = f"{ENTITY}{slug(one.name)}"
        bound[path] = Target(node=path, how="code", file=one.path, index=one.index)
        some.append(
            contract.Entity(
                path=path, id=slug(one.name), name=one.name, file="", line=0, mode=contract.BOUND, made=False,
                guarded=False, fields=(),
            )
        )  # fmt: skip
    made = contract.Contract(
        id="", root="", language=scan.language, mode=contract.BOUND, folders=("",), compiled=(), entities=tuple(some),
        pipelines=(), guardrails=(), panels=(), terms=(), places=(), nodes=(), digests=(),
    )  # fmt: skip
    return World(made, scan.code, bound, {})


def _members(world: World, one: Entity) -> list[Member]:
    """The members that hold data of a row, as the rules for fields count them, and those that hold a row."""
    found = fields_of(world.code, one.path, one.index)
    all_ = found.members if found else ()
    inherited = _key([each for each in all_ if each.inherited and not each.accessor])
    some = [
        each
        for each in all_
        if (each.data or (found and _row(world, found.language, each))) and (not each.inherited or each is inherited)
    ]
    out, seen = [], set()
    shown = [each for each in some if not each.hidden] or some
    for each in sorted(shown, key=lambda one: one is not inherited):  # a key from a base comes first, too
        name = label(each)
        if _NAME.fullmatch(name) and name.replace("_", "") not in seen:
            seen.add(name.replace("_", ""))
            out.append(each)
    return out


def _row(world: World, language: str, member: Member) -> bool:
    """Whether a member is one row of another entity, as object-relational mappers have it."""
    if member.accessor or not member.type:
        return False
    meaning = Reader(world, language, member.path, member.owner).read(member.type)
    return meaning.kinds == {"entity"} and len(meaning.entities) == 1


def label(member: Member) -> str:
    """The field's name in the spec."""
    return names.snake(member.wire or member.name)


def _key(members: Sequence[Member]) -> Member | None:
    """The one that says it is the key, else the one that is called so."""
    marked = [
        each
        for each in members
        if _KEYED.search(each.default)
        or any(mark.partition("(")[0].rpartition(".")[2] in _KEY_MARKS for mark in each.decorators)
    ]
    if len(marked) == 1:
        return marked[0]
    named_so = [each for name in _KEYS for each in members if label(each) == name]
    return named_so[0] if named_so and not marked else None


def _filled(world: World, one: Entity, members: Sequence[Member], keys: Mapping[str, Member | None]) -> Entity:
    facts = world.code.facts(one.path)
    language = facts.language if facts else ""
    fields = []
    for each in members:
        type_ = _type(world, language, each, keys, one)
        fields.append(Field(name=label(each), type=type_))
    refs = {each.name for each in fields if each.type.startswith("ref ")}
    # `user` and `user_id` are one reference, twice: the rules know the one by the other.
    fields = [each for each in fields if _END.sub("", each.name) not in refs - {each.name}]
    personal = tuple(each.name for each in fields if _PERSONAL.search(each.name) and _TOLD.match(each.type))
    return replace(one, fields=tuple(fields), personal=personal)


def _type(world: World, language: str, member: Member, keys: Mapping[str, Member | None], one: Entity) -> str:
    """The spec's words for a member's type; empty when it has none."""
    if table(language) is None:
        return ""
    reader = Reader(world, language, member.path, member.owner)
    _, meaning = said(reader, member)
    key = keys[one.name] is not None and keys[one.name] is member
    optional = not key and bool(member.optional or meaning.optional)
    for type_ in _candidates(world, meaning, member, keys, key=key):
        field = contract.Field(
            path="", name=label(member), type=type_, typed=True, optional=optional, key=key, pii="", line=0
        )
        if disagreement(world, language, field, member) is None:
            words = _words(world, type_)
            return f"{words} key" if key else f"{words}?" if optional else words
    return "any key" if key else ""


def _candidates(
    world: World, meaning: Meaning, member: Member, keys: Mapping[str, Member | None], *, key: bool
) -> list[contract.Type]:
    """The types that the member may have, the most telling first."""
    out: list[contract.Type] = []
    kinds = meaning.kinds
    if not kinds or kinds & {"any", "function"}:
        return out
    if "entity" in kinds:
        ids = {one.path: one.id for one in world.contract.entities}
        out += [contract.Type(name="ref", of=(ids[path],)) for path in meaning.entities[:1] if path in ids]
    elif not key and not kinds & {"class", "list", "bool"} and (to := _named_reference(world, meaning, member, keys)):
        out.append(contract.Type(name="ref", of=(to,)))
    words = tuple(dict.fromkeys(value or name for name, value in meaning.words))
    if kinds == {"enum"} and 1 < len(words) <= _MOST_WORDS and all(_WORD.fullmatch(word) for word in words):
        out.append(contract.Type(name="enum", of=words))
    if "list" in kinds and meaning.item is not None and not _BYTES.search(member.type):
        items = _scalars(meaning.item.kinds, label(member))
        out += [contract.Type(name="list", of=(name,)) for name in items if name != "json"]
    return out + [contract.Type(name=name) for name in _scalars(kinds, label(member))]


def _scalars(kinds: Collection[str], name: str) -> list[str]:
    """The plain types for what a member can hold, the most telling first."""
    told = {*kinds, *(_ALSO[kind] for kind in kinds if kind in _ALSO)}
    out = [one for one in _SCALARS if one in told]
    if {"int", "decimal"} <= told and not _COUNTS.search(name):  # a number that is not said to be whole
        out.remove("int")
    # A text may hold a date or an amount, in languages where these come as text: it says nothing of one.
    return [one for one in out if one not in ("date", "datetime", "decimal")] if "text" in told else out


def _named_reference(world: World, meaning: Meaning, member: Member, keys: Mapping[str, Member | None]) -> str:
    """The entity whose key a field holds by its name (``buyer_id``), if that entity has a key of such a type."""
    name = label(member)
    base = _END.sub("", name)
    found = next((one for one in world.contract.entities if one.id == base and base != name), None)
    key = keys.get(found.name) if found else None
    if found is None or key is None:
        return ""
    facts = world.code.facts(key.path)
    if facts is None or table(facts.language) is None:
        return ""
    _, its = said(Reader(world, facts.language, key.path, key.owner), key)
    return found.id if not its.kinds or its.kinds & meaning.kinds else ""


def _words(world: World, type_: contract.Type) -> str:
    if type_.name == "ref":
        entity = next(one for one in world.contract.entities if one.id == type_.of[0])
        return f"ref {entity.name}"
    return " ".join((type_.name, *type_.of))
