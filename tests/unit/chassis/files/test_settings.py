"""Settings of files: a bad one is named with what was expected."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.files.kinds import KINDS
from chassis.files.settings import FileSettings

NEEDED = {"database_url": "postgres://u@127.0.0.1/d", "nats_url": "nats://127.0.0.1", "port": 1}


def read(**fields: Any) -> FileSettings:
    return FileSettings.model_validate({**NEEDED, **fields})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"storage_url": "/srv/files"}, "expected file:<folder> or s3://<bucket>/<prefix>"),
        ({"storage_url": "file://server/files"}, "expected file:"),
        ({"storage_url": "s3:///files"}, "expected file:"),
        ({"storage_url": "https://files"}, "expected file:"),
        ({"storage_access_key": "a"}, "both or neither"),
        ({"storage_endpoint": "minio:9000"}, "match pattern"),
        ({"upload_limit_bytes": 0}, "greater than or equal to 1"),
        ({"upload_kinds": "pdf,exe"}, "expected some of pdf,docx"),
        ({"upload_kinds": ","}, "expected some of pdf,docx"),
        ({"clamd_url": "127.0.0.1:3310"}, "expected tcp://host:port or unix:<path>"),
        ({"clamd_url": "tcp://127.0.0.1"}, "expected tcp://host:port"),
    ],
)
def test_a_bad_setting_is_refused_with_what_was_expected(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read(**fields)


def test_what_is_set_is_read() -> None:
    settings = read(
        storage_url="file:/srv/%E6%96%87%E4%BB%B6", upload_kinds="pdf, docx", clamd_url="unix:/run/clamd"
    )
    assert settings.storage_folder == Path("/srv/文件")
    assert settings.incoming_folder == Path("/srv/文件/incoming")
    assert settings.upload_kinds == ("pdf", "docx")
    assert read().upload_kinds == tuple(KINDS)
    assert read(storage_url="file:files").storage_folder == Path.cwd() / "files"
    assert read(storage_url="s3://bucket/prefix").storage_folder is None
    assert read(storage_url="s3://bucket", storage_incoming="/var/tmp/in").incoming_folder == Path(
        "/var/tmp/in"
    )


def test_a_file_may_have_fifty_megabytes_unless_set_otherwise() -> None:
    assert read().upload_limit_bytes == 50 * 1024 * 1024
    assert read(upload_limit_bytes=1).upload_limit_bytes == 1
