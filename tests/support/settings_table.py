"""The table of settings. `python -m tests.support.settings_table` writes docs/settings.md."""

from pathlib import Path

from chassis.files.kinds import KINDS
from chassis.files.settings import FileSettings, StorageSettings
from chassis.settings import PREFIX, ServiceSettings
from cli.up.settings import SETTINGS

FILE = Path(__file__).parents[2] / "docs" / "settings.md"
MEANINGS = {
    "database_url": "the service's own database, as its runtime user",
    "nats_url": "the bus, as the service's own user",
    "host": "where it listens",
    "port": "on which port; each service has its own default",
    "role": "`serve` is HTTP only, `work` is relay, consumers and sweeps only",
    "profile": "`production` refuses a chosen clock",
    "clock": "a chosen start, such as `2024-08-30T09:00:00+08:00@3600` to run 3600 times as fast; demos and tests only",
    "clock_anchor": "the real moment (Unix seconds) at which the chosen clock shows its start; set by `rollcall up`",
    "log_level": "from which level on is logged",
    "database_pool_size": "connections to the database at most",
    "relay_poll_seconds": "how often the outbox is looked at when nothing woke the relay",
    "reconcile_seconds": "how often the stream is compared with the log",
    "sweep_seconds": "how often sweeps run, in real seconds",
    "shutdown_seconds": "how long a clean end may take",
    "office": "the first organization's name, on an empty register",
    "first_key": "its coordinator's key; set by `rollcall up`",
    "name_prefixes": "what means nothing before a unit's name, such as `苏州市`; parted by commas",
    "smtp_url": "the mail server, as `smtp://host:port`; without it mails wait",
    "mail_from": "the sender of mails",
    "secrets_key": "what seals robot addresses, secrets and mobile numbers: keys parted by commas, the newest first; "
    "set by `rollcall up`",
    "webhook_overlap_hours": "how long a webhook's secret before the present one still signs beside it",
    "wecom_url": "where WeCom 企业微信 robots are: the vendor's host, or a private installation's",
    "dingtalk_url": "where DingTalk 钉钉 robots are",
    "feishu_url": "where Feishu 飞书 robots are",
    "sms_url": "the office's SMS gateway, which speaks what docs/channels.md says; without it text messages wait",
    "sms_secret": "what signs requests to it: `whsec_` and 24 to 64 bytes in base64",
    "give_up_hours": "after how many hours in vain a delivery is given up and the campaign's issuer told",
    "urge_pause_hours": "how long a unit is left in peace after it was urged (催办) for a thing",
    "webhook_allow_private": "let webhooks point into private networks; demos and tests only",
    "storage_url": "where files lie, `file:<folder>` or `s3://<bucket>/<prefix>`; reporting reads submissions' own",
    "storage_incoming": "where a file grows until it is whole; `incoming` below the folder, or below the machine's own",
    "storage_endpoint": "the bucket's server, as `https://host:port`; without it the cloud's own",
    "storage_region": "the bucket's region",
    "storage_access_key": "the bucket's key; without it the machine's own rights count",
    "storage_secret_key": "its secret",
    "upload_limit_bytes": "how long one attachment may be",
    "upload_kinds": "which kinds of attachments are taken, parted by commas",
    "clamd_url": "the virus scanner, as `tcp://host:port` or `unix:<path>`; its StreamMaxLength must be no less",
    "export_folder": "where finished exports lie; set by `rollcall up`",
    "exports_at_once": "how many exports are made at once, by all processes together",
    "export_keep_days": "for how many days a finished export's file is kept",
    "font_folders": "folders with fonts beside the machine's own, parted by commas",
}


def write_table() -> str:
    """The page."""
    lines = [
        "# Settings",
        "",
        "Environment variables, read once at the start. A bad one stops the start with its name and what was expected.",
        "Required ones are set by `rollcall up`.",
        "",
        "| variable | for | default | meaning |",
        "|---|---|---|---|",
    ]
    seen: set[str] = set()
    shared = set(ServiceSettings.model_fields)
    stored = set(StorageSettings.model_fields) - shared
    filing = set(FileSettings.model_fields) - shared - stored
    for service, model in SETTINGS.items():
        for name, field in model.model_fields.items():
            if name in seen:
                continue
            seen.add(name)
            whom = _whom(name, service, shared, stored, filing)
            default = "required" if field.is_required() else _write(name, field.default)
            lines.append(f"| `{PREFIX}{name.upper()}` | {whom} | {default} | {MEANINGS[name]} |")
    return "\n".join(lines) + "\n"


def _whom(name: str, service: str, shared: set[str], stored: set[str], filing: set[str]) -> str:
    if name in shared:
        return "all"
    if name in stored:
        return "registry, submissions, reporting"
    return "registry, submissions" if name in filing else service


def _write(name: str, default: object) -> str:
    if name == "port":
        return "8001 to 8004"
    if name == "storage_url":
        return "`file:.rollcall/files/<service>`"
    if name == "upload_kinds":
        return "all of `" + ",".join(KINDS) + "`"
    return "" if default in (None, ()) else f"`{default}`"


if __name__ == "__main__":
    FILE.write_text(write_table(), encoding="utf-8")
