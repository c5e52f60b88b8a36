"""The language of an office's own text: the part of Jinja2 that ends soon whatever is written in it. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

from services.notifier.texts.occasions import FIELDS, OCCASIONS, names_of

SUBJECT_LIMIT, BODY_LIMIT = 500, 20_000
"""Characters written, of which a subject line and one thing in a message have far fewer."""
FILTERS = ("default", "d", "join", "length", "lower", "trim", "upper")
SEPARATOR_LIMIT = 8
TESTS = ("defined", "none", "false", "true")
FILE = "<template>"
GRADES: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {"extraordinary": "特别重大", "major": "重大", "large": "较大", "general": "一般"},
    "en": {"extraordinary": "extraordinary", "major": "major", "large": "large", "general": "general"},
}
CHANNELS: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "email": "邮件",
        "webhook": "Webhook 消息",
        "wecom": "企业微信消息",
        "dingtalk": "钉钉消息",
        "feishu": "飞书消息",
        "sms": "短信",
    },
    "en": {
        "email": "mail",
        "webhook": "webhook",
        "wecom": "WeCom",
        "dingtalk": "DingTalk",
        "feishu": "Feishu",
        "sms": "text message",
    },
}
TOO_DEEP = (RecursionError, MemoryError, SyntaxError, ValueError)
"""What Python says of a text that is no fault of Jinja2's grammar, yet more than it can hold."""
_PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Getitem,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)


class BrokenText(Exception):
    """A text that writes nothing, too much, or not at all; `line` is where, None when it is no one line's fault."""

    def __init__(self, said: str, line: int | None = None) -> None:
        super().__init__(said)
        self.said = said
        self.line = line

    def __str__(self) -> str:
        return self.said if self.line is None else f"line {self.line}: {self.said}"


def words_of(locale: str) -> dict[str, Mapping[str, str]]:
    """The words of a language that every text may look up: of severities and of kinds of channel."""
    return {"grades": GRADES[locale], "channels": CHANNELS[locale]}


def write_plainly(value: Any) -> Any:
    """What a text shows of a value: none as nothing; refuses what no reader would understand."""
    if value is None:
        return ""
    if isinstance(value, bool):
        raise TypeError("is yes or no and shows as True or False; expected it in an if")
    if isinstance(value, list | dict):
        raise TypeError("is a list; expected its parts, in a for")
    if not isinstance(value, str | int | Undefined):
        raise TypeError(f"is no text but a {type(value).__name__}")
    return value


