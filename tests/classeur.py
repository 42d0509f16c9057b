"""Workbooks as spreadsheets write them, made by hand: shared texts, styles, one sheet or several."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
ESPACES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LIENS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    f"<styleSheet {ESPACES}><numFmts count='1'><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd hh:mm:ss'/></numFmts>"
    "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='14'/></cellXfs></styleSheet>"
)


def xml(text: object) -> str:
    """A text as XML carries it: a carriage return by its number."""
    return escape(str(text)).replace("\r", "_x000D_")


def column(rank: int) -> str:
    """`A`, `B`… `AA`."""
    return (column(rank // 26 - 1) if rank >= 26 else "") + chr(65 + rank % 26)


def cell(reference: str, value: object, shared: dict[str, int], inline: bool) -> str:
    """One cell: texts are shared or inline, numbers and moments are numbers, formulas come with what they gave."""
    if isinstance(value, tuple):
        return f'<c r="{reference}" t="str"><f>{escape(value[0])}</f><v>{escape(value[1])}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.datetime):
        return f'<c r="{reference}" s="1"><v>{(value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)!r}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    if inline:
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{xml(value)}</t></is></c>'
    return f'<c r="{reference}" t="s"><v>{shared.setdefault(str(value), len(shared))}</v></c>'


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], *, inline: bool = False, **parts: str) -> bytes:
    """A workbook with these sheets; empty cells and rows are left out. `parts` replaces some, `workbook="<…"`."""
    shared: dict[str, int] = {}
    files = {"xl/styles.xml": STYLES}
    for number, rows in enumerate(sheets.values(), 1):
        lines = [
            f'<row r="{rank}">'
            + "".join(cell(f"{column(c)}{rank}", v, shared, inline) for c, v in enumerate(row) if v != "")
            + "</row>"
            for rank, row in enumerate(rows, 1)
            if any(value != "" for value in row)
        ]
        files[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet {ESPACES}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        )
    texts = "".join(f'<si><r><t xml:space="preserve">{xml(text)}</t></r><rPh><t>x</t></rPh></si>' for text in shared)
    files["xl/sharedStrings.xml"] = f"<sst {ESPACES}>{texts}</sst>"
    names = "".join(f'<sheet name={quoteattr(n)} sheetId="{k}" r:id="rId{k}"/>' for k, n in enumerate(sheets, 1))
    files["xl/workbook.xml"] = f"<workbook {ESPACES} {LIENS}><sheets>{names}</sheets></workbook>"
    links = [("sharedStrings", "sharedStrings.xml"), ("styles", "/xl/styles.xml")]
    links = [("worksheet", f"worksheets/sheet{k}.xml") for k in range(1, len(sheets) + 1)] + links
    relations = "".join(
        f'<Relationship Id="rId{k}" Type="{TYPES}/{kind}" Target="{target}"/>'
        for k, (kind, target) in enumerate(links, 1)
    )
    files["xl/_rels/workbook.xml.rels"] = f"<Relationships>{relations}</Relationships>"
    files |= {f"xl/{name}.xml": text for name, text in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, DECLARATION + text)
    return out.getvalue()
