"""What a written name means: an exact name, a declared alias, then the normal form; likeness only ranks."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

from contracts.registry.organizations import Candidate, Kind, Organization, ResolvedName
from services.registry.organizations.likeness import Forms

MatchedBy = Literal["name", "alias", "normalized", "decision"]
Index = dict[str, set[UUID]]

_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]")
_QUOTES = re.compile("[\"'`“”‘’「」『』〝〞＂＇]")
_BRACKETS = str.maketrans("[]{}<>【】〔〕〖〗〈〉《》", "()" * 8)
# 市委, 市级 and 市立 are words: a prefix that ends in 市 does not end inside them.
_BOUND = ("委", "级", "立")
_BEARS_ITS_OWN_NAME = frozenset({"enterprise", "school", "hospital", "media", "association", "other"})
MOST_CANDIDATES = 5
RANKS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory knows of a unit. `decided` are the aliases that a person's decision left."""

    id: UUID
    name: str
    kind: Kind
    short_name: str | None = None
    aliases: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    closed: bool = False


class Directory:
    """The open units by every form of their names. A form that two of them share resolves to neither.

    `outside` are the texts that a person decided to mean a party outside of the register.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        prefixes: Sequence[str] = (),
        outside: Mapping[str, str] | None = None,
    ) -> None:
        self.prefixes = tuple(sorted(map(normal_form, prefixes), key=len, reverse=True))
        self.entries = {entry.id: entry for entry in entries if not entry.closed}
        self._names: Index = {}
        self._aliases: Index = {}
        self._decided: Index = {}
        self._normal: Index = {}
        self._bare: Index = {}
        for entry in self.entries.values():
            self._add(entry)
        named = [(form, id) for form, ids in self._normal.items() for id in sorted(ids)]
        self._forms, self._bearers = Forms([form for form, _ in named]), [id for _, id in named]
        self._ranks: dict[str, list[Candidate]] = {}
        self._outside = outside or {}
        self._outside_normal = _by_normal_form(self._outside)
        self.places = frozenset(_places(self.entries.values()))

    def resolve(self, text: str) -> ResolvedName:
        """`text` by the first rule that finds it, or the candidates for a person to choose from."""
        name, normal = text.strip(), normal_form(text)
        rules: tuple[tuple[MatchedBy, Index, str], ...] = (
            ("name", self._names, name),
            ("alias", self._aliases, name),
            ("decision", self._decided, name),
            ("normalized", self._normal, normal),
            ("normalized", self._bare, self.without_prefix(normal)),
        )
        for rule, index, form in rules:
            if found := index.get(form):
                return self._found(text, found, rule)
            if rule == "decision" and form in self._outside:
                return _party(text, self._outside[form], rule)
        if normal in self._outside_normal:
            return _party(text, self._outside_normal[normal], "normalized")
        return self.unresolved(text)

    def resolve_outright(self, text: str, of_any_kind: bool) -> ResolvedName:
        """By the exact name alone, for a name that stands bare in a list under a place's name.

        Unless `of_any_kind`, only a unit that bears its own name: a department's needs its place, and
        住房和城乡建设局 after 张家港市档案馆 is not the city's.
        """
        found = self._names.get(text.strip(), set())
        own = {id for id in found if of_any_kind or self.entries[id].kind in _BEARS_ITS_OWN_NAME}
        return self._found(text, own, "name") if own else self.unresolved(text)

    def unresolved(self, text: str) -> ResolvedName:
        normal = normal_form(text)
        candidates = self._ranks.get(normal)
        if candidates is None:
            if len(self._ranks) >= RANKS_KEPT:
                self._ranks.clear()
            candidates = self._ranks[normal] = self._ranked(normal)
        return ResolvedName(
            name=text, outcome="ambiguous" if candidates else "unknown", candidates=candidates
        )

    def without_prefix(self, form: str) -> str:
        """The normal form without the prefix that the office declared, if a name is left."""
        for prefix in self.prefixes:
            rest = form.removeprefix(prefix)
            if rest != form and len(rest) > 1 and not rest.startswith(_BOUND):
                return rest
        return form

    def _add(self, entry: Entry) -> None:
        _put(self._names, entry.name, entry.id)
        for alias in entry.aliases:
            _put(self._aliases, alias, entry.id)
        for alias in entry.decided:
            _put(self._decided, alias, entry.id)
        for name in (entry.name, *entry.aliases, *entry.decided):
            normal = normal_form(name)
            _put(self._normal, normal, entry.id)
            _put(self._bare, self.without_prefix(normal), entry.id)

    def _found(self, text: str, found: set[UUID], rule: MatchedBy) -> ResolvedName:
        if len(found) == 1:
            (only,) = found
            return ResolvedName(name=text, outcome="resolved", organization_id=only, matched_by=rule)
        named = [Candidate(organization_id=id, name=self.entries[id].name, score=1.0) for id in found]
        named.sort(key=lambda candidate: (candidate.name, candidate.organization_id))
        return ResolvedName(name=text, outcome="ambiguous", candidates=named)

    def _ranked(self, normal: str) -> list[Candidate]:
        near = self._forms.nearest(normal, MOST_CANDIDATES * 3)
        best: dict[UUID, float] = {}
        for place, score in near:
            best.setdefault(self._bearers[place], score)
        return [
            Candidate(organization_id=id, name=self.entries[id].name, score=round(score / 100, 2))
            for id, score in list(best.items())[:MOST_CANDIDATES]
        ]


def directory_of(organizations: Iterable[Organization], prefixes: Sequence[str] = ()) -> Directory:
    """The directory of these organizations, which are open."""
    return Directory(
        (
            Entry(
                id=unit.id,
                name=unit.name,
                kind=unit.kind,
                short_name=unit.short_name,
                aliases=tuple(unit.aliases),
            )
            for unit in organizations
        ),
        prefixes,
    )


@lru_cache(maxsize=65_536)
def normal_form(name: str) -> str:
    """The form in which two spellings of one name are the same: NFKC, one kind of bracket, no space, no quote."""
    folded = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    return _QUOTES.sub("", folded).translate(_BRACKETS).casefold()


def _party(text: str, party: str, rule: MatchedBy) -> ResolvedName:
    return ResolvedName(name=text, outcome="resolved", outside_party=party, matched_by=rule)


def _by_normal_form(outside: Mapping[str, str]) -> dict[str, str]:
    """The parties by the normal form of their texts, but for forms that were decided to mean two of them."""
    spelled: dict[str, set[str]] = {}
    for text, party in outside.items():
        spelled.setdefault(normal_form(text), set()).add(party)
    return {form: next(iter(parties)) for form, parties in spelled.items() if len(parties) == 1}


def _put(index: Index, form: str, id: UUID) -> None:
    index.setdefault(form, set()).add(id)


def _places(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The short names of districts and towns, the longest first: what a list may say once for all its names."""
    places = {
        entry.short_name for entry in entries if entry.short_name and entry.kind in ("district", "town")
    }
    return tuple(sorted(places, key=lambda place: (-len(place), place)))
