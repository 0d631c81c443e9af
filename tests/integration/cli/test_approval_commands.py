"""`homeport approvals …`: what is asked on the command line waits there, is decided there, and starts."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .test_cli import Shell, folder, homeport

__all__ = ["folder", "homeport"]

RULE = "approvals:\n  rules:\n    - procedure: catalog.*\n      by: {role: operator}\n      self_approval: %s\n"


def say_rule(home: Path, self_approval: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "homeport.yaml").write_text(RULE % self_approval)


def ask(homeport: Shell, folder: Path) -> str:
    asked = homeport("catalog", "discover", str(folder), "--reason", "the first look")
    assert asked.code == 5
    assert "homeport approvals show" in asked.err
    (request,) = homeport("approvals", "list", "--state", "waiting", "--json").json["items"]
    assert homeport("runs", "list", "--json").json["items"] == []
    return str(request["id"])


def test_what_needs_approval_waits_and_starts_once_approved(homeport: Shell, folder: Path) -> None:
    say_rule(homeport.home, "true")
    request = ask(homeport, folder)
    shown = homeport("approvals", "show", request)
    assert "missing 1: 1 of role operator or higher" in shown.out
    assert str(folder) in shown.out
    assert "targets: shop/order-api" in shown.out
    assert "why: the first look" in shown.out
    approved = homeport("approvals", "approve", request, "--note", "go", "--json").json
    assert approved["state"] == "used"
    assert homeport("runs", "follow", approved["run_id"]).code == 0
    assert "go" in homeport("approvals", "show", request).out
    run = homeport("runs", "show", approved["run_id"]).out
    assert "why: the first look" in run
    assert "approved by" in run
    started = homeport("audit", "list", "--action", "run.start", "--json").json["items"]
    assert [one["after"]["reason"] for one in started] == ["the first look"]


def test_a_run_that_stopped_and_asked_says_who_must_approve(homeport: Shell, folder: Path) -> None:
    homeport.home.mkdir()
    (homeport.home / "homeport.yaml").write_text("catalog: {removal_limit: 0}\n")
    homeport("catalog", "discover", str(folder))
    repository = folder / "shop" / "order-api"
    git = ("git", "-c", "user.name=T", "-c", "user.email=t@example.com")
    for arguments in (("rm", "-rq", "."), ("commit", "-q", "--allow-empty", "-m", "gone")):
        subprocess.run([*git, *arguments], cwd=repository, check=True)
    assert homeport("catalog", "refresh", "--reason", "one has moved").code != 0
    newest = homeport("runs", "list", "--json").json["items"][0]["id"]
    told = homeport("runs", "show", newest, "--json").json
    assert told["reason"] == "one has moved"
    shown = homeport("runs", "show", newest).out
    assert f"homeport approvals show {told['needs_approval']['request']}" in shown
    assert told["needs_approval"]["lacks"][0] in shown


def test_who_asked_is_refused_and_may_withdraw(homeport: Shell, folder: Path) -> None:
    say_rule(homeport.home, "false")
    request = ask(homeport, folder)
    refused = homeport("approvals", "approve", request)
    assert refused.code == 3
    assert "somebody else" in refused.err
    assert homeport("approvals", "withdraw", request).code == 0
    assert homeport("approvals", "show", request, "--json").json["state"] == "withdrawn"
    assert homeport("approvals", "refuse", request).code == 5
    assert homeport("approvals", "show", "nothing").code == 4


def test_an_unknown_key_of_a_rule_is_one_line_with_the_nearest_one(homeport: Shell) -> None:
    homeport.home.mkdir()
    (homeport.home / "homeport.yaml").write_text("approvals:\n  rules:\n    - {by: {rol: admin}}\n")
    told = homeport("approvals", "list")
    assert told.code == 2
    assert "approvals.rules.0.by.rol: unknown setting; did you mean 'role'?" in told.err
