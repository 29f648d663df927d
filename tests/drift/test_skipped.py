"""Which files no rule looks at: by name, by attribute, by what they say themselves."""

from __future__ import annotations

import pytest

from factory_git.drift.skipped import Skipped, by_name, matches


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("src/farm.py", ""),
        ("src/contest.py", ""),
        ("src/testing/lab.py", ""),
        ("src/latest/plan.go", ""),
        ("src/code_gen.py", ""),
        ("src/Credit.java", ""),
        ("src/EXIT.java", ""),
        ("src/Contest.java", ""),
        ("src/spec/plan.ts", ""),
        ("tests/farm.py", "test"),
        ("src/test_farm.py", "test"),
        ("src/farm_test.py", "test"),
        ("src/conftest.py", "test"),
        ("internal/farm_test.go", "test"),
        ("internal/testdata/x.go", "test"),
        ("src/test/java/farm/Farm.java", "test"),
        ("src/FarmTest.java", "test"),
        ("src/FarmIT.java", "test"),
        ("src/FarmTest.php", "test"),
        ("src/farm.spec.ts", "test"),
        ("src/Farm.test.tsx", "test"),
        ("src/__tests__/farm.js", "test"),
        ("src/Farm.stories.tsx", "test"),
        ("src/tests.rs", "test"),
        ("vendor/x/farm.go", "vendored"),
        ("web/node_modules/x/index.js", "vendored"),
        ("third_party/farm.py", "vendored"),
        ("api/farm.pb.go", "generated"),
        ("api/farm_pb2.py", "generated"),
        ("api/farm_pb2_grpc.py", "generated"),
        ("api/zz_generated.deepcopy.go", "generated"),
        ("api/wire_gen.go", "generated"),
        ("db/query.sql.go", "generated"),
        ("src/api.generated.ts", "generated"),
        ("src/__generated__/query.ts", "generated"),
        ("public/app.min.js", "generated"),
    ],
)
def test_what_a_name_says(path: str, why: str) -> None:
    assert by_name(path) == why


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.go", "a/b/c.go", True),
        ("c.go", "a/b/c.go", True),
        ("b/c.go", "a/b/c.go", False),
        ("a/b/*.go", "a/b/c.go", True),
        ("a/*.go", "a/b/c.go", False),
        ("/a/**", "a/b/c.go", True),
        ("a/**/c.go", "a/c.go", True),
        ("**/c.go", "c.go", True),
        ("**/b/*.g?", "a/b/c.go", True),
        ("a/[bc]/*", "a/b/c.go", True),
        ("a", "a/b/c.go", False),  # attributes, unlike ignore patterns, do not go down into a folder
    ],
)
def test_patterns_of_attributes(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_a_folder_that_the_spec_names_may_be_called_anything() -> None:
    def none(_: str) -> None:
        return None

    assert Skipped(("vendor/farm",), none).why("vendor/farm/plan.go") == ""
    assert Skipped(("vendor/farm",), none).why("vendor/farm/vendor/plan.go") == "vendored"
    assert Skipped(("",), none).why("vendor/farm/plan.go") == "vendored"


def test_the_last_line_that_fits_counts_and_other_attributes_do_not() -> None:
    data = b"# *.go linguist-generated\n*.py text linguist-generated\nfarm.py -linguist-generated\n*.go text\n"
    skipped = Skipped(("",), {".gitattributes": data}.get)
    assert skipped.why("src/plan.py") == "generated"
    assert skipped.why("src/farm.py") == ""
    assert skipped.why("src/plan.go") == ""
