"""Whether a text is an absolute URL to a browser, and so to upstream, which asks `new URL(text)`.

Only what makes a URL fail is followed here: scheme, authority, host and port. Names in other scripts are mapped
by the Unicode tables of Python and not by those of UTS 46, which differ in rare characters.

Source: WHATWG, URL Standard, sections 3.5 (host parsing) and 4.4 (URL parsing); UTS 46 and RFC 5893 (bidirectional
names) for names in other scripts.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote_to_bytes

_USUAL = re.compile(r"https?://(?:[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.)*[a-z][a-z0-9]{2,}(?:/[!-~]*)?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WEB_SCHEMES = frozenset({"ftp", "http", "https", "ws", "wss"})
_EDGE = "".join(map(chr, range(0x21)))
_DROPPED = str.maketrans("", "", "\t\n\r")
_WEB_AUTHORITY_END = re.compile(r"[/\\?#]")
_AUTHORITY_END = re.compile(r"[/?#]")
_FORBIDDEN_IN_HOST = re.compile(r"[\0\t\n\r #/:<>?@\[\\\]^|]")
_FORBIDDEN_IN_DOMAIN = re.compile(r"[\0-\x20#%/:<>?@\[\\\]^|\x7f]")
_DRIVE = re.compile(r"[A-Za-z][:|]")
_HEXADECIMAL = re.compile(r"0[xX][0-9A-Fa-f]*")
_IGNORED_IN_DOMAIN = re.compile("[\u00ad\u200b\u2060\u2064\ufeff\ufe00-\ufe0f\u180b-\u180d\u180f]")
_JOINERS = "\u200c\u200d"
_VIRAMA = 9
_NEUTRAL = frozenset({"EN", "ES", "CS", "ET", "ON", "BN", "NSM"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_RIGHT, _RIGHT_ENDS = _NEUTRAL | _RIGHT_TO_LEFT, frozenset({"R", "AL", "EN", "AN"})
_LEFT, _LEFT_ENDS = _NEUTRAL | {"L"}, frozenset({"L", "EN"})
_BOTH_DIGITS = frozenset({"EN", "AN"})
_LABEL_SEPARATORS = re.compile("[\u3002\uff0e\uff61]")
_DISALLOWED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def is_url(text: str) -> bool:
    """Return whether the text is an absolute URL."""
    return _USUAL.fullmatch(text) is not None or _is_url(text.strip(_EDGE).translate(_DROPPED))


def _is_url(text: str) -> bool:
    found = _SCHEME.match(text)
    if found is None:
        return False
    scheme, rest = found[1].lower(), text[found.end() :]
    if scheme in _WEB_SCHEMES:
        return _is_authority(_WEB_AUTHORITY_END.split(rest.lstrip("/\\"), maxsplit=1)[0], web=True)
    if scheme == "file":
        return _is_file(rest)
    return not rest.startswith("//") or _is_authority(_AUTHORITY_END.split(rest[2:], maxsplit=1)[0], web=False)


def _is_file(rest: str) -> bool:
    if len(rest) < 2 or rest[0] not in "/\\" or rest[1] not in "/\\":
        return True
    host = _WEB_AUTHORITY_END.split(rest[2:], maxsplit=1)[0]
    return not host or _DRIVE.fullmatch(host) is not None or _is_domain(host)


def _is_authority(authority: str, *, web: bool) -> bool:
    address = authority.rpartition("@")[2]
    host, port = _split_port(address)
    if not host:
        return not web and not authority
    if port and not (port.isascii() and port.isdigit() and len(port.lstrip("0")) <= 5 and int(port) <= 65535):
        return False
    if host.startswith("["):
        return host.endswith("]") and _is_ipv6(host[1:-1])
    return _is_domain(host) if web else _FORBIDDEN_IN_HOST.search(host) is None


def _split_port(address: str) -> tuple[str, str]:
    inside = False
    for at, letter in enumerate(address):
        if letter == ":" and not inside:
            return address[:at], address[at + 1 :]
        inside = letter == "[" or (inside and letter != "]")
    return address, ""


def _is_ipv6(text: str) -> bool:
    try:
        return "%" not in text and IPv6Address(text) is not None
    except AddressValueError:
        return False


def _is_domain(host: str) -> bool:
    if host.startswith("["):
        return host.endswith("]") and _is_ipv6(host[1:-1])
    name = unquote_to_bytes(host.encode(errors="replace")).decode(errors="replace")
    if not name.isascii():
        name = _mapped(name)
    name = name.lower()
    if not name or _FORBIDDEN_IN_DOMAIN.search(name):
        return False
    labels = [_decoded(label) for label in name.split(".")]
    if not all(label is not None and _is_label(label) for label in labels):
        return False
    return not _ends_in_number(name) or _is_ipv4(name)


def _mapped(name: str) -> str:
    """Return the name as UTS 46 maps it, roughly: compatible forms, lower case, without what is invisible."""
    name = _LABEL_SEPARATORS.sub(".", _IGNORED_IN_DOMAIN.sub("", name))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower())


def _decoded(label: str) -> str | None:
    """Return the label in its own script, or None where it claims to be encoded and is not."""
    if not label.startswith("xn--"):
        return label
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return None
    return None if decoded.isascii() or decoded != _mapped(decoded) else decoded


def _is_label(label: str) -> bool:
    if label.isascii():
        return True
    if "\ufffd" in label or unicodedata.category(label[0]).startswith("M"):
        return False
    return _runs_one_way(label) and all(
        unicodedata.category(letter) not in _DISALLOWED
        or (letter in _JOINERS and unicodedata.combining(before) == _VIRAMA)
        for before, letter in zip(" " + label, label, strict=False)
    )


def _runs_one_way(label: str) -> bool:
    """Return whether the label can be read in one direction; as Node does, each label is judged by itself."""
    run = [unicodedata.bidirectional(letter) for letter in label]
    if not _RIGHT_TO_LEFT.intersection(run):
        return True
    allowed, ends = (_LEFT, _LEFT_ENDS) if run[0] == "L" else (_RIGHT, _RIGHT_ENDS)
    last = next((one for one in reversed(run) if one != "NSM"), "")
    return allowed.issuperset(run) and last in ends and not _BOTH_DIGITS.issubset(run)


def _ends_in_number(name: str) -> bool:
    parts = name.split(".")
    if not parts[-1] and len(parts) > 1:
        parts.pop()
    last = parts[-1]
    return (last.isascii() and last.isdigit()) or _HEXADECIMAL.fullmatch(last) is not None


def _is_ipv4(name: str) -> bool:
    parts = name.removesuffix(".").split(".")
    if len(parts) > 4:
        return False
    numbers = [_number(part) for part in parts]
    if any(number is None for number in numbers):
        return False
    *first, last = [number for number in numbers if number is not None]
    return all(number <= 255 for number in first) and last < 256 ** (5 - len(parts))


def _number(part: str) -> int | None:
    """Return the number as old C libraries read it: 0x begins a hexadecimal one, 0 an octal one."""
    try:
        if _HEXADECIMAL.fullmatch(part):
            return int(part[2:] or "0", 16)
        if not (part.isascii() and part.isdigit()):
            return None
        return int(part, 8) if part.startswith("0") else int(part)
    except ValueError:
        return None
