"""Who owns the repositories of the demo company, worked out again from what stands in them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeport.demo.repositories import RepositoryTruth, Truth, build, plans_of

_TODAY = date(2026, 11, 23)
_CODEOWNERS_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


@dataclass(frozen=True)
class Commit:
    age_days: int
    email: str


@dataclass(frozen=True)
class Company:
    root: Path
    truth: Truth
    entities: list[dict[str, Any]]
    team_by_email: dict[str, str]
    team_by_handle: dict[str, str]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [entity for entity in self.entities if entity["kind"] == kind]

    def commits(self, name: str) -> list[Commit]:
        return _commits(self.root / self.truth.repositories[name].path)

    def shares(self, name: str, days: int) -> dict[str, float]:
        """Return each team's share of the commits of the last days."""
        recent = [commit for commit in self.commits(name) if commit.age_days <= days]
        teams = Counter(self.team_by_email.get(commit.email, "nobody") for commit in recent)
        return {team: count / len(recent) for team, count in teams.items()}

    def file(self, name: str, path: str) -> str | None:
        repository = self.root / self.truth.repositories[name].path
        return _git(repository, "show", f"main:{path}") if path in _paths(repository) else None

    def codeowners(self, name: str) -> str | None:
        return next((text for path in _CODEOWNERS_PATHS if (text := self.file(name, path))), None)


def _git(repository: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True).stdout.decode()


@cache
def _commits(repository: Path) -> list[Commit]:
    """Return the commits of main, newest first."""
    found = []
    for line in _git(repository, "log", "--format=%at %ae", "main").splitlines():
        stamp, email = line.split(" ")
        found.append(Commit((_TODAY - datetime.fromtimestamp(int(stamp), UTC).date()).days, email))
    return found


@cache
def _paths(repository: Path) -> frozenset[str]:
    return frozenset(_git(repository, "ls-tree", "-r", "--name-only", "main").splitlines())


@pytest.fixture(scope="module", params=[1, 2, 3], ids=lambda seed: f"seed {seed}")
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Company:
    root = tmp_path_factory.mktemp("saebom")
    truth = build(root, request.param, _TODAY)
    entities = _organisation(root / "platform/homeport.git")
    users = [entity for entity in entities if entity["kind"] == "User"]
    emails, handles = {}, {}
    for user in users:
        annotations, team = user["metadata"]["annotations"], user["spec"]["memberOf"][0]
        second = annotations.get("homeport.io/emails", "")
        emails |= dict.fromkeys([user["spec"]["profile"]["email"], *filter(None, second.split(", "))], team)
        handles["@" + annotations["github.com/user-login"]] = team
    for group in (entity for entity in entities if entity["kind"] == "Group"):
        handles["@" + group["metadata"]["annotations"]["github.com/team-slug"]] = group["metadata"]["name"]
    return Company(root, truth, entities, emails, handles)


def _organisation(homeport: Path) -> list[dict[str, Any]]:
    documents = list(yaml.safe_load_all(_git(homeport, "show", "main:catalog-info.yaml")))
    location = next(document for document in documents if document["kind"] == "Location")
    texts = [_git(homeport, "show", f"main:{target[2:]}") for target in location["spec"]["targets"]]
    return [entity for text in texts for entity in yaml.safe_load_all(text)]


def _having(company: Company, source: str) -> list[RepositoryTruth]:
    return [truth for truth in company.truth.repositories.values() if truth.owner_source == source]


def test_the_organisation_has_nine_teams_and_56_people(company: Company) -> None:
    counts = {kind: len(company.of_kind(kind)) for kind in ("Group", "User", "System", "Domain")}
    assert counts == {"Group": 9, "User": 56, "System": 8, "Domain": 2}


def test_every_entity_of_the_organisation_has_its_korean_title(company: Company) -> None:
    titled = [entity for entity in company.entities if entity["kind"] != "User"]
    assert all(entity["metadata"]["annotations"]["homeport.io/title.ko"] for entity in titled)


