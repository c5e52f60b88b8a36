"""The columns of a register: the standard headings, and what offices usually write instead."""

import re
import unicodedata
from dataclasses import dataclass

_TRAILING = re.compile(r"(\((必填|选填|可多选|全称|单位全称)\)|[*:])+$")


@dataclass(frozen=True)
class Heading:
    """The best known name comes first: where a sheet has two of them, the earlier one is read."""

    field: str
    standard: str
    synonyms: tuple[str, ...]
    required: bool = True

    def rank(self, written: str) -> int | None:
        """0 for the standard heading, then in the order of the synonyms; None for another column."""
        names = (self.standard, *self.synonyms)
        return names.index(written) if written in names else None


ACTIVITIES = (
    Heading(
        "serial_number",
        "序号",
        ("编号", "活动序号", "活动编号", "项目编号", "序列号", "号", "no.", "no", "#", "serial_number"),
        required=False,
    ),
    Heading(
        "category",
        "活动类别",
        (
            "类别",
            "活动分类",
            "活动类型",
            "所属类别",
            "项目类别",
            "分类",
            "类型",
            "活动板块",
            "板块",
            "category",
        ),
    ),
    Heading(
        "name",
        "活动名称",
        ("名称", "活动项目", "项目名称", "活动项目名称", "活动主题", "活动", "活动标题", "name"),
    ),
    Heading(
        "hosts",
        "主办单位",
        (
            "主办方",
            "主办",
            "主(承)办单位",
            "主承办单位",
            "承主办单位",
            "承主办方",
            "主办/承办单位",
            "主办、承办单位",
            "举办单位",
            "组织单位",
            "责任单位",
            "牵头单位",
            "承办单位",
            "单位",
            "单位名称",
            "hosts",
            "host",
        ),
    ),
)
ORGANIZATIONS = (
    Heading("name", "单位名称", ("单位全称", "全称", "名称", "机构名称", "单位", "name")),
    Heading("short_name", "简称", ("单位简称", "short_name"), required=False),
    Heading("kind", "单位类别", ("单位类型", "单位性质", "类别", "类型", "kind"), required=False),
    Heading("parent", "上级单位", ("主管单位", "上级", "隶属", "隶属单位", "parent"), required=False),
    Heading("aliases", "别名", ("曾用名", "其他名称", "又名", "aliases"), required=False),
    Heading("sort_order", "排序", ("序号", "顺序", "sort_order"), required=False),
)
BY_KIND = {"activities": ACTIVITIES, "organizations": ORGANIZATIONS}


def written_heading(text: str) -> str:
    """A heading in the form that it is compared in: no spaces or line ends, half-width, lower case."""
    folded = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return _TRAILING.sub("", folded)
