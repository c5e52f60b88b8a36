"""Texts that the demo's units hand in: generated, and marked as such."""

MARK = "【演示生成】"

NOTICE = (
    f"{MARK}请各单位按照《2024年苏州市网络安全宣传周活动实施方案》抓好落实，报送实施方案，"
    "并于9月16日前报送活动情况，重点反映特色内容、创新做法和亮点活动。"
)
CORRECTION = f"{MARK}请补充具体做法。"
OPENING_PLACE = f"昆山市{MARK}"


def plan_of(unit: str) -> dict[str, str]:
    """An implementation plan."""
    return {"实施方案": f"{MARK}{unit}网络安全宣传周活动实施方案：时间、分工与安全保障。"}


def summary_of(unit: str, again: bool) -> dict[str, str]:
    """A summary with the three sections that the notice asks for."""
    more = "（已按退回意见补充）" if again else ""
    return {
        "特色内容": f"{MARK}{unit}的特色内容{more}。",
        "创新做法": f"{MARK}{unit}的创新做法{more}。",
        "亮点活动": f"{MARK}{unit}的亮点活动{more}。",
    }
