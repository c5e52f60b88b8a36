"""The rows of a form, alike in a workbook and in a document."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.submissions.submissions import NO_SECRETS, SECTIONS_LIMIT
from services.submissions.forms.model import Form
from services.submissions.forms.words import CONTENT, NIL_RETURN, NO, NUMBER, REMARK, SECTION, YES

Kind = Literal["title", "warning", "told", "chosen", "headings", "filled"]
_WARNING = f"{NO_SECRETS}。只填写浅黄色单元格，图片、表格等请作为附件另行报送，填好后不要改动其他内容。"
_BACK = (
    "另存为原格式（{extension}），由本单位用自己的密钥上传：POST /v1/submissions/form；回执与网上填报相同。"
)


@dataclass(frozen=True, slots=True)
class Row:
    """`title` and `warning` go over all columns; of `chosen` and `filled` the unit fills in the text."""

    kind: Kind
    label: str
    text: str = ""
    remark: str = ""


def rows_of(form: Form, extension: str, most_characters: int) -> Iterator[Row]:
    """From the title down to the last section."""
    yield Row("title", f"{form.title}（报送表）")
    yield Row("warning", _WARNING)
    yield from (Row("told", label, text) for label, text in _told(form, extension) if text)
    choice = "本期没有内容的选“是”，各栏留空"
    yield Row("chosen", NIL_RETURN, YES if form.nil_return else NO, f"填“{YES}”或“{NO}”；{choice}")
    yield Row("headings", SECTION, CONTENT, REMARK)
    for name in form.section_names:
        remark = _remark(form, name, most_characters)
        yield Row("filled", name, form.texts.get(name, ""), remark)


def _told(form: Form, extension: str) -> Iterator[tuple[str, str]]:
    yield "活动周", form.campaign_name or ""
    yield "报送单位", form.organization_name or ""
    yield "截止时间", _moment(form.due_at, form.timezone) or "尚未确定"
    yield "补正时限", _moment(form.correct_by, form.timezone)
    yield "停止接收", _moment(form.closes_at, form.timezone)
    yield NUMBER, str(form.number)
    yield "所依版本", f"第 {form.version} 版" if form.version else ""
    yield "退回意见", "\n".join(_numbered(form, None))
    yield "原有附件", _attachments(form)
    yield "如何交回", _BACK.format(extension=extension)
    yield "咨询", form.issuer_name or ""


def _attachments(form: Form) -> str:
    if not form.attachments:
        return ""
    named = "\n".join(f"{each.filename}（{each.id}）" for each in form.attachments)
    return f"{named}\n附件不随本表保留，仍要的请在上传时用 attachment_ids 写明。"


def _remark(form: Form, name: str, most_characters: int) -> str:
    limit = f"不超过 {most_characters:,} 字" if most_characters < SECTIONS_LIMIT else "长文请作为附件"
    said = [f"必填；{limit}，各栏合计不超过 {SECTIONS_LIMIT:,} 字"]
    reasons = _numbered(form, name)
    return "\n".join(said + ([f"退回原因：\n{chr(10).join(reasons)}"] if reasons else []))


def _numbered(form: Form, section: str | None) -> list[str]:
    return [f"{each.number or ''}. {each.reason}" for each in form.reasons if each.section == section]


def _moment(at: datetime | None, timezone: str | None) -> str:
    """As an office writes it, in the campaign's zone, with the zone's name and offset."""
    if at is None:
        return ""
    zone = timezone or "UTC"
    local = at.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M:%S}"
    return f"{local.year}年{local.month}月{local.day}日 {clock}（{zone}，UTC{local:%z}）"
