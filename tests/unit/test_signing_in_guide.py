"""What the guide to signing in shows as settings are settings."""

import re
from pathlib import Path

import pytest
import yaml

from homeport.kernel.base.settings import OidcSettings, load_settings

GUIDES = Path(__file__).parents[2] / "docs/guides"
INLINE = re.compile(r"`((?:issuer|scopes|groups_claim|default_role|match_email): [^`]+)`")


@pytest.mark.parametrize("name", ["signing-in.md", "signing-in.ko.md"])
def test_the_example_of_the_guide_loads(name: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (GUIDES / name).read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "homeport.yaml").write_text(re.sub("^   ", "", example, flags=re.MULTILINE), encoding="utf-8")
    settings = load_settings({"HOMEPORT_HOME": str(tmp_path)})
    assert settings.identity.oidc["saebom"].roles["sre"] == "operator"


@pytest.mark.parametrize("name", ["signing-in.md", "signing-in.ko.md"])
def test_each_setting_that_a_provider_wants_is_one(name: str) -> None:
    shown = INLINE.findall((GUIDES / name).read_text(encoding="utf-8"))
    assert len(shown) >= 10
    for setting in shown:
        least = {"issuer": "https://id.example.com", "client_id": "homeport"}
        OidcSettings.model_validate(least | yaml.safe_load(setting))
