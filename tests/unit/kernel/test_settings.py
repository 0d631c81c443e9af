"""Settings: who wins, what is refused, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from homeport.kernel.base.errors import InvalidSetting
from homeport.kernel.base.settings import Section, load_settings, redacted


class Harbour(Section):
    """A section such as a module brings."""

    depth_m: float = Field(10.0, ge=0)


def load(home: Path, content: str = "", **environment: str) -> object:
    (home / "homeport.yaml").write_text(content, encoding="utf-8")
    return load_settings({"HOMEPORT_HOME": str(home), **environment}, {"harbour": Harbour})


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    settings = load(tmp_path, "zone: Asia/Seoul\nlanguage: ko\n", HOMEPORT_LANGUAGE="en")
    assert (settings.zone, settings.language, settings.run_workers) == ("Asia/Seoul", "en", 2)


def test_a_section_of_a_module_is_set_in_both_ways(tmp_path: Path) -> None:
    assert load(tmp_path, "harbour: {depth_m: 4}").section("harbour").depth_m == 4
    assert load(tmp_path, "", HOMEPORT_HARBOUR__DEPTH_M="5.5").section("harbour").depth_m == 5.5


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="did you mean 'language'"):
        load(tmp_path, "langauge: ko")
    with pytest.raises(InvalidSetting, match="did you mean 'depth_m'"):
        load(tmp_path, "harbour: {dept_m: 4}")
    with pytest.raises(InvalidSetting, match="did you mean 'zone'"):
        load(tmp_path, "", HOMEPORT_ZONNE="UTC")


def test_a_value_of_the_wrong_form_names_its_key(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"homeport\.yaml: zone: .*'Seoul' is no IANA time zone"):
        load(tmp_path, "zone: Seoul")
    with pytest.raises(InvalidSetting, match=r"harbour\.depth_m"):
        load(tmp_path, "harbour: {depth_m: -1}")


def test_an_error_names_where_the_setting_was_said(tmp_path: Path) -> None:
    file = tmp_path / "homeport.yaml"
    wrong = "zone: Seoul\nlog: loud\nforges: {work: {host: h}}\noutbound: {no_proxy: [a, {}]}\n"
    with pytest.raises(InvalidSetting) as caught:
        load(tmp_path, wrong, HOMEPORT_LOG="quiet", HOMEPORT_FORGES__OTHER__HOST="o", HOMEPORT_RUN_WORKERS="none")
    told = caught.value.message.split("; ")
    for start in (
        f"{file}: zone: ",
        "log (HOMEPORT_LOG): ",
        f"{file}: forges.work.type: ",
        "forges.other.type (HOMEPORT_FORGES__OTHER): ",
        "run_workers (HOMEPORT_RUN_WORKERS): ",
        f"{file}: outbound.no_proxy.1: ",
    ):
        assert any(one.startswith(start) for one in told), (start, told)
    assert len(told) == 6


@pytest.mark.parametrize("content", ["- a list", "just text", "zone: [", "\x00"])
def test_a_file_that_is_no_settings_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidSetting, match=r"homeport\.yaml"):
        load(tmp_path, content)


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql+psycopg://me:opensesame@db/homeport\n", encoding="utf-8")
    settings = load(tmp_path, "", HOMEPORT_DATABASE_URL_FILE=str(secret))
    assert settings.resolved_database_url.endswith("@db/homeport")
    assert "opensesame" not in str(redacted(settings))
    assert "opensesame" not in repr(settings)


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="HOMEPORT_DATABASE_URL_FILE names"):
        load(tmp_path, "", HOMEPORT_DATABASE_URL_FILE=str(tmp_path / "none"))


def test_without_a_url_the_database_lies_in_home(tmp_path: Path) -> None:
    assert load(tmp_path).resolved_database_url == f"sqlite:///{tmp_path / 'homeport.db'}"


def test_a_token_of_a_forge_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("opensesame\n", encoding="utf-8")
    settings = load(
        tmp_path,
        "forges: {work: {host: git.saebom.example, type: gitlab}}\n",
        HOMEPORT_FORGES__WORK__TOKEN_FILE=str(secret),
    )
    assert settings.forges["work"].token.get_secret_value() == "opensesame"
    assert "opensesame" not in str(redacted(settings)) + repr(settings)


def test_a_list_has_commas_in_the_environment(tmp_path: Path) -> None:
    settings = load(tmp_path, "", HOMEPORT_OUTBOUND__ALLOW="wiki.internal, 10.1.0.0/16")
    assert settings.outbound.allow == ("wiki.internal", "10.1.0.0/16")


def test_an_unknown_key_below_a_name_of_ones_own_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"forges\.work\.tokn: unknown setting; did you mean 'token'"):
        load(tmp_path, "forges: {work: {host: h, type: github, tokn: x}}")
