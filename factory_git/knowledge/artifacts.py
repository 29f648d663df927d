"""Artifacts: kept, revised, renamed, deleted, looked at through their history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from factory_git.core.errors import Conflict, IntegrityError, NotFound, UsageError
from factory_git.core.ids import RecordId, blob_oid, sha256
from factory_git.knowledge.change import Change, Stamp, create, follow
from factory_git.knowledge.collections import collection_of
from factory_git.knowledge.desk import Desk, Plan, base_of, check_name, find, is_id, one_of
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Collection, Content, Metadata, Revision, plain
from factory_git.knowledge.removal import artifact_removal
from factory_git.knowledge.steps import RESOLVE
from factory_git.knowledge.storage import MAX_CONTENT
from factory_git.knowledge.tags import name_key

TEXT, BINARY = "text/plain; charset=utf-8", "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An artifact to add. Without a media type it is text where the bytes are UTF-8 without NUL, else binary."""

    name: str
    content: bytes
    media_type: str = ""
    metadata: Metadata | None = None


class Artifacts:
    """The artifacts of a store. A reference is ``COLLECTION/NAME``, an id, or an id's beginning."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(
        self,
        collection: str,
        name: str,
        content: bytes,
        *,
        media_type: str = "",
        metadata: Metadata | None = None,
        why: str = "",
    ) -> RecordId:
        """Keep a content under a name that is free in the collection. Raises :class:`Conflict` when it is not."""
        one = New(name=name, content=content, media_type=media_type, metadata=metadata)
        return self.add_all(collection, [one], why=why)[0]

    def add_all(self, collection: str, items: Sequence[New], *, why: str = "") -> list[RecordId]:
        """Keep many, all or none."""
        described = [describe(item.content, item.media_type) for item in items]
        for item in items:
            check_name(item.name, "artifact")

        def decide(state: State, stamp: Stamp) -> Plan:
            where = collection_of(state, collection)
            _refuse_taken(state, where, [item.name for item in items])
            made = [_made(where, item, what, stamp, why) for item, what in zip(items, described, strict=True)]
            one = len(made) == 1
            stream = f"artifact/{made[0].id}" if one else f"collection/{where.id}"
            words = f"add {where.name}/{items[0].name}" if one else f"add {len(made)} artifacts to {where.name}"
            return Plan(changes=made, blobs=[item.content for item in items], stream=stream, subject=words)

        return [change.id for change in self._desk.change(decide)] if items else []

    def update(
        self,
        ref: str,
        content: bytes | None = None,
        *,
        media_type: str = "",
        metadata: Metadata | None = None,
        base: Sequence[RecordId] = (),
        why: str = "",
    ) -> RecordId:
        """The next revision: another content, other metadata, or both; what is not given stays.

        ``base`` is what the author saw (default: what is newest now). Raises :class:`Conflict` when it is not newest.
        """
        seen = self.get(ref)
        before = base_of(seen, base)
        new = seen.content if content is None else describe(content, media_type or seen.content.media_type)
        data = {"content": plain(new), "old": plain(seen.content)}
        data |= {} if metadata is None else {"metadata": metadata}

        def decide(state: State, stamp: Stamp) -> Plan:
            one = find(state, Artifact, seen.id)
            change = follow(
                "artifact.update", one.id, base_of(one, before), data, stamp, title=f"update {one.name}", why=why
            )
            blobs = [content] if content is not None else []
            return Plan(changes=[change], blobs=blobs, stream=f"artifact/{one.id}", subject=f"update {one.name}")

        return self._desk.change(decide)[0].id

    def rename(self, ref: str, name: str, *, base: Sequence[RecordId] = (), why: str = "") -> RecordId:
        """Give it another name, free in its collection. Its id and history stay. Raises :class:`Conflict`."""
        check_name(name, "artifact")
        seen = self.get(ref)
        before = base_of(seen, base)

        def decide(state: State, stamp: Stamp) -> Plan:
            one = find(state, Artifact, seen.id)
            where = find(state, Collection, one.collection, deleted=True)
            if any(other.id != one.id for other in state.named(Artifact, name, where.id)):
                raise taken(where, name)
            words = f"rename {one.name} to {name}"
            data = {"name": name, "old": one.name}
            change = follow("artifact.rename", one.id, base_of(one, before), data, stamp, title=words, why=why)
            return Plan(changes=[change], stream=f"artifact/{one.id}", subject=words)

        return self._desk.change(decide)[0].id

    def delete(self, ref: str, *, cascade: bool = False, base: Sequence[RecordId] = (), why: str = "") -> Artifact:
        """Delete it; its history stays. Raises :class:`InvalidInput` with its relationships, unless they go with it."""
        seen = self.get(ref)
        before = base_of(seen, base)

        def decide(state: State, stamp: Stamp) -> Plan:
            one = find(state, Artifact, seen.id)
            base_of(one, before)
            changes = artifact_removal(state, one, stamp, cascade=cascade, why=why)
            return Plan(changes=changes, stream=f"artifact/{one.id}", subject=f"delete {one.name}")

        self._desk.change(decide)
        return seen

    def resolve(self, ref: str, keep: str, *, why: str = "") -> RecordId:
        """Decide between changes that were made apart: everything goes on from ``keep``, one of the heads."""
        seen = thing_of(self._desk.state(), ref)
        head = one_of(keep, seen.heads)
        if head not in seen.heads or len(seen.heads) < 2:
            heads = ", ".join(one[:10] for one in seen.heads)
            raise UsageError(f"{keep} is no head to decide for", code="knowledge/no-head", hint=f"heads: {heads}")

        def decide(state: State, stamp: Stamp) -> Plan:
            one = thing_of(state, seen.id)
            base, data = base_of(one, seen.heads), {"keep": head}
            change = follow(RESOLVE, one.id, base, data, stamp, title=f"decide for {head[:10]}", why=why)
            return Plan(changes=[change], subject=f"decide for {head[:10]}")

        return self._desk.change(decide)[0].id

    def get(self, ref: str, *, at: str = "") -> Artifact:
        """One that is there now, or was at an old transaction."""
        return artifact_of(self._desk.state(at), ref)

    def called(self, id_: RecordId, *, at: str = "") -> str:
        """``COLLECTION/NAME`` of an artifact, deleted or not; the beginning of its id where there is none."""
        state = self._desk.state(at)
        one = state.thing(id_)
        if not isinstance(one, Artifact):
            return id_[:10]
        where = state.thing(one.collection)
        return f"{where.name if isinstance(where, Collection) else one.collection[:10]}/{one.name}"

    def content(self, ref: str, *, revision: str = "", at: str = "") -> bytes:
        """Its bytes, or those of an earlier revision; checked against both digests."""
        state = self._desk.state(at)
        what = artifact_of(state, ref, deleted=bool(revision)).content
        if revision:
            known = {one.id: one for one in revisions(state, artifact_of(state, ref, deleted=True).id)}
            id_ = RecordId(one_of(revision, known))
            if id_ not in known:
                raise NotFound(f"{ref} has no revision {revision}", code="knowledge/not-found")
            what = known[id_].new
        data = self._desk.storage.content(what.oid)
        if sha256(data) != what.sha256:
            raise IntegrityError(f"content {what.oid}: its SHA-256 is not {what.sha256}", code="knowledge/digest")
        return data

    def history(self, ref: str) -> list[Revision]:
        """Every change of it, oldest first, also after it was deleted (then by its id)."""
        state = self._desk.state()
        return revisions(state, artifact_of(state, ref, deleted=True).id)


def describe(content: bytes, media_type: str = "") -> Content:
    """What identifies a content. Raises :class:`UsageError` when it is over the limit."""
    if len(content) > MAX_CONTENT:
        message = f"{len(content):,} bytes are over the limit of {MAX_CONTENT:,} for one content"
        hint = "keep it outside, and refer to it: context create --external URI"
        raise UsageError(message, code="knowledge/too-large", hint=hint)
    guessed = media_type or (TEXT if _is_text(content) else BINARY)
    return Content(oid=blob_oid(content), sha256=sha256(content), size=len(content), media_type=guessed)


def revisions(state: State, id_: RecordId) -> list[Revision]:
    """The history of an artifact."""
    return [one for change in state.chain(id_) if (one := _revision(state, change))]


def artifact_of(state: State, ref: str, *, deleted: bool = False) -> Artifact:
    """The artifact of that name or id. Raises :class:`NotFound`, :class:`Conflict` when two have the name."""
    if is_id(ref):
        return find(state, Artifact, ref, deleted=deleted)
    where, slash, name = ref.partition("/")
    if not slash:
        raise UsageError(f"{ref!r} is no artifact", code="knowledge/ref", hint="COLLECTION/NAME, or an id")
    found = state.named(Artifact, name, collection_of(state, where).id)
    if len(found) > 1:
        ids = ", ".join(one.id[:10] for one in found)
        hint = f"rename one, by id: {ids}"
        raise Conflict(f"{len(found)} artifacts are called {ref!r}", code="knowledge/two-names", hint=hint)
    if not found:
        raise NotFound(f"no artifact {ref!r}", code="knowledge/not-found", hint="see: git factory artifact list")
    return found[0]


def thing_of(state: State, ref: str) -> Artifact:
    """Whatever can be changed apart: an artifact, or by its id a collection, a link, a run."""
    if is_id(ref):
        thing = state.thing(RecordId(one_of(ref, state.known(ref))))
        if thing is not None:
            return thing  # type: ignore[return-value]
    return artifact_of(state, ref)


def taken(where: Collection, name: str) -> Conflict:
    """What is said when a name is not free."""
    hint = "choose another name, or: git factory artifact update"
    return Conflict(f"{where.name} has an artifact {name!r}", code="knowledge/name-taken", hint=hint)


def _refuse_taken(state: State, where: Collection, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name_key(name) in seen or state.named(Artifact, name, where.id):
            raise taken(where, name)
        seen.add(name_key(name))


def _made(where: Collection, item: New, what: Content, stamp: Stamp, why: str) -> Change:
    data = {"collection": where.id, "name": item.name, "content": plain(what), "metadata": item.metadata or {}}
    return create("artifact.add", data, stamp, title=f"{where.name}/{item.name}", refs=[where.id], why=why)


def _revision(state: State, change: Change) -> Revision | None:
    after, before = state.at(change.id), state.at(change.base[0]) if change.base else None
    if not isinstance(after, Artifact):
        return None
    return Revision(
        id=change.id,
        kind=change.kind,
        base=change.base,
        name=after.name,
        old=before.content if isinstance(before, Artifact) else None,
        new=after.content,
        metadata=after.metadata,
        at=change.at,
        by=change.by,
        why=change.why,
    )


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
