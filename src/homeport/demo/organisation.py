"""The organisation of Saebom as Backstage entities, kept in the repository platform/homeport."""

from __future__ import annotations

from homeport.demo.company import DOMAINS, SYSTEMS, TEAMS, Person
from homeport.demo.state import Plan, State

_HEAD = "apiVersion: backstage.io/v1alpha1\n"


def files(plan: Plan, state: State, staff: tuple[Person, ...]) -> dict[str, str]:
    """Return the files of the repository that keeps them by path; people who left are in none of them."""
    if plan.component.name != "homeport" or not state.has_catalog_entry:
        return {}
    present = [person for person in staff if not person.left]
    systems = [_domain(domain.name, domain.title, domain.title_ko, domain.owner) for domain in DOMAINS]
    systems += [_system(system.name, system.title, system.title_ko, system.owner, system.domain) for system in SYSTEMS]
    return {
        "org/teams.yaml": "---\n".join(_group(team.name, team.title, team.title_ko, team.slug) for team in TEAMS),
        "org/people.yaml": "---\n".join(_user(person) for person in present),
        "org/systems.yaml": "---\n".join(systems),
    }


def catalog_location() -> str:
    """Return the Location entity that names the organisation files."""
    return (
        f"{_HEAD}kind: Location\nmetadata:\n  name: saebom-organisation\n  description: 새봄 조직 정보\n"
        "spec:\n  type: url\n  targets:\n    - ./org/teams.yaml\n    - ./org/people.yaml\n    - ./org/systems.yaml\n"
    )


def _metadata(name: str, title: str, title_ko: str, annotations: tuple[str, ...] = ()) -> str:
    listed = "".join(f"    {line}\n" for line in (f"homeport.io/title.ko: {title_ko}", *annotations))
    return f"metadata:\n  name: {name}\n  title: {title}\n  annotations:\n{listed}"


def _group(name: str, title: str, title_ko: str, slug: str) -> str:
    metadata = _metadata(name, title, title_ko, (f"github.com/team-slug: {slug}",))
    profile = f"  profile:\n    displayName: {title}\n    email: {name}@saebom.example\n"
    return f"{_HEAD}kind: Group\n{metadata}spec:\n  type: team\n{profile}  children: []\n"


def _user(person: Person) -> str:
    annotations = [f"github.com/user-login: {person.login}"]
    if len(person.emails) > 1:
        annotations.append(f"homeport.io/emails: {', '.join(person.emails[1:])}")
    metadata = f"metadata:\n  name: {person.name}\n  annotations:\n"
    metadata += "".join(f"    {line}\n" for line in annotations)
    profile = f"  profile:\n    displayName: {person.name_ko}\n    email: {person.emails[0]}\n"
    return f"{_HEAD}kind: User\n{metadata}spec:\n{profile}  memberOf: [{person.team}]\n"


def _system(name: str, title: str, title_ko: str, owner: str, domain: str | None) -> str:
    part = f"  domain: {domain}\n" if domain else ""
    return f"{_HEAD}kind: System\n{_metadata(name, title, title_ko)}spec:\n  owner: {owner}\n{part}"


def _domain(name: str, title: str, title_ko: str, owner: str) -> str:
    return f"{_HEAD}kind: Domain\n{_metadata(name, title, title_ko)}spec:\n  owner: {owner}\n"
