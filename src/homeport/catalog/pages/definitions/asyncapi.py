"""AsyncAPI 2 and 3. Source: AsyncAPI Specification 2.6.0 and 3.0.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from homeport.catalog.pages.definitions.document import References, listed, mapping, text
from homeport.catalog.pages.definitions.model import Api, Body, Operation, Section

_MOST_CHANNELS = 100
_WORDS = {"send": "SEND", "receive": "RECEIVE", "publish": "RECEIVE", "subscribe": "SEND"}
"""What the application does; in AsyncAPI 2 `publish` says what others may publish to it."""


def read(document: Mapping[str, Any]) -> Api:
    """What an AsyncAPI document offers, by channel."""
    reader = _Reader(document)
    channels = list(mapping(document.get("channels")).items())
    about = mapping(document.get("info"))
    return Api(
        format="AsyncAPI",
        version=str(document["asyncapi"]),
        title=text(about.get("title")),
        api_version=str(about.get("version") or ""),
        description=text(about.get("description")),
        servers=tuple(_servers(document)),
        sections=tuple(reader.section(str(name), channel) for name, channel in channels[:_MOST_CHANNELS]),
        left_out=max(len(channels) - _MOST_CHANNELS, 0),
    )


def _servers(document: Mapping[str, Any]) -> Iterator[str]:
    for server in list(mapping(document.get("servers")).values())[:5]:
        address = mapping(server).get("url") or mapping(server).get("host")
        if isinstance(address, str):
            yield f"{address} ({server.get('protocol', '')})"


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._references = References(document)

    def section(self, name: str, node: Any) -> Section:
        """A channel with what is sent and received on it."""
        channel = self._references.follow(node)
        address = str(channel.get("address") or name)
        operations = [*self._of_channel(address, channel), *self._of_operations(name, address, channel)]
        if not operations:
            operations = [Operation("", address, responses=tuple(map(self._message, self._messages(channel))))]
        return Section(address, text(channel.get("description")), tuple(operations))

    def _of_channel(self, address: str, channel: Mapping[str, Any]) -> Iterator[Operation]:
        for word in ("subscribe", "publish"):
            if isinstance(channel.get(word), Mapping):
                yield self._operation(_WORDS[word], address, channel[word], self._one_or_many(channel[word]))

    def _of_operations(self, name: str, address: str, channel: Mapping[str, Any]) -> Iterator[Operation]:
        for operation in mapping(self._document.get("operations")).values():
            shown = self._references.follow(operation)
            target = mapping(shown.get("channel")).get("$ref")
            if target == f"#/channels/{name.replace('~', '~0').replace('/', '~1')}":
                messages = listed(shown.get("messages")) or self._messages(channel)
                yield self._operation(_WORDS.get(str(shown.get("action")), ""), address, shown, messages)

    def _operation(self, method: str, address: str, operation: Mapping[str, Any], messages: list[Any]) -> Operation:
        return Operation(
            method=method,
            path=address,
            summary=text(operation.get("summary")) or text(operation.get("operationId")),
            description=text(operation.get("description")),
            responses=tuple(map(self._message, messages)),
        )

    def _one_or_many(self, operation: Mapping[str, Any]) -> list[Any]:
        message = operation.get("message")
        several = listed(mapping(message).get("oneOf"))
        return several or ([message] if message else [])

    def _messages(self, channel: Mapping[str, Any]) -> list[Any]:
        return list(mapping(channel.get("messages")).values())

    def _message(self, node: Any) -> Body:
        message = self._references.follow(node)
        payload = message.get("payload")
        name = text(message.get("name")) or text(message.get("title")) or self._references.type_of(node)
        about = text(message.get("summary")) or text(message.get("description"))
        return Body(name, self._references.type_of(payload), about, self._references.properties(payload))
