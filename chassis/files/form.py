"""The form in which a file comes in, and the answer in which it goes out, as OpenAPI tells of them."""

from typing import Any

from chassis.http.description import BINARY, bytes_of

ANY_KIND = "application/octet-stream"
KINDS = "pdf, docx, xlsx, pptx, doc, xls, ppt, jpg, png, webp, gif, mp4, mp3, txt, csv or zip, by content and by name"
DOWNLOAD: dict[int | str, dict[str, Any]] = {
    200: bytes_of("The file", ANY_KIND),
    206: bytes_of("One range of it", ANY_KIND),
}


def describe_form(note: str) -> dict[str, Any]:
    """A form of one file, `file`; `note` is said beside the kinds that are taken."""
    file = {**BINARY, "contentMediaType": ANY_KIND, "description": f"{KINDS}; {note}"}
    schema = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": file},
    }
    form = {"schema": schema, "encoding": {"file": {"contentType": "*/*"}}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": form}}}
