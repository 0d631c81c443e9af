"""The demo company as it is described: who works there and what it runs."""

from __future__ import annotations

from collections import Counter

import pytest

from homeport.demo.company import COMPONENT_BY_NAME, COMPONENTS, DOMAINS, SYSTEMS, TEAM_BY_NAME, TEAMS, people
from homeport.demo.infrastructure import DECLARATIONS
from homeport.demo.interfaces import INTERFACES


def test_the_company_has_the_size_the_story_tells() -> None:
    assert (len(TEAMS), len(COMPONENTS), len(SYSTEMS), len(DOMAINS)) == (9, 40, 8, 2)
    assert len(DECLARATIONS) == 30


def test_every_component_calls_components_that_exist() -> None:
    assert {callee for component in COMPONENTS for callee in component.calls} <= COMPONENT_BY_NAME.keys()


def test_every_component_belongs_to_a_team_and_a_system() -> None:
    systems = {system.name for system in SYSTEMS}
    assert all(component.team in TEAM_BY_NAME and component.system in systems for component in COMPONENTS)


def test_every_component_says_what_it_does() -> None:
    assert INTERFACES.keys() == COMPONENT_BY_NAME.keys()


def test_resources_a_component_uses_are_declared_by_another() -> None:
    declared = {declaration.name: declaration.component for declaration in DECLARATIONS}
    assert all(declared[name] != component.name for component in COMPONENTS for name in component.uses)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_58_people_have_names_and_addresses_of_their_own(seed: int) -> None:
    staff = people(seed)
    assert len(staff) == 58
    assert len({person.name for person in staff}) == 58
    assert max(Counter(email for person in staff for email in person.emails).values()) == 1
    assert [person.team for person in staff if person.left] == ["store", "store"]


def test_another_seed_means_other_people() -> None:
    assert people(1) != people(2)
