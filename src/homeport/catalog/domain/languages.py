"""The main language of a source tree, by the size of its own files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from homeport.catalog.domain.paths import Role, role_of
from homeport.catalog.domain.words import by_word, words

_ENDINGS = {
    "python": "py pyx pyw", "javascript": "js jsx mjs cjs", "typescript": "ts tsx mts cts", "go": "go", "rust": "rs",
    "java": "java", "kotlin": "kt kts", "scala": "scala sc", "groovy": "groovy", "clojure": "clj cljs cljc", "c": "c",
    "c++": "cc cpp cxx c++ hpp hh hxx", "csharp": "cs", "fsharp": "fs", "vb": "vb", "ruby": "rb rake", "php": "php",
    "swift": "swift", "objective-c": "m mm", "dart": "dart", "elixir": "ex exs", "erlang": "erl", "haskell": "hs",
    "lua": "lua", "perl": "pl pm", "r": "r", "julia": "jl", "zig": "zig", "ocaml": "ml mli", "coffeescript": "coffee",
    "fortran": "f f90 f95 for", "solidity": "sol", "crystal": "cr", "nim": "nim", "elm": "elm",
}  # fmt: skip
_LANGUAGE_OF = by_word(_ENDINGS)
_STUB_SHARE = 0.1
_PREFERENCE = 2.0
_WRAPPER_SHARE = 0.1
"""How much code beside its definitions still only hands them out."""
_FROM_PROTOCOL = re.compile(r"(_pb2(_grpc)?\.pyi?|\.pb\.go|\.pb\.(cc|h)|_pb\.(js|d\.ts))$")
_SERVED = frozenset({"static", "public", "assets", "www"})
_LESSER = {
    "sh": "shell",
    "bash": "shell",
    "ps1": "powershell",
    "tf": "hcl",
    "css": "css",
    "scss": "css",
    "html": "html",
}
_BUILD_FILES = words(
    "setup.py conftest.py gulpfile.js gruntfile.js webpack.config.js rollup.config.js babel.config.js jest.config.js "
    ".eslintrc.js eslint.config.js karma.conf.js noxfile.py build.gradle.kts settings.gradle.kts vite.config.ts "
    "vite.config.js rakefile.rb tasks.py"
)


def main_language(
    files: Iterable[tuple[str, int]], *, is_typescript: bool | None = None, preferred: frozenset[str] = frozenset()
) -> tuple[str, float] | None:
    """Return the language with most bytes in the project's own code and its share; None where that can't be told.

    Tests, docs, examples and others' code do not count; build output only when there is nothing else. JavaScript with
    type declarations beside it was built from TypeScript, or had them written by hand: `is_typescript` tells what the
    manifest says of that; where it says nothing, the language is that of the files. Languages that the manifest is of
    (`preferred`) count double: a Python package with a large C extension is Python.
    Source: Linguist, "How Linguist works".
    """
    listed = list(files)
    own = _sizes([(path, size) for path, size in listed if role_of(path) is Role.OWN])
    chosen = [(path, size) for path, size in listed if role_of(path) in (Role.OWN, Role.TOOLING, Role.GENERATED)]
    built = _sizes(chosen)
    is_stub = own["javascript"] < _STUB_SHARE * built["javascript"] and set(own) <= {"javascript", *_LESSER.values()}
    sizes = built if is_stub else own
    if not sizes:
        return None
    language = max(sizes, key=lambda one: sizes[one] * (_PREFERENCE if one in preferred else 1.0))
    size = sizes[language]
    if language == "javascript":
        is_built = any(path.endswith(".d.ts") for path, _ in chosen) if is_stub else _is_declared(chosen)
        language = "typescript" if is_built and is_typescript else language
    return language, size / sizes.total()


def is_wrapper(files: Iterable[tuple[str, int]], api_bytes: int) -> bool:
    """Return whether there is so little code beside definitions of that size that it only hands them out."""
    return _code_bytes(files) <= _WRAPPER_SHARE * api_bytes


def _code_bytes(files: Iterable[tuple[str, int]]) -> int:
    """The size of the project's own code, built code included; what is made from definitions, declarations, styles and
    scripts do not count.
    """
    roles = (Role.OWN, Role.GENERATED)
    chosen = [(path, size) for path, size in files if role_of(path) in roles and not _FROM_PROTOCOL.search(path)]
    sizes = _sizes(chosen)
    return sum(size for language, size in sizes.items() if language not in _LESSER.values())


def _is_declared(files: list[tuple[str, int]]) -> bool:
    """Whether most JavaScript files have their type declarations or source map beside them."""
    paths = {path for path, _ in files}
    endings = (".js", ".mjs", ".cjs")
    scripts = [path.rpartition(".")[0] for path in paths if path.endswith(endings) and ".config." not in path]
    companions = (".d.ts", ".d.mts", ".d.cts", ".js.map")
    declared = [stem for stem in scripts if any(f"{stem}{ending}" in paths for ending in companions)]
    return len(declared) >= 3 and len(declared) >= 0.6 * len(scripts)


def _sizes(files: list[tuple[str, int]]) -> Counter[str]:
    paths = {path for path, _ in files}
    sizes: Counter[str] = Counter()
    declared: Counter[str] = Counter()
    headers = served = 0
    typed_views = any(path.rpartition("/")[2] == "tsconfig.json" for path in paths)
    for path, size in files:
        name = path.rpartition("/")[2].lower()
        stem, _, ending = name.rpartition(".")
        if not stem or name in _BUILD_FILES or _is_built(path, ending, paths):
            continue
        if name.endswith((".d.ts", ".d.mts", ".d.cts")):
            declared["typescript"] += size
        elif ending == "h":
            headers += size
        elif ending in ("vue", "svelte", "astro"):
            sizes["typescript" if typed_views else "javascript"] += size
        elif ending in ("js", "mjs") and _SERVED & set(path.split("/")):
            served += size
        elif ending in _LANGUAGE_OF:
            sizes[_LANGUAGE_OF[ending]] += size
        elif ending in _LESSER:
            declared[_LESSER[ending]] += size
    if headers:
        sizes["c++" if sizes["c++"] > sizes["c"] else "c"] += headers
    if not +sizes and served:
        sizes["javascript"] = served
    return +sizes or +declared


def _is_built(path: str, ending: str, paths: set[str]) -> bool:
    """Whether the file lies beside the source it was made from: Cython's C, a compiler's JavaScript."""
    stem = path.rpartition(".")[0]
    if ending in ("c", "cpp", "h"):
        return f"{stem}.pyx" in paths
    return ending in ("js", "mjs", "cjs") and (
        f"{stem}.ts" in paths or f"{stem}.tsx" in paths or f"{stem}.coffee" in paths
    )
