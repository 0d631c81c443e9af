"""What the guide to webhooks shows is taken by homeport."""

import re
from pathlib import Path

import pytest
import yaml

from homeport.forges.pushes import READERS
from homeport.kernel.base.settings import WebhookSettings

GUIDES = Path(__file__).parents[2] / "docs/guides"


@pytest.mark.parametrize("name", ["webhooks.md", "webhooks.ko.md"])
def test_the_webhooks_of_the_guide_are_settings_of_every_type(name: str) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (GUIDES / name).read_text(encoding="utf-8"), re.DOTALL)
    webhooks = [WebhookSettings.model_validate(one) for one in yaml.safe_load(example)["webhooks"].values()]
    assert {one.type for one in webhooks} == set(READERS)


@pytest.mark.parametrize("name", ["webhooks.md", "webhooks.ko.md"])
def test_the_body_that_the_guide_sends_tells_of_a_push(name: str) -> None:
    (body,) = re.findall(r"body='(.*)'", (GUIDES / name).read_text(encoding="utf-8"))
    assert [one.type for one in READERS["hmac"]("push", yaml.safe_load(body))] == ["forge.pushed"]