def make_environment(**options: Any) -> SandboxedEnvironment:
    """A sandbox in which nothing can be called or changed that is not the text's own."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, **options)


_environment = make_environment(trim_blocks=True, lstrip_blocks=True, finalize=write_plainly)


def check(source: str, kind: str) -> None:
    """Refuse what the language does not have, and what an occasion has no such thing of."""
    try:
        _check(_environment.parse(source), kind, {"item", "grades", "channels"}, in_loop=False)
    except TemplateSyntaxError as error:
        raise BrokenText(error.message or "cannot be read", error.lineno) from error
    except TOO_DEEP as error:
        raise BrokenText("is nested too deeply, or holds a number too long") from error


def write(source: str, kind: str, shown: Mapping[str, Any], locale: str, limit: int) -> str:
    """What a text says of one thing; BrokenText when that is nothing, or more than `limit` characters.

    Bounded: loops run over what is shown, one within no other, each step writes one value, and it is cut off.
    """
    try:
        written = _gather(_read(source, kind).generate(item=shown, **words_of(locale)), limit)
    except BrokenText:
        raise
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise BrokenText(
            " ".join(str(error).split())[:300] or type(error).__name__, _line_of(error)
        ) from error
    if not written.strip():
        raise BrokenText("writes nothing")
    return written.strip()


@lru_cache(maxsize=1_024)
def _read(source: str, kind: str) -> Template:
    """The checked text; kept, for reading it takes longer than writing it."""
    check(source, kind)
    try:
        return _environment.from_string(source)
    except TOO_DEEP as error:
        raise BrokenText("is nested too deeply, or holds a number too long") from error


def _gather(pieces: Iterator[str], limit: int) -> str:
    written: list[str] = []
    left = limit
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise BrokenText(f"writes more than {limit} characters")
        written.append(piece)
    return "".join(written)


def _check(node: nodes.Node, kind: str, known: Collection[str], in_loop: bool) -> None:
    if isinstance(node, nodes.For):
        _check_loop(node, kind, known, in_loop)
        return
    special = _SPECIAL.get(type(node))
    if special is not None:
        special(node, kind, known)
    elif not isinstance(node, _PLAIN):
        offered = "values of item, if and for, and the filters " + ", ".join(FILTERS)
        raise BrokenText(
            f"{type(node).__name__.lower()} is not offered here; expected {offered}", node.lineno
        )
    for child in node.iter_child_nodes():
        _check(child, kind, known, in_loop)


def _check_loop(node: nodes.For, kind: str, known: Collection[str], in_loop: bool) -> None:
    if in_loop or node.recursive:
        raise BrokenText("a for within a for is not offered here", node.lineno)
    if not isinstance(node.target, nodes.Name) or not isinstance(node.iter, nodes.Getattr):
        raise BrokenText("a for runs over a list of item.details, by one name", node.lineno)
    if node.target.name in ("item", "grades", "channels", "loop"):
        raise BrokenText(f"{node.target.name} is taken; expected another name", node.lineno)
    _check(node.iter, kind, known, in_loop)
    inner = {*known, node.target.name, "loop"}
    for child in [*node.body, *([] if node.test is None else [node.test])]:
        _check(child, kind, inner, in_loop=True)
    for child in node.else_:
        _check(child, kind, known, in_loop=True)


def _check_name(node: nodes.Name, _: str, known: Collection[str]) -> None:
    if node.name not in known:
        raise BrokenText(f"{node.name} is not known; expected one of {', '.join(sorted(known))}", node.lineno)


def _check_part(node: nodes.Getattr, kind: str, _: Collection[str]) -> None:
    if node.attr.startswith("_"):
        raise BrokenText(f"{node.attr} is not offered here", node.lineno)
    owner = node.node
    if isinstance(owner, nodes.Name) and owner.name == "item":
        offered = {*FIELDS, "details"} - (set() if OCCASIONS[kind].has_due else {"due"})
    elif isinstance(owner, nodes.Getattr) and owner.attr == "details":
        offered = set(names_of(kind))
    else:
        return
    if node.attr not in offered:
        expected = ", ".join(sorted(offered)) or "nothing: this occasion has no details"
        raise BrokenText(f"{node.attr} is not known here; expected {expected}", node.lineno)


def _check_filter(node: nodes.Filter, _: str, __: Collection[str]) -> None:
    if node.name not in FILTERS:
        raise BrokenText(f"the filter {node.name} is not offered; expected {', '.join(FILTERS)}", node.lineno)
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise BrokenText(f"the filter {node.name} takes plain values only", node.lineno)
    if node.name == "join" and not _joins_shown(node):
        said = f"join takes a list that is shown, and a separator of at most {SEPARATOR_LIMIT} characters"
        raise BrokenText(said, node.lineno)


def _joins_shown(node: nodes.Filter) -> bool:
    """Whether what is joined is bounded: nothing that was written before, say joined."""
    separators = [each.value for each in node.args if isinstance(each, nodes.Const)]
    is_short = len(separators) == len(node.args) == 1 and len(str(separators[0])) <= SEPARATOR_LIMIT
    return isinstance(node.node, nodes.Getattr) and is_short


def _check_const(node: nodes.Const, _: str, __: Collection[str]) -> None:
    if isinstance(node.value, float):
        raise BrokenText("a number with a point is not offered here", node.lineno)


def _check_test(node: nodes.Test, _: str, __: Collection[str]) -> None:
    if node.name not in TESTS:
        raise BrokenText(f"the test {node.name} is not offered; expected {', '.join(TESTS)}", node.lineno)


_SPECIAL: Mapping[type[nodes.Node], Callable[[Any, str, Collection[str]], None]] = {
    nodes.Const: _check_const,
    nodes.Name: _check_name,
    nodes.Getattr: _check_part,
    nodes.Filter: _check_filter,
    nodes.Test: _check_test,
}


def _line_of(error: BaseException) -> int | None:
    """The line of the text that was being written."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == FILE:
            line = step.tb_lineno
        step = step.tb_next
    return line
