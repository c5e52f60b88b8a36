"""A document's tables are read whatever stands around them, and no order of elements brings the reader down."""

import re
from io import BytesIO
from zipfile import ZipFile

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.office.document import read_document
from chassis.office.grid import Beside, Range, Tables

MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TAGS = re.findall(
    r"\w+",
    "tbl tr tc p r t tab br pPr rPr trPr tcPr gridSpan vMerge del ins moveFrom moveTo drawing pict oMath sdt sdtPr "
    "sdtContent showingPlcHdr ruby rt numId footnoteReference txbxContent",
)
Tree = tuple[str, list["Tree"]]
trees: st.SearchStrategy[Tree] = st.recursive(
    st.tuples(st.sampled_from(TAGS), st.just([])),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=5)),
    max_leaves=40,
)


def a_document(body: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        kind = f'<Types><Override PartName="/d.xml" ContentType="{MAIN}"/></Types>'
        archive.writestr("[Content_Types].xml", kind)
        relation = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="d.xml"/>'
        archive.writestr("_rels/.rels", f"<Relationships>{relation}</Relationships>")
        archive.writestr("d.xml", f"<document><body>{body}</body></document>")
    return out.getvalue()


def read(body: str) -> Tables:
    return read_document(a_document(body))


def cell(text: str, properties: str = "") -> str:
    return f"<tc><tcPr>{properties}</tcPr><p><r><t>{text}</t></r></p></tc>"


def written(tree: Tree) -> str:
    tag, inner = tree
    return f'<{tag} val="1">x{"".join(map(written, inner))}</{tag}>'


AFTER = f"<tbl><tr>{cell('后')}</tr></tbl>"


@settings(deadline=None)
@given(st.lists(trees, max_size=5))
def test_whatever_stands_before_a_table_the_table_is_read(before: list[Tree]) -> None:
    tables = read("".join(map(written, before)) + AFTER)
    assert tables.grids[-1].rows == {1: {1: "后"}}


def test_cells_that_span_columns_and_rows_are_ranges() -> None:
    wide, begun = '<gridSpan val="2"/>', '<vMerge val="restart"/>'
    first = f"<tr>{cell('甲', wide)}{cell('乙', begun)}</tr>"
    second = f"<tr>{cell('丙')}{cell('丁')}{cell('', '<vMerge/>')}</tr>"
    (grid,) = read(f"<tbl>{first}{second}</tbl>").grids
    assert grid.rows == {1: {1: "甲", 3: "乙"}, 2: {1: "丙", 2: "丁"}}
    assert sorted(grid.ranges) == [Range(1, 1, 1, 2), Range(1, 3, 2, 3)]


def test_a_deleted_row_does_not_count_and_the_next_is_read() -> None:
    gone = f'<tr><trPr><del id="1"/></trPr>{cell("删")}</tr>'
    change = "<p><del><r><t>也删</t></r></del><r><t>留</t></r></p>"
    (grid,) = read(f"<tbl>{gone}<tr><tc>{change}</tc></tr></tbl>").grids
    assert grid.rows == {1: {1: "留"}}


def test_what_is_no_text_is_told_at_its_cell_once() -> None:
    choice = "<AlternateContent><Choice><drawing/></Choice><Fallback><pict/></Fallback></AlternateContent>"
    (grid,) = read(f"<tbl><tr><tc><p><r>{choice}</r></p></tc></tr></tbl>").grids
    assert grid.beside == [Beside(1, 1, "picture")]


def test_what_stands_outside_of_tables_is_told_by_its_beginning() -> None:
    tables = read(f"<p><r><t>{'前' * 40}</t></r></p>{AFTER}<p><r><drawing/></r></p><p/>")
    assert tables.outside == ["前" * 30, "picture"]
