"""The kinds of organizations in the words that offices write; the first of each is the one that is written back."""

from contracts.registry.organizations import Kind

WORDS: dict[Kind, tuple[str, ...]] = {
    "office": ("主办单位", "牵头单位", "主管部门"),
    "district": (
        "市、区",
        "县级市、区",
        "县级市(区)",
        "市(区)",
        "县(市、区)",
        "县区",
        "区县",
        "区",
        "县",
        "县级市",
    ),
    "town": ("镇、街道", "镇(街道)", "镇街", "乡镇", "乡镇(街道)", "街道", "镇", "乡"),
    "department": (
        "部门",
        "市级部门",
        "市直部门",
        "市级机关",
        "机关",
        "委办局",
        "政府部门",
        "党政机关",
        "机关部门",
    ),
    "enterprise": ("企业", "国有企业", "国企", "公司", "企业单位"),
    "school": ("学校", "高校", "院校", "高等院校", "中小学"),
    "hospital": ("医院", "医疗机构", "卫生机构"),
    "media": ("媒体", "新闻媒体", "新闻单位", "融媒体"),
    "association": ("协会", "社会团体", "社会组织", "社团", "行业协会", "群团组织"),
    "other": ("其他", "其它"),
}
BY_WORD: dict[str, Kind] = {word: kind for kind, words in WORDS.items() for word in (kind, *words)}


def word_of(kind: Kind) -> str:
    """The kind as it is written in a spreadsheet."""
    return WORDS[kind][0]
