"""Panels as real applications need them: columns that references lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.core.errors import SpecError
from factory_git.spec.check import check
from tests.compiler.support import application, run, spec_of

LIBRARY = """
factory: 1
app: {id: library}
identity: {purpose: Books come back}
data_contracts:
  entities:
    - {name: Author, fields: {id: text key, name: text}}
    - {name: Title, fields: {id: text key, name: text, author: ref Author}}
    - {name: Copy, fields: {id: text key, title: ref Title?}}
    - {name: Member, fields: {id: text key, name: {type: text, pii: identity}}}
    - {name: Loan, fields: {id: text key, copy: ref Copy, member: ref Member}}
interface:
  roles: [{name: Librarian, sees: identity}, Volunteer]
  panels:
    - name: Loans
      shows: Loan
      columns: [id, copy.title.author.name, copy.title.author, member.name]
      order: [copy.id]
acceptance: [Later]
"""


def test_a_column_may_follow_references(tmp_path: Path) -> None:
    with application(LIBRARY, tmp_path) as app:
        model, view = app.module("model"), app.module("view")
        world = model.World()
        world.author.append(model.Author(id="a", name="Homère"))
        world.title.append(model.Title(id="t", name="Odyssée", author="a"))
        world.copy += [model.Copy(id="c", title="t"), model.Copy(id="d")]
        world.member.append(model.Member(id="m", name="Ann"))
        world.loan += [model.Loan(id="1", copy="c", member="m"), model.Loan(id="2", copy="d", member="m")]
        shown = app.module("interface").APP
        section = shown.panels[0].sections[0]
        columns = section.shown_of(shown.entity("loan"))
        assert [c.title for c in columns] == ["ID", "Author name", "Title author", "Member name"]
        seen = {
            role: [
                tuple(view.told(shown, world, columns, row, shown.role(role)).values()) for row in section.rows(world)
            ]
            for role in ("librarian", "volunteer")
        }
        assert seen["librarian"] == [("1", "Homère", "Homère", "Ann"), ("2", None, None, "Ann")]
        assert [row[3] for row in seen["volunteer"]] == [view.MASK, view.MASK]
    assert run("mypy", "--strict", "library", cwd=tmp_path).stdout.startswith("Success")


@pytest.mark.parametrize("column", ["copy.titel", "id.name", "copy.title.name.x"])
def test_a_column_that_leads_nowhere_is_refused(column: str) -> None:
    with pytest.raises(SpecError, match="Loan has no field"):
        check(spec_of(LIBRARY.replace("member.name]", f"{column}]")))