def test_exactly_12_have_a_catalog_entry_that_names_their_owner(company: Company) -> None:
    found = {name: company.file(name, "catalog-info.yaml") for name in company.truth.repositories}
    entries = {name: list(yaml.safe_load_all(text)) for name, text in found.items() if text}
    assert len(entries) == 12
    for name, documents in entries.items():
        truth = company.truth.repositories[name]
        assert truth.has_catalog_info
        assert documents[0]["metadata"]["name"] == name
        assert documents[0]["spec"]["owner"].split(":")[-1].split("/")[-1] == truth.owner
        assert documents[0]["spec"]["system"] == truth.system
        provided = {document["metadata"]["name"] for document in documents if document["kind"] == "API"}
        assert provided == {api.name for api in truth.apis}


def test_definitions_of_catalog_apis_stand_where_the_entry_points(company: Company) -> None:
    for truth in _having(company, "catalog-info"):
        for document in yaml.safe_load_all(company.file(truth.name, "catalog-info.yaml") or ""):
            if document["kind"] == "API":
                assert company.file(truth.name, document["spec"]["definition"]["$text"][2:])


def test_three_have_no_owner_anybody_can_name_and_one_is_an_orphan(company: Company) -> None:
    unowned = {truth.name for truth in company.truth.repositories.values() if truth.owner is None}
    assert len(company.truth.ambiguous) == 3
    assert unowned == company.truth.ambiguous | {company.truth.orphan}


def test_codeowners_name_the_owner_last(company: Company) -> None:
    found = _having(company, "codeowners")
    assert len(found) == 19
    for truth in found:
        text = company.codeowners(truth.name)
        assert text
        handles = re.findall(r"^\*\s+(\S+)", text, re.MULTILINE)
        assert company.team_by_handle[handles[-1]] == truth.owner


def test_codeowners_stand_only_where_the_truth_says(company: Company) -> None:
    for truth in company.truth.repositories.values():
        assert bool(company.codeowners(truth.name)) is truth.has_codeowners, truth.name


@pytest.mark.parametrize("days", [90, 180])
def test_the_committers_of_recent_months_are_the_owner_where_nothing_is_written(company: Company, days: int) -> None:
    found = _having(company, "commits")
    assert len(found) == 5
    for truth in found:
        assert not company.codeowners(truth.name)
        assert sum(commit.age_days <= days for commit in company.commits(truth.name)) >= 5
        assert company.shares(truth.name, days)[truth.owner or ""] >= 0.6


def test_one_of_them_was_handed_over_by_another_team(company: Company) -> None:
    first = {
        truth.name: company.team_by_email.get(company.commits(truth.name)[-1].email)
        for truth in _having(company, "commits")
    }
    moved = [name for name, team in first.items() if team and team != company.truth.repositories[name].owner]
    assert moved


@pytest.mark.parametrize("days", [90, 180, 365])
def test_no_team_has_the_majority_of_an_ambiguous_repository(company: Company, days: int) -> None:
    for name in company.truth.ambiguous:
        assert not company.codeowners(name)
        assert not company.file(name, "catalog-info.yaml")
        assert sum(commit.age_days <= days for commit in company.commits(name)) >= 5
        assert max(company.shares(name, days).values()) <= 0.5


def test_everybody_who_touched_the_orphan_has_left(company: Company) -> None:
    commits = company.commits(company.truth.orphan)
    assert {company.team_by_email.get(commit.email) for commit in commits} == {None}
    assert min(commit.age_days for commit in commits) > 180
    assert not company.codeowners(company.truth.orphan)


def test_every_other_committer_is_in_the_organisation(company: Company) -> None:
    strangers = Counter(
        commit.email
        for name in company.truth.repositories
        for commit in company.commits(name)
        if commit.email not in company.team_by_email
    )
    assert len(strangers) == 3, "two leavers and the update bot"


def test_some_people_commit_with_a_second_address(company: Company) -> None:
    emails = {commit.email for name in company.truth.repositories for commit in company.commits(name)}
    assert any("noreply" in email for email in emails)


def test_faults_sit_elsewhere_with_another_seed() -> None:
    fates = [{plan.component.name: plan.fate for plan in plans_of(seed)} for seed in range(20)]
    for fate in ("ambiguous", "orphan", "catalog", "committers", "handover"):
        places = {frozenset(name for name, found in one.items() if found == fate) for one in fates}
        assert len(places) >= 4, fate
