"""The table of contents of exports: every kind with its file's form and who makes it."""

from collections.abc import Mapping

from services.reporting.exports import annex, attachments, bulletin, calendar, matrix, submissions, summary
from services.reporting.exports.order import Kind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

KINDS: Mapping[str, Kind] = {
    "annex_xlsx": Kind(".xlsx", XLSX, "重点活动", annex.make, ("campaign", "activity")),
    "matrix_xlsx": Kind(".xlsx", XLSX, "报送情况一览表", matrix.make, ("campaign", "deliverable")),
    "submissions_csv": Kind(
        ".csv",
        "text/csv; charset=utf-8",
        "报送材料",
        submissions.make_csv,
        ("campaign", "deliverable", "submission"),
    ),
    "submissions_xlsx": Kind(
        ".xlsx", XLSX, "报送材料", submissions.make_xlsx, ("campaign", "deliverable", "submission")
    ),
    "attachments_zip": Kind(".zip", "application/zip", "附件", attachments.make, None),
    "summary_docx": Kind(
        ".docx",
        DOCX,
        "总结报告",
        summary.make_docx,
        ("campaign", "activity", "deliverable", "submission", "theme_day"),
    ),
    "summary_pdf": Kind(
        ".pdf",
        "application/pdf",
        "总结报告",
        summary.make_pdf,
        ("campaign", "activity", "deliverable", "submission", "theme_day"),
    ),
    "calendar_ics": Kind(
        ".ics",
        "text/calendar; charset=utf-8",
        "日历",
        calendar.make,
        ("campaign", "activity", "deliverable", "theme_day"),
    ),
    "bulletin_docx": Kind(".docx", DOCX, "亮点简报", bulletin.make, ("campaign", "submission")),
}
