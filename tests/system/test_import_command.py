"""`rollcall import` as an office uses it: the units first, then the annex, shown before it is applied."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.access import make_secret, write_key
from tests.support.installation import Installation
from tests.support.spreadsheets import HEADINGS, a_csv, an_xlsx

EXAMPLE = Path(__file__).parents[2] / "examples" / "suzhou-2024"
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    env = {"ROLLCALL_OFFICE": "市委网信办", "ROLLCALL_NAME_PREFIXES": "苏州市"}
    running = Installation(tmp_path / "data", env)
    yield running
    running.end()


async def test_units_and_annex_come_in_by_the_command_and_again_change_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    await installation.start()
    office = (await installation.ask("GET", "registry", "/v1/me")).json()["organization"]["id"]
    body = {
        "name": "2024年苏州市网络安全宣传周",
        "theme": "网络安全为人民，网络安全靠人民",
        "starts_on": "2024-09-09",
        "ends_on": "2024-09-15",
        "timezone": "Asia/Shanghai",
        "issuer_id": office,
    }
    campaign = (await installation.ask("POST", "registry", "/v1/campaigns", json=body)).json()["id"]

    def run(file: Path, *options: str) -> tuple[int, str]:
        where = ("--data", str(installation.data), "--campaign", campaign)
        done = installation.run("import", str(file), *where, *options)
        return done.returncode, done.stdout + done.stderr

    units = (EXAMPLE / "organizations.csv", "--kind", "organizations")
    status, said = run(*units)
    assert (status, "60 created, 1 updated, 0 unchanged, 0 missing" in said) == (0, True), said
    assert "name from '市委网信办' to '中共苏州市委网络安全和信息化委员会办公室'" in said
    status, said = run(*units, "--apply")
    assert (status, "applied    60 created, 1 updated, 0 unchanged" in said) == (0, True), said

    annex = EXAMPLE / "annex.xlsx"
    status, said = run(annex)
    assert (status, "rows       110, of which 62 are ready" in said) == (1, True), said
    assert "open       D59: 相城区各镇（街道、区）" in said
    status, said = run(annex, "--apply")
    assert (status, "refused" in said) == (1, True), said
    status, said = run(annex, "--decisions", str(EXAMPLE / "decisions.yaml"), "--apply")
    assert (status, "applied    110 created, 0 updated, 0 unchanged" in said) == (0, True), said
    status, said = run(annex, "--apply")
    assert (status, "applied    0 created, 0 updated, 110 unchanged" in said) == (0, True), said

    long = tmp_path / "long.csv"
    rows = [(number, "讲座", f"第{number}讲", "市委网信办") for number in range(111, 5_112)]
    long.write_text(a_csv([HEADINGS, *rows]), encoding="gb18030")
    status, said = run(long, "--apply")
    assert (status, "applied    5001 created, 0 updated, 0 unchanged" in said) == (0, True), said
    assert "reading    0% of 5001 rows" in said

    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(an_xlsx([HEADINGS, (1, "甲", None, "市委网信办")]))
    status, said = run(wrong)
    assert (status, "error      C2: is blank; expected text" in said) == (1, True), said
    no_register = tmp_path / "no.pdf"
    no_register.write_bytes(b"%PDF-1.7")
    status, said = run(no_register)
    assert (status, said.strip()) == (
        2,
        "rollcall: the registry refused (415): the file is a PDF; expected xlsx or csv",
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "nothing runs in"),
        (("--url", "http://127.0.0.1:1"), "coordinator.key cannot be read"),
        (("--url", "http://127.0.0.1:1", "--key-file", __file__), "holds no key"),
        (("--url", "http://127.0.0.1:1", "--key-file", "KEY"), "does not answer"),
        (("--decisions", "no.yaml"), "no.yaml cannot be read"),
        (("--decisions", __file__), "is no YAML"),
        (("--decisions", str(EXAMPLE / "campaign.yaml")), "holds no decisions"),
    ],
)
def test_what_the_command_cannot_begin_with_is_one_line_and_status_2(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    key = tmp_path / "key"
    key.write_text(write_key(uuid4(), make_secret()) + "\n")
    options = tuple(str(key) if option == "KEY" else option for option in options)
    where = ("--data", str(tmp_path), "--campaign", "x")
    done = Installation(tmp_path / "data", port_base=1).run(
        "import", str(EXAMPLE / "annex.xlsx"), *where, *options
    )
    assert done.returncode == 2, done
    (line,) = done.stderr.strip().splitlines()
    assert said in line
