"""Settings: a bad variable stops the start with its name, what was wrong and what was expected."""

import os
import subprocess
import sys

import pytest

from chassis.settings import BadSettings, ServiceSettings, read_settings

GOOD = {
    "DATABASE_URL": "postgres://submissions_app:secret@127.0.0.1:5432/submissions",
    "NATS_URL": "nats://submissions:secret@127.0.0.1:4222",
    "PORT": "8002",
}


def having(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    for name in [name for name in os.environ if name.startswith("ROLLCALL_")]:
        monkeypatch.delenv(name)
    for name, value in {**GOOD, **changed}.items():
        monkeypatch.setenv(f"ROLLCALL_{name}", value)


def complaint(monkeypatch: pytest.MonkeyPatch, **changed: str) -> str:
    having(monkeypatch, **changed)
    with pytest.raises(BadSettings) as refused:
        read_settings(ServiceSettings)
    return str(refused.value)


def test_good_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    having(monkeypatch, ROLE="work", RELAY_POLL_SECONDS="0.02")
    settings = read_settings(ServiceSettings)
    assert (settings.port, settings.role, settings.relay_poll_seconds) == (8002, "work", 0.02)


def test_a_variable_that_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    having(monkeypatch, ROLE="", CLOCK="")
    assert read_settings(ServiceSettings).role == "all"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "none", "valid integer"),
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("ROLE", "boss", "'all', 'serve' or 'work'"),
        ("PROFILE", "prod", "'local' or 'production'"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("CLOCK", "tomorrow", "a moment with its offset"),
        ("CLOCK", "2024-08-30T09:00:00", "a moment with its offset"),
        ("DATABASE_POOL_SIZE", "1", "greater than or equal to 2"),
        ("SHUTDOWN_SECONDS", "0", "greater than 0"),
    ],
)
def test_a_bad_value_is_shown_with_its_variable_and_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    (line,) = complaint(monkeypatch, **{name: value}).splitlines()
    assert line.startswith(f"ROLLCALL_{name}: ")
    assert expected in line
    assert repr(value) in line


@pytest.mark.parametrize("name", ["DATABASE_URL", "NATS_URL"])
def test_an_address_is_not_shown_because_it_holds_a_password(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    line = complaint(monkeypatch, **{name: "http://user:hidden@127.0.0.1"})
    assert line.startswith(f"ROLLCALL_{name}: ")
    assert "hidden" not in line


def test_every_bad_variable_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = complaint(monkeypatch, PORT="x", ROLE="y", DATABASE_URL="").splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "ROLLCALL_DATABASE_URL",
        "ROLLCALL_PORT",
        "ROLLCALL_ROLE",
    ]


def test_production_has_no_clock_but_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    line = complaint(monkeypatch, PROFILE="production", CLOCK="2024-08-30T09:00:00+08:00")
    assert "ROLLCALL_CLOCK is for demos and tests" in line
    having(monkeypatch, PROFILE="production")
    assert read_settings(ServiceSettings).profile == "production"


@pytest.mark.parametrize("service", ["registry", "submissions"])
def test_a_folder_for_files_that_cannot_be_made_is_named(service: str) -> None:
    values = {**GOOD, "STORAGE_URL": "file:/proc/files"}
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        env={**os.environ, **{f"ROLLCALL_{name}": value for name, value in values.items()}},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("ROLLCALL_STORAGE_URL: /proc/files cannot be made")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("service", ["registry", "submissions", "notifier", "reporting"])
def test_a_service_that_is_set_badly_ends_with_status_2_and_a_line_a_variable(service: str) -> None:
    values = {f"ROLLCALL_{name}": value for name, value in {**GOOD, "PORT": "none", "ROLE": "boss"}.items()}
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        env={**os.environ, **values},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    named = {line.partition(":")[0] for line in ended.stderr.splitlines()}
    assert {"ROLLCALL_PORT", "ROLLCALL_ROLE"} <= named
    assert all(name.startswith("ROLLCALL_") for name in named)
