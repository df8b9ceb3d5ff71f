"""Writing a Word document the way offices read it (公文样式): A4, 仿宋 for text, 黑体 for heads, tables that
repeat their head on every page, figures with a sentence below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

BODY, HEAD = "仿宋", "黑体"


class Paper:
    """A document that is being written, top to bottom."""

    def __init__(self, title: str, second: str = "", mark: str = "") -> None:
        self.document: Document = docx.Document()
        self._page()
        self._styles()
        if mark:
            self._head(mark)
        self.document.core_properties.title = title
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, title, HEAD, 20, bold=True)
        if second:
            paragraph = self.document.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self._run(paragraph, second, BODY, 12)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.6)
        section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.4)

    def _styles(self) -> None:
        for name, font, size in (("Normal", BODY, 12), ("Heading 1", HEAD, 16), ("Heading 2", HEAD, 13)):
            style = self.document.styles[name]
            style.font.name = font
            style.font.size = Pt(size)
            style.font.color.rgb = RGBColor(0, 0, 0)
            style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        self.document.styles["Normal"].paragraph_format.space_after = Pt(4)

    def _head(self, mark: str) -> None:
        paragraph = self.document.sections[0].header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, mark, HEAD, 10)

    @staticmethod
    def _run(paragraph: Any, text: str, font: str, size: float, *, bold: bool = False) -> None:
        run = paragraph.add_run(text)
        run.font.name, run.font.size, run.bold = font, Pt(size), bold
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)

    def head(self, text: str, level: int = 1, *, new_page: bool = False) -> None:
        """A heading; with `new_page` at the top of one."""
        paragraph = self.document.add_heading(text, level)
        paragraph.paragraph_format.page_break_before = new_page
        paragraph.paragraph_format.keep_with_next = True

    def say(self, text: str) -> None:
        """A paragraph."""
        self.document.add_paragraph(text)

    def points(self, texts: Iterable[str]) -> None:
        """Points of a list."""
        for text in texts:
            self.document.add_paragraph(text, style="List Bullet")

    def picture(self, picture: BytesIO, says: str) -> None:
        """A picture over the text's whole width with its sentence."""
        self.document.add_picture(picture, width=Cm(15.8))
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        paragraph = self.document.add_paragraph()
        self._run(paragraph, says, BODY, 10.5)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[float] = ()) -> None:
        """A table; `widths` in centimetres. Without rows a sentence says so."""
        if not rows:
            self.say("（无）")
            return
        table = self.document.add_table(rows=1, cols=len(head), style="Table Grid")
        table.autofit = not widths
        for column, width in zip(table.columns, widths, strict=False):
            column.width = Cm(width)
        self._fill(table.rows[0], head, widths, bold=True)
        again = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(again)
        for row in rows:
            self._fill(table.add_row(), [str(v) for v in row], widths)
        self.document.add_paragraph()

    def _fill(self, row: Any, values: Sequence[str], widths: Sequence[float], *, bold: bool = False) -> None:
        unbroken = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(unbroken)
        for i, value in enumerate(values):
            cell = row.cells[i]
            if widths:
                cell.width = Cm(widths[i])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            self._run(paragraph, value, HEAD if bold else BODY, 10.5)

    def bytes(self) -> bytes:
        """The finished file."""
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()
