"""The command line: what it prints, where, and how it exits."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from homeport import cli
from homeport.kernel.base.database import Database
from homeport.kernel.trust import audit


@dataclass
class Answer:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs `homeport` in this process, on a home of its own."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.setenv("HOMEPORT_HOME", str(home))

    def __call__(self, *arguments: str) -> Answer:
        self._monkeypatch.setattr("sys.argv", ["homeport", *arguments])
        self._capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = self._capsys.readouterr()
        return Answer(code, captured.out, captured.err)


@pytest.fixture
def homeport(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """The command line on an empty home."""
    return Shell(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that ends as soon as it is told to serve."""
    monkeypatch.setattr("homeport.cli.uvicorn.run", lambda *_, **__: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one repository that nobody described."""
    repository = tmp_path / "repositories" / "shop" / "order-api"
    repository.mkdir(parents=True)
    (repository / "pyproject.toml").write_text('[project]\nname = "order-api"\ndependencies = ["fastapi"]\n')
    (repository / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (repository / "Dockerfile").write_text('FROM python:3.12\nCMD ["uvicorn", "main:app"]\n')
    (repository / "CODEOWNERS").write_text("* @acme/team-order\n")
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=repository, check=True)
    return tmp_path / "repositories"


def test_discover_list_get_and_refresh(homeport: Shell, folder: Path) -> None:
    discovered = homeport("catalog", "discover", str(folder), "--json")
    assert discovered.code == 0, discovered.err
    assert discovered.json["state"] == "succeeded"
    assert discovered.json["outcome"]["added"] >= 1
    listed = homeport("catalog", "list", "--kind", "component", "--json").json["items"]
    assert [item["ref"] for item in listed] == ["component:default/order-api"]
    assert listed[0]["owner"] == "group:default/team-order"
    got = homeport("catalog", "get", "order-api", "--json").json
    assert {"fields", "document", "relations"} <= set(got)
    assert "name: order-api" in homeport("catalog", "get", "order-api").out
    refreshed = homeport("catalog", "refresh", "--json").json["items"]
    assert refreshed[0]["outcome"]["changed"] == 0
    again = homeport("catalog", "refresh", "order-api", "--json").json["items"]
    assert again[0]["state"] == "succeeded"


def test_data_goes_to_standard_output_and_messages_to_standard_error(homeport: Shell, folder: Path) -> None:
    answer = homeport("catalog", "discover", str(folder))
    assert answer.out == ""
    assert "succeeded" in answer.err
    assert "order-api" in homeport("catalog", "list").out


def test_a_token_is_printed_once_and_listed_without_its_secret(homeport: Shell) -> None:
    made = homeport("token", "create", "--name", "ci", "--role", "viewer", "--json")
    secret = made.json["token"]
    assert secret.startswith("hp_")
    listed = homeport("token", "list", "--json")
    assert [item["name"] for item in listed.json["items"]] == ["ci"]
    assert secret not in listed.out
    assert homeport("token", "create", "--name", "ci", "--role", "viewer").code == 5
    assert homeport("token", "revoke", "ci").code == 0
    assert homeport("token", "list", "--json").json["items"] == []
    assert homeport("token", "revoke", "ci").code == 4


def test_runs_are_listed_shown_and_followed(homeport: Shell, folder: Path) -> None:
    run_id = homeport("catalog", "discover", str(folder), "--json").json["run"]
    assert [item["id"] for item in homeport("runs", "list", "--json").json["items"]] == [run_id]
    shown = homeport("runs", "show", run_id, "--json").json
    assert [step["name"] for step in shown["steps"]] == ["find", "publish"]
    assert "order-api" in homeport("runs", "show", run_id).out
    *lines, end = map(json.loads, homeport("runs", "follow", run_id, "--json").out.splitlines())
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert (end["id"], end["state"]) == (run_id, "succeeded")
    *rest, _ = map(json.loads, homeport("runs", "follow", run_id, "--json", "--after", "1").out.splitlines())
    assert rest == lines[1:]
    assert homeport("runs", "follow", "nothere").code == 4
    assert homeport("runs", "cancel", run_id).code == 5
    assert homeport("runs", "retry", run_id).code == 5
    assert homeport("runs", "show", "nothere").code == 4


def test_a_run_is_one_line_of_the_list_whatever_its_error_says(homeport: Shell, folder: Path) -> None:
    homeport("catalog", "discover", str(folder))
    with Database(f"sqlite:///{homeport.home / 'homeport.db'}").writing() as session:
        told = "git said:\n" + "fatal: " * 100
        session.execute(text("UPDATE kernel_run SET error_message = :told"), {"told": told})
    head, *lines = homeport("runs", "list").out.splitlines()
    assert "ERROR MESSAGE" in head
    assert len(lines) == 1
    assert "git said: fatal:" in lines[0]
    assert len(lines[0]) < 250
    assert homeport("runs", "list", "--json").json["items"][0]["error_message"] == told


def test_findings_are_listed_and_suppressed(homeport: Shell, folder: Path) -> None:
    broken = folder / "shop" / "order-api"
    (broken / "catalog-info.yaml").write_text("kind: [Component\n")
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com"]
    for arguments in (["add", "-A"], ["commit", "-q", "-m", "break"]):
        subprocess.run([*git, *arguments], cwd=broken, check=True)
    homeport("catalog", "discover", str(folder))
    found = homeport("findings", "list", "--rule", "catalog.broken-file", "--json").json["items"]
    assert found[0]["file"].endswith("catalog-info.yaml")
    number = str(found[0]["id"])
    assert "catalog-info.yaml" in found[0]["place"]
    assert found[0]["title"] in homeport("findings", "show", number).out
    assert homeport("findings", "suppress", number, "--reason", "known", "--days", "7").code == 0
    assert homeport("findings", "list", "--rule", "catalog.broken-file", "--json").json["items"] == []
    assert len(homeport("findings", "list", "--state", "suppressed", "--json").json["items"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("catalog", "discover", "/nowhere/at/all"), 2, "is not there"),
        (("catalog", "get", "order-api"), 4, "There is no entity component:default/order-api"),
        (("catalog", "get", "not a ref!"), 2, "is not an entity reference"),
        (("catalog", "refresh"), 2, "Nothing was discovered yet"),
        (("--home", "/proc/none", "catalog", "list"), 7, "can't be made"),
        (("--home", "/dev/null", "catalog", "list"), 2, "is a file"),
        (("catalog", "get", "a:b:c"), 2, "'a:b:c' is not"),
        (("catalog", "nonsense"), 2, "No such command"),
        (("token", "create", "--name", "x", "--role", "king"), 2, "king"),
    ],
)
def test_errors_are_one_line_with_an_exit_code_of_their_own(
    homeport: Shell, arguments: tuple[str, ...], code: int, message: str
) -> None:
    answer = homeport(*arguments)
    assert answer.code == code
    assert message in " ".join(answer.err.split())
    assert "Traceback" not in answer.err
    assert answer.out == ""


def test_an_unknown_setting_stops_everything_with_a_suggestion(
    homeport: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEPORT_LANGUGE", "ko")
    answer = homeport("catalog", "list")
    assert answer.code == 2
    assert "did you mean 'language'" in answer.err


def test_settings_are_shown_without_secrets(homeport: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEPORT_DATABASE_URL", "postgresql+psycopg://me:opensesame@db/x")
    answer = homeport("config", "show")
    assert answer.json["catalog"]["ask_below"] == 0.6
    assert "opensesame" not in answer.out


def test_the_audit_trail_is_verified(homeport: Shell) -> None:
    homeport("token", "create", "--name", "ci", "--role", "viewer")
    verified = homeport("audit", "verify", "--json")
    assert verified.code == 0
    assert verified.json["rows"] + verified.json["unsealed"] == 1
    assert verified.json["breaks"] == []


def test_a_trail_that_was_tampered_with_is_told_by_place_and_exit_code(homeport: Shell) -> None:
    for name in ("one", "two", "three", "four"):
        homeport("token", "create", "--name", name, "--role", "viewer")
    database = Database(f"sqlite:///{homeport.home / 'homeport.db'}")
    with database.writing() as session:
        audit.seal(session)
        session.execute(text("UPDATE kernel_audit SET actor_name = 'Mallory' WHERE position = 1"))
        session.execute(text("DELETE FROM kernel_audit WHERE position = 3"))
    database.close()
    verified = homeport("audit", "verify")
    assert verified.code == 1
    assert "3 rows sealed, 0 not yet, 1 changed, 1 gaps." in verified.err
    assert "Changed or moved: position 1." in verified.err
    assert "Taken out: position 3." in verified.err
    told = homeport("audit", "verify", "--json")
    assert (told.code, told.json["gaps"], told.json["intact"]) == (1, [{"first": 3, "last": 3}], False)


def test_a_secret_is_kept_named_by_homeport_yaml_and_shown_by_no_command(
    homeport: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    homeport.home.mkdir()
    told = "forges: {git: {host: git.example, type: gitlab, token: 'secret:gitlab'}}\n"
    (homeport.home / "homeport.yaml").write_text(told)
    missing = homeport("token", "list")
    assert (missing.code, "homeport secrets set gitlab" in missing.err) == (2, True)
    monkeypatch.setattr("sys.stdin", io.StringIO("glpat-canary\n"))
    assert homeport("secrets", "set", "gitlab").code == 0
    assert homeport("secrets", "rotate", "--json").json == {"rotated": 1}
    shown = [homeport(*command) for command in (("secrets", "list", "--json"), ("token", "list"), ("config", "show"))]
    assert [one.code for one in shown] == [0, 0, 0]
    assert shown[0].json["items"][0]["name"] == "gitlab"
    assert "canary" not in str(shown)
    assert homeport("secrets", "remove", "gitlab").code == 0
    assert homeport("token", "list").code == 2


def test_the_audit_trail_is_listed_with_times_as_other_lists_have_them(homeport: Shell) -> None:
    homeport("token", "create", "--name", "ci", "--role", "viewer")
    line = next(one for one in homeport("audit", "list").out.splitlines() if "token.create" in one)
    assert re.search(r" 20\d\d-\d\d-\d\d \d\d:\d\d  ", line)
    at = homeport("audit", "list", "--json").json["items"][0]["at"]
    assert datetime.fromisoformat(at).isoformat(timespec="microseconds") == at


def test_the_audit_trail_is_exported_as_json_lines(homeport: Shell) -> None:
    homeport("token", "create", "--name", "ci", "--role", "viewer")
    homeport("token", "revoke", "ci")
    lines = [json.loads(line) for line in homeport("audit", "export").out.splitlines()]
    assert [(line["action"], line["object"]) for line in lines] == [
        ("token.create", "token:ci"),
        ("token.revoke", "token:ci"),
    ]
    assert lines[0]["after"]["role"] == "viewer"
    assert lines[0]["actor"]["kind"] == "command"
    assert homeport("audit", "export", "--since", "2200-01-01").out == ""


def test_logs_go_to_the_standard_error_that_stands_when_they_are_written(
    homeport: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    homeport("token", "list")
    later = io.StringIO()
    monkeypatch.setattr("sys.stderr", later)
    structlog.get_logger().warning("told later")
    assert "told later" in later.getvalue()


def test_lint_judges_descriptors_without_an_installation(homeport: Shell, tmp_path: Path) -> None:
    fine = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: fine}\n"
    fine += "spec: {type: service, lifecycle: production, owner: team-a}\n"
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "catalog-info.yaml"
    file.write_text(fine)
    assert homeport("catalog", "lint", str(tmp_path)).code == 0
    file.write_text(fine + "---\n" + fine.replace(", owner: team-a", "").replace("fine", "other") + "---\n" + fine)
    told = homeport("catalog", "lint", str(tmp_path), "--json")
    assert told.code == 1
    found = [(item["rule"], item["line"]) for item in told.json["items"]]
    assert found == [("catalog.invalid-entity", 9), ("catalog.duplicate-entity", 11)]
    assert all(item["fix"] for item in told.json["items"])
    assert not homeport.home.exists()


def test_lint_of_a_whole_catalog_finds_references_that_leave_it(homeport: Shell, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: fine}\n"
        "spec: {type: service, lifecycle: production, owner: team-a}\n"
    )
    assert homeport("catalog", "lint", str(file)).code == 0
    told = homeport("catalog", "lint", str(file), "--whole")
    assert told.code == 1
    assert f"{os.path.relpath(file)}:4: catalog.dangling-relation" in told.out


def test_lint_judges_several_paths_each_file_once(homeport: Shell, tmp_path: Path) -> None:
    def write(name: str, rest: str = "") -> str:
        file = tmp_path / name / "catalog-info.yaml"
        file.parent.mkdir()
        file.write_text(
            f"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {{name: {name}}}\n"
            f"spec: {{owner: team-a}}\n{rest}"
        )
        return str(file)

    fine, broken = write("fine"), write("broken", "---\nkind: [\n")
    again = tmp_path / "again.yaml"
    again.write_text(Path(fine).read_text())

    told = homeport("catalog", "lint", fine, broken, "--json")
    assert (told.code, told.json["files"], told.json["entities"]) == (1, 2, 2)
    assert [Path(item["file"]).parent.name for item in told.json["items"]] == ["broken"]
    everything = homeport("catalog", "lint", fine, broken, str(again), str(tmp_path), "--json")
    assert (everything.json["files"], everything.json["entities"]) == (3, 2)
    assert sorted(item["rule"] for item in everything.json["items"]) == [
        "catalog.broken-file",
        "catalog.duplicate-entity",
    ]
    assert homeport("catalog", "lint", fine, fine).code == 0
    assert homeport("catalog", "lint", fine, str(tmp_path / "none.yaml")).code not in (0, 1)


def test_lint_tells_of_a_missing_target_at_the_line_that_names_it(homeport: Shell, tmp_path: Path) -> None:
    file = tmp_path / "catalog-info.yaml"
    head = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: all}\nspec:\n"
    file.write_text(
        f"{head}  targets:\n    - ./none.yaml\n---\n{head}  target: ./none-either.yaml\n".replace("all", "b", 1)
    )
    told = homeport("catalog", "lint", str(file), "--json")
    assert [(item["rule"], item["line"], item["entity"]) for item in told.json["items"]] == [
        ("catalog.unreadable-source", 6, "location:default/b"),
        ("catalog.unreadable-source", 12, "location:default/all"),
    ]
    assert {Path(item["file"]).name for item in told.json["items"]} == {"catalog-info.yaml"}
    assert "none.yaml could not be read" in told.json["items"][0]["title"]


def test_lint_of_nothing_says_what_to_name(homeport: Shell, tmp_path: Path) -> None:
    told = homeport("catalog", "lint", str(tmp_path))
    assert told.code not in (0, 1)
    assert "No catalog-info" in told.err


def test_an_unknown_setting_in_a_list_is_told_with_what_is_known(homeport: Shell) -> None:
    homeport.home.mkdir()
    (homeport.home / "homeport.yaml").write_text(
        "catalog: {locations: [{type: file, target: /srv/x.yaml, rules: []}]}\n"
    )
    told = homeport("catalog", "list")
    assert told.code == 2
    assert "catalog.locations.0.rules: unknown setting" in told.err


def test_a_location_that_fails_does_not_keep_the_others_from_being_read(homeport: Shell, folder: Path) -> None:
    gone = folder.parent / "gone"
    (gone / "one").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(gone / "one")], check=True)
    homeport("catalog", "discover", str(gone))
    homeport("catalog", "discover", str(folder))
    (gone / "one").rename(folder.parent / "away")
    told = homeport("catalog", "refresh", "--json")
    assert told.code != 0
    assert [item["state"] for item in told.json["items"]] == ["failed", "succeeded"]
    assert homeport("catalog", "list", "--stale", "--json").json["items"] == []
    folder.rename(folder.parent / "away too")
    homeport("catalog", "refresh")
    everything = homeport("catalog", "list", "--json").json["items"]
    assert everything
    assert homeport("catalog", "list", "--stale", "--json").json["items"] == everything


def test_lint_of_a_whole_catalog_finds_owners_that_nobody_belongs_to(homeport: Shell, tmp_path: Path) -> None:
    group = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: {0}}}\n"
    group += "spec: {{type: team, children: [{1}]}}\n"
    user = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: kim}\nspec: {memberOf: [inner]}\n"
    owned = "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {{name: of-{0}}}\nspec: {{owner: {0}}}\n"
    texts = [group.format("outer", "inner"), group.format("inner", ""), group.format("empty", ""), user]
    texts += [owned.format(name) for name in ("outer", "inner", "empty")]
    (tmp_path / "all.yaml").write_text("---\n".join(texts))
    told = homeport("catalog", "lint", str(tmp_path / "all.yaml"), "--whole", "--json")
    assert [(item["rule"], item["entity"]) for item in told.json["items"]] == [
        ("catalog.owner-without-members", "group:default/empty")
    ]


def test_shared_views_are_saved_listed_and_deleted(homeport: Shell) -> None:
    saved = homeport("views", "save", "APIs", "q=kind:api&evil=1", "--json")
    assert saved.json["url"] == "/catalog?q=kind:api"
    assert homeport("views", "save", "Mine", "q=kind:api", "--audience", "me").code == 2
    assert [(one["name"], one["audience"]) for one in homeport("views", "list", "--json").json["items"]] == [
        ("APIs", "everyone")
    ]
    ours = homeport("views", "save", "Ours", "q=owner:order", "--audience", "group:order", "--json").json
    assert len(homeport("views", "list", "--json").json["items"]) == 2
    assert homeport("views", "delete", str(ours["id"])).code == 0
    assert homeport("views", "list", "--list", "/findings", "--json").json["items"] == []
    assert homeport("views", "delete", str(saved.json["id"])).code == 0
    assert homeport("views", "delete", str(saved.json["id"])).code == 4


def test_findings_of_other_tools_are_imported(homeport: Shell, folder: Path, tmp_path: Path) -> None:
    homeport("catalog", "discover", str(folder))
    place = {"physicalLocation": {"artifactLocation": {"uri": f"file://{tmp_path}/a.py"}, "region": {"startLine": 7}}}
    result = {"ruleId": "S307", "level": "error", "message": {"text": "eval is bad"}, "locations": [place]}
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": [result]}]}
    file = tmp_path / "found.sarif"
    file.write_text(json.dumps(log))
    options = ("--source", "bandit", "--entity", "order-api", "--root", str(tmp_path))
    imported = homeport("findings", "import", str(file), *options, "--json")
    assert imported.code == 0, imported.err
    assert (imported.json["new"], imported.json["scope"]) == (1, "component:default/order-api")
    (item,) = homeport("findings", "list", "--source", "bandit", "--json").json["items"]
    assert (item["title"], item["place"], item["severity"]) == ("S307", "a.py:7", "high")
    assert "eval is bad" in homeport("findings", "show", str(item["id"])).out
    exported = homeport("findings", "export", "--source", "bandit", "--rule", "bandit/S307", "--entity", "order-api")
    assert [one["ruleId"] for one in exported.json["runs"][0]["results"]] == ["bandit/S307"]
    assert "eval is bad" not in exported.out
    assert homeport("findings", "list", "--owner", "order", "--json").json["items"] == []
    for wrong in (("--entity", "order-apy"), ("--path", "src=order-apy")):
        refused = homeport("findings", "import", str(file), "--source", "bandit", *wrong)
        assert refused.code == 4
        assert "component:default/order-apy. Did you mean component:default/order-api?" in refused.err
    accept = ("findings", "suppress", str(item["id"]), "--reason", "a test")
    assert "2099-01-02" in homeport(*accept, "--until", "2099-01-02").err
    assert "accepted until 2099-01-02" in homeport("findings", "show", str(item["id"])).out
    assert homeport(*accept, "--until", "2001-01-01").code == 2
    assert [
        one["id"]
        for one in homeport("findings", "list", "--source", "bandit", "--state", "all", "--json").json["items"]
    ] == [item["id"]]
    assert homeport("findings", "list", "--source", "bandit", "--json").json["items"] == []
    file.write_text(json.dumps(log | {"runs": []}))
    assert "1 gone" in homeport("findings", "import", str(file), *options).err
    file.write_text('{"version": "2.1.0"}')
    refused = homeport("findings", "import", str(file), *options)
    assert (refused.code, refused.out) == (2, "")
    assert "/runs" in refused.err
    assert homeport("findings", "import", str(tmp_path / "none.sarif"), *options).code == 2


@pytest.mark.usefixtures("served")
def test_a_link_leads_to_where_homeport_was_served(homeport: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for port in ("8711", "8712"):
        assert f"http://127.0.0.1:{port}/login/" in homeport("serve", "--port", port).err
        assert homeport("login-link").out.startswith(f"http://127.0.0.1:{port}/login/")
    monkeypatch.setenv("HOMEPORT_BASE_URL", "https://homeport.example.com")
    assert homeport("login-link").out.startswith("https://homeport.example.com/login/")


@pytest.mark.usefixtures("served")
def test_serving_a_home_that_has_an_admin_adds_nobody(homeport: Shell) -> None:
    homeport("login-link", "--name", "Seo Jun")
    assert "Nobody has signed in yet" in homeport("serve").err
    assert [one["name"] for one in homeport("people", "list", "--json").json["items"]] == ["Seo Jun"]
