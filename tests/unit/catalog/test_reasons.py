"""Reasons that the code gives in English are told in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import homeport.catalog
from homeport.catalog.adapters.documents import Limits, read_documents
from homeport.catalog.adapters.sources import TargetRefused
from homeport.catalog.adapters.sources.files import FileSource
from homeport.catalog.domain.kinds import violations
from homeport.kernel.base.errors import HomeportError
from homeport.kernel.base.settings import OutboundSettings
from homeport.kernel.edge.outbound import Outbound
from homeport.web.i18n import Messages

MESSAGES = Messages([Path(homeport.catalog.__file__).parent / "locales"], strict=True)
BROKEN = {"apiVersion": "x", "kind": "Component", "metadata": {"name": "a b", "tags": 1, "x": {}}, "status": {}}


def outbound() -> Outbound:
    return Outbound(OutboundSettings())


def said(call: Callable[[], Any]) -> str:
    with pytest.raises((HomeportError, TargetRefused)) as raised:
        call()
    return str(raised.value)


def reasons(folder: Path) -> list[str]:
    (folder / "a.yaml").write_text("a: 1")
    small, missing = FileSource(f"{folder}/a.yaml", max_bytes=1), FileSource(f"{folder}/none.yaml")
    return [
        said(missing.starts),
        said(lambda: missing.fetch(f"{folder}/none.yaml")),
        said(lambda: small.fetch(f"{folder}/a.yaml")),
        said(lambda: small.keys_of(f"{folder}/a.yaml", "../../x.yaml")),
        said(lambda: small.keys_of(f"{folder}/a.yaml", "x*/../y")),
        said(lambda: small.keys_of(f"{folder}/a.yaml", "https://a.example/")),
        said(lambda: FileSource(f"{folder}/{'{a,b}' * 20}.yaml").starts()),
        said(lambda: FileSource(f"{folder}/none/*.yaml").starts()),
        said(lambda: FileSource(str(folder)).starts()),
        said(lambda: outbound().check("http://10.1.2.3/x")),
        said(lambda: outbound().check("ftp://a.example/x")),
        said(lambda: outbound().check("http://a:b@c.example/x")),
        *(one.message for one in violations(BROKEN)),
        *(one.message for one in violations({"kind": 1})),
        *(one.reason for one in read_documents(b"a: *x")[1]),
        *(one.reason for one in read_documents(b"a: 1\na: 2")[1]),
        *(one.reason for one in read_documents(b"aaaaa", Limits(max_bytes=1))[1]),
        *(one.reason for one in read_documents(b"[[[1]]]", Limits(max_depth=1))[1]),
        *(one.reason for one in read_documents(b"a: \xff")[1]),
    ]


def test_what_the_code_says_has_korean_words(tmp_path: Path) -> None:
    english = [one for one in reasons(tmp_path) if not re.search("[가-힣]", MESSAGES.reason("ko", one))]
    assert english == []


def test_several_reasons_are_told_one_by_one() -> None:
    told = MESSAGES.reason("ko", "metadata.name is 'a b', but must be an object; spec is missing")
    assert told == "metadata.name의 값이 'a b'인데, 객체이어야 합니다; spec이 없습니다"


def test_a_reason_in_a_reason_is_told_as_well_and_what_has_no_words_stays() -> None:
    assert MESSAGES.reason("ko", "The Backstage could not be read. /a.yaml does not exist.") == (
        "Backstage를 읽지 못했습니다. /a.yaml이 없습니다."
    )
    assert MESSAGES.reason("ko", "fatal: odd") == "fatal: odd"
    assert MESSAGES.translate("en", "catalog-reason", reason="/a.yaml does not exist") == "/a.yaml does not exist"


def test_every_reason_of_the_list_finds_its_own_words() -> None:
    for key, words in MESSAGES._reasons:
        sample = re.sub(r"\(\?P<(\w+)>\.\+\?\)", r"X", words.pattern.removesuffix(r"\.?"))
        sample = re.sub(r"\\s\+", " ", sample)
        sample = re.sub(r"\\(.)", r"\1", sample)
        first = next(name for name, one in MESSAGES._reasons if one.fullmatch(sample))
        assert first == key, sample
