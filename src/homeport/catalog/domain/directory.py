"""Who is who: the people and teams that were described, found by handle, address or name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeport.catalog.domain.fields import DescribedEntity

_LOGIN_ANNOTATIONS = ("github.com/user-login", "gitlab.com/user-login", "gitlab.com/username")
_TEAM_ANNOTATIONS = ("github.com/team-slug", "gitlab.com/team-slug", "gitlab.com/group-path", "gitlab.com/group")
_NOREPLY = re.compile(r"(?:\d+\+)?([\w-]+)@users\.noreply\.[\w.-]+")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who a handle stands for: the group, and the person where it was one."""

    ref: str
    person: str | None = None


@dataclass(slots=True)
class Directory:
    """Described Users and Groups; all keys are lower case."""

    groups_by_name: dict[str, str] = field(default_factory=dict)
    groups_by_slug: dict[str, str] = field(default_factory=dict)
    people_by_login: dict[str, str] = field(default_factory=dict)
    people_by_email: dict[str, str] = field(default_factory=dict)
    people_by_name: dict[str, str] = field(default_factory=dict)
    groups_of_person: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nobody has described any team."""
        return not self.groups_by_name

    @property
    def knows_people(self) -> bool:
        """Whether anybody's address or login is known."""
        return bool(self.people_by_email or self.people_by_login)

    def find_owner(self, handle: str) -> Owner | None:
        """Return who `@org/team`, `@login` or an address stands for, None where nobody is known by it.

        A team is found by annotation, then by name, where `team-order` and `order` are the same.
        """
        if not handle.startswith("@"):
            return self._owner_of_person(self.find_person(handle))
        path = handle.lstrip("@").lower()
        group = self.groups_by_slug.get(path) or self.groups_by_slug.get(path.rpartition("/")[2])
        if "/" not in path:
            person = self.people_by_login.get(path) or (None if group else self.people_by_name.get(path))
            if person:
                return self._owner_of_person(person)
        group = group or next(
            (self.groups_by_name[one] for one in _team_names(path) if one in self.groups_by_name), None
        )
        return Owner(group) if group else None

    def find_person(self, email: str) -> str | None:
        """Return whom an address belongs to, a forge's no-reply address by the login in it."""
        lowered = email.lower()
        hidden = _NOREPLY.fullmatch(lowered)
        known = self.people_by_email.get(lowered)
        return known or (self.people_by_login.get(hidden[1]) if hidden else None)

    def _owner_of_person(self, person: str | None) -> Owner | None:
        if person is None:
            return None
        groups = self.groups_of_person.get(person, [])
        return Owner(groups[0] if groups else person, person)


def build_directory(entities: Iterable[DescribedEntity]) -> Directory:
    """Return the directory of all Users and Groups among the entities; of two with one name the first counts."""
    directory = Directory()
    listed = list(entities)
    for entity in listed:
        if _kind(entity) == "group":
            _add_group(directory, entity)
    for entity in listed:
        if _kind(entity) == "user":
            _add_person(directory, entity)
    for entity in listed:
        if _kind(entity) == "group":
            for member in _texts(_map(entity.document.get("spec")).get("members")):
                person = full_ref(member, "user", namespace_of(entity.document))
                _join(directory, person, ref_of(entity.document))
    return directory


def ref_of(document: Mapping[str, Any]) -> str:
    """Return the full reference of a described entity, lower case."""
    return f"{document['kind']}:{namespace_of(document)}/{document['metadata']['name']}".lower()


def namespace_of(document: Mapping[str, Any]) -> str:
    """Return the namespace of a described entity, `default` where it gives none."""
    return str(_map(document.get("metadata")).get("namespace") or "default")


def full_ref(text: str, default_kind: str, default_namespace: str = "default") -> str:
    """Return a reference written in full: `order` is `group:default/order`."""
    kind, _, rest = text.strip().rpartition(":")
    namespace, _, name = rest.rpartition("/")
    return f"{kind or default_kind}:{namespace or default_namespace}/{name}".lower()


def _add_group(directory: Directory, entity: DescribedEntity) -> None:
    ref = ref_of(entity.document)
    name = ref.rpartition("/")[2]
    directory.groups_by_name.setdefault(name, ref)
    for slug in _annotations(entity, _TEAM_ANNOTATIONS):
        directory.groups_by_slug.setdefault(slug, ref)
        directory.groups_by_slug.setdefault(slug.rpartition("/")[2], ref)
    for alias in _team_names(name):
        directory.groups_by_name.setdefault(alias, ref)


def _add_person(directory: Directory, entity: DescribedEntity) -> None:
    ref = ref_of(entity.document)
    spec = _map(entity.document.get("spec"))
    directory.people_by_name.setdefault(ref.rpartition("/")[2], ref)
    for login in _annotations(entity, _LOGIN_ANNOTATIONS):
        directory.people_by_login.setdefault(login, ref)
    emails = [str(_map(spec.get("profile")).get("email") or ""), *_annotations(entity, ("homeport.io/emails",))]
    for email in emails:
        if "@" in email:
            directory.people_by_email.setdefault(email.lower(), ref)
    for group in _texts(spec.get("memberOf")):
        _join(directory, ref, full_ref(group, "group", namespace_of(entity.document)))


def _join(directory: Directory, person: str, group: str) -> None:
    groups = directory.groups_of_person.setdefault(person, [])
    if group not in groups:
        groups.append(group)


def _team_names(path: str) -> list[str]:
    """The names that a team of a forge may have in the directory: `saebom/team-order` is team-order or order."""
    name = path.rpartition("/")[2]
    bare = re.sub(r"^(team|squad|grp|group)[-_.]|[-_.](team|squad|devs?|developers|maintainers|owners)$", "", name)
    return [name, bare, f"team-{bare}", f"{bare}-team"]


def _annotations(entity: DescribedEntity, keys: Iterable[str]) -> list[str]:
    annotations = _map(_map(entity.document.get("metadata")).get("annotations"))
    values = [annotations[key] for key in keys if isinstance(annotations.get(key), str)]
    return [part.strip().lstrip("@").lower() for value in values for part in re.split(r"[,\s]+", value) if part.strip()]


def _kind(entity: DescribedEntity) -> str:
    return str(entity.document.get("kind", "")).lower()


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
