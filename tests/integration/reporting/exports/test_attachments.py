"""All attachments as one zip: by unit, names that every system takes, and a list of what is there and what is not."""

import csv
import hashlib
import io
from zipfile import ZipFile

from tests.integration.reporting.exports.conftest import Week


def opened(content: bytes) -> tuple[ZipFile, dict[str, dict[str, str]]]:
    """The zip and the lines of its list, by the name of the file."""
    archive = ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    text = archive.read("清单.csv").decode("utf-8-sig")
    return archive, {line["文件名"]: line for line in csv.DictReader(io.StringIO(text, newline=""))}


async def test_files_lie_by_unit_in_the_offices_order_and_are_listed_with_hash_and_size(week: Week) -> None:
    one, two = list(week.units)[1:3]
    for unit in (two, one):
        await week.owe(unit, week.summary_id)
        files = [await week.attach(unit, f"{unit}总结.pdf", unit.encode())]
        await week.hand_in(unit, attachment_ids=files)
    archive, listed = opened(await week.fetch("attachments_zip"))
    paths = [name for name in archive.namelist() if name != "清单.csv"]
    assert [path.split("/")[0].split("-", 1)[1] for path in paths] == [one, two]
    assert paths == sorted(paths)
    assert archive.read(paths[0]) == one.encode()
    line = listed[f"{one}总结.pdf"]
    assert (line["字节数"], line["SHA-256"], line["情况"], line["路径"]) == (
        str(len(one.encode())),
        hashlib.sha256(one.encode()).hexdigest(),
        "已收入",
        paths[0],
    )


async def test_names_are_such_that_windows_takes_them_and_twins_keep_apart(week: Week) -> None:
    unit = list(week.units)[1]
    await week.owe(unit, week.summary_id)
    names = ["CON.txt", "a:b?.txt", "Same.txt", "same.TXT", "长" * 200 + ".docx", "尾. "]
    files = [await week.attach(unit, name, name.encode()) for name in names]
    await week.hand_in(unit, attachment_ids=files)
    archive, listed = opened(await week.fetch("attachments_zip"))
    paths = [name for name in archive.namelist() if name != "清单.csv"]
    assert len({path.casefold() for path in paths}) == len(names)
    for path in paths:
        folder, name = path.split("/")
        assert not set(name) & set('<>:"\\|?*')
        assert name.split(".")[0].upper() != "CON"
        assert name == name.rstrip(". ")
        assert len(folder) + len(name) < 200
    assert all(archive.read(listed[name]["路径"]) == name.encode() for name in names)


async def test_what_is_missing_damaged_or_not_clean_is_left_out_and_listed(week: Week) -> None:
    unit = list(week.units)[1]
    await week.owe(unit, week.summary_id)
    files = [
        await week.attach(unit, "好.pdf", b"good"),
        await week.attach(unit, "无查毒.pdf", b"no scanner", state="unscanned"),
        await week.attach(unit, "缺.pdf", None),
        await week.attach(unit, "坏.pdf", b"flipped", sha256=hashlib.sha256(b"other").hexdigest()),
        await week.attach(unit, "毒.pdf", b"virus", state="refused"),
        await week.attach(unit, "查.pdf", b"wait", state="scanning"),
    ]
    await week.hand_in(unit, attachment_ids=files)
    archive, listed = opened(await week.fetch("attachments_zip"))
    assert {name: line["情况"] for name, line in listed.items()} == {
        "好.pdf": "已收入",
        "无查毒.pdf": "已收入",
        "缺.pdf": "缺失",
        "坏.pdf": "与报送时不一致",
        "毒.pdf": "查毒未通过，未收入",
        "查.pdf": "正在查毒，未收入",
    }
    assert {name.rsplit("/")[-1] for name in archive.namelist()} == {"好.pdf", "无查毒.pdf", "清单.csv"}


async def test_files_of_the_accepted_version_stand_beside_those_of_a_newer_one(week: Week) -> None:
    unit = list(week.units)[1]
    await week.owe(unit, week.summary_id)
    old, new = await week.attach(unit, "旧.pdf", b"old"), await week.attach(unit, "新.pdf", b"new")
    accepted = await week.accept(unit, attachment_ids=[old])
    await week.hand_in(unit, id=accepted.id, version=2, revision=4, accepted_version=1, attachment_ids=[new])
    archive, _ = opened(await week.fetch("attachments_zip"))
    assert {name.rsplit("/")[-1] for name in archive.namelist()} == {"旧.pdf", "新.pdf", "清单.csv"}


async def test_the_same_files_give_the_same_zip(week: Week) -> None:
    unit = list(week.units)[1]
    await week.owe(unit, week.summary_id)
    await week.hand_in(unit, attachment_ids=[await week.attach(unit, "一.pdf", b"one" * 100_000)])
    one, other = await week.make("attachments_zip"), await week.make("attachments_zip")
    assert one["sha256"] == other["sha256"] is not None
