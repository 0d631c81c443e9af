"""From folders of real Git repositories to one catalog."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from homeport.catalog.adapters.readers import read_repository
from homeport.catalog.domain.resolution import resolve
from homeport.forges.git import find_repositories

ORGANISATION = """\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: order}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: kim}
spec: {profile: {email: kim@saebom.example}, memberOf: [order]}
"""


def commit(folder: Path, files: dict[str, str], email: str) -> None:
    folder.mkdir(parents=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "Kim"), ("EMAIL", email))
    }
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **who}
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run(["git", "-C", folder, *arguments], check=True, env=environment)


def test_repositories_become_a_catalog_with_owners_links_and_problems(tmp_path: Path) -> None:
    commit(tmp_path / "org", {"catalog-info.yaml": ORGANISATION}, "kim@saebom.example")
    commit(
        tmp_path / "order" / "order-api",
        {"app.py": "x = 1\n", ".env.example": "STOCK_API_URL=http://stock-api.inventory.svc.cluster.local\n"},
        "kim@saebom.example",
    )
    commit(
        tmp_path / "inventory" / "stock-api",
        {"main.go": "package main\n", "openapi.yaml": "openapi: 3.0.0\ninfo: {title: T}\npaths: {}\n"},
        "gone@saebom.example",
    )
    (tmp_path / "inventory" / "empty").mkdir()
    subprocess.run(["git", "init", "-q", tmp_path / "inventory" / "empty"], check=True)

    found = resolve([read_repository(repository) for repository in find_repositories(tmp_path)])

    order = next(one for one in found.entities if one.ref == "component:default/order-api")
    owner = order.find("spec.owner")
    assert owner is not None
    assert (owner.chosen.value, owner.chosen.source) == ("group:default/order", "commits")
    assert order.find("spec.consumesApis[api:default/stock-api]") is not None
    assert sorted((problem.rule, problem.repository) for problem in found.problems) == [
        ("catalog.empty-repository", "inventory/empty"),
        ("catalog.orphan", "inventory/stock-api"),
    ]
