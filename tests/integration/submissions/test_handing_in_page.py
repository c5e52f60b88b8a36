"""docs/handing-in.md, the one page that a unit needs: every command on it is answered as the page says."""

import asyncio
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.submissions.conftest import World
from tests.support.files import a_pdf
from tests.support.forms import fill_xlsx
from tests.support.refusals_table import FILE as REFUSALS

DOCS = Path(__file__).parents[3] / "docs"
PAGES = pytest.mark.parametrize("page", ["handing-in.md", "handing-in.zh-CN.md"])
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(curl .+)\n# (\d{3})$", re.MULTILINE)


@dataclass
class Shell:
    """Does what curl does with the options that the page uses."""

    world: World
    known: dict[str, str]
    files: dict[str, bytes] = field(default_factory=lambda: {"summary.pdf": a_pdf()})

    async def run(self, command: str) -> httpx.Response:
        words = await asyncio.to_thread(self._words_of, command)
        asked: dict[str, Any] = {"headers": {}, "files": {}, "data": {}}
        url, saved_as = "", None
        while words:
            word = words.pop(0)
            if not word.startswith("-"):
                url = word
                continue
            value = words.pop(0)
            if word == "-H":
                name, _, said = value.partition(": ")
                asked["headers"][name] = said
            elif word == "-F":
                self._add_part(asked, value)
            elif word == "-d":
                asked["content"] = value.encode()
            else:
                assert word == "-o", word
                saved_as = value
        method = "POST" if asked["files"] or "content" in asked else "GET"
        given = {name: value for name, value in asked.items() if value}
        answer = await self.world.service.client.request(method, url, **given)
        if saved_as:
            texts = dict.fromkeys(("特色内容", "创新做法", "亮点活动"), "正文")
            self.files[saved_as] = fill_xlsx(answer.content, texts)
        return answer

    def _words_of(self, command: str) -> list[str]:
        """By a real shell: what stands in single quotes stays as it is there."""
        asked = ["sh", "-c", rf"printf '%s\0' {command}"]
        told = subprocess.run(asked, env=self.known, capture_output=True, check=True)
        return told.stdout.decode().split("\0")[1:-1]

    def _add_part(self, asked: dict[str, Any], value: str) -> None:
        name, _, said = value.partition("=")
        if said.startswith("@"):
            asked["files"][name] = (said[1:], self.files[said[1:]])
        else:
            asked["data"][name] = said

    def learn(self, said: Any) -> None:
        """What the commands after this one speak of."""
        if "receipt_number" in said and "assignment_id" in said:
            self.known |= {"NUMBER": said["receipt_number"], "SUBMISSION": said["id"]}
        elif "filename" in said:
            self.known["ATTACHMENT"] = said["id"]


@PAGES
async def test_every_command_of_the_page_is_answered_as_the_page_says(world: World, page: str) -> None:
    owed = await world.assign("town")
    known = {"ROLLCALL": "", "KEY": world.keys["town"], "ASSIGNMENT": str(owed.id)}
    shell = Shell(world, known)
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    commands = [each for block in blocks for each in COMMAND.findall(block)]
    assert sum(block.count("curl") for block in blocks) == len(commands) > 8
    for command, status in commands:
        if "attachment_ids" in command:  # the unit has seen what it handed in by now
            shell.files["form.xlsx"] = await _anew(shell)
        answer = await shell.run(command)
        assert answer.status_code == int(status), (command, answer.text)
        if answer.headers["content-type"] == "application/json":
            shell.learn(answer.json())


async def _anew(shell: Shell) -> bytes:
    address = f"/v1/assignments/{shell.known['ASSIGNMENT']}/form?format=xlsx"
    await shell.run(f'curl -H "Authorization: Bearer $KEY" -o form.xlsx "{address}"')
    return shell.files["form.xlsx"]


@PAGES
def test_every_code_of_the_page_is_one_that_is_answered(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    table = text[text.index("| code |") :]
    codes = re.findall(r"`([a-z]+(?:_[a-z]+)*)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
    listed = REFUSALS.read_text(encoding="utf-8")
    assert len(codes) > 10
    assert [code for code in codes if f"| `{code}` |" not in listed] == []
