"""The main language of a source tree, by the size of its own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from homeport.catalog.domain.paths import Role, role_of

_ENDINGS = {
    "python": "py pyx pyw", "javascript": "js jsx mjs cjs", "typescript": "ts tsx mts cts", "go": "go", "rust": "rs",
    "java": "java", "kotlin": "kt kts", "scala": "scala sc", "groovy": "groovy", "clojure": "clj cljs cljc", "c": "c",
    "c++": "cc cpp cxx c++ hpp hh hxx", "csharp": "cs", "fsharp": "fs", "vb": "vb", "ruby": "rb rake", "php": "php",
    "swift": "swift", "objective-c": "m mm", "dart": "dart", "elixir": "ex exs", "erlang": "erl", "haskell": "hs",
    "lua": "lua", "perl": "pl pm", "r": "r", "julia": "jl", "zig": "zig", "ocaml": "ml mli", "coffeescript": "coffee",
    "fortran": "f f90 f95 for", "solidity": "sol", "crystal": "cr", "nim": "nim", "elm": "elm",
}  # fmt: skip
_LANGUAGE_OF = {ending: language for language, endings in _ENDINGS.items() for ending in endings.split()}
_LESSER = {
    "sh": "shell",
    "bash": "shell",
    "ps1": "powershell",
    "tf": "hcl",
    "css": "css",
    "scss": "css",
    "html": "html",
}
_BUILD_FILES = frozenset("setup.py conftest.py gulpfile.js gruntfile.js webpack.config.js rollup.config.js babel.config.js "
                         "jest.config.js .eslintrc.js eslint.config.js karma.conf.js noxfile.py build.gradle.kts "
                         "settings.gradle.kts vite.config.ts vite.config.js rakefile.rb tasks.py".split())  # fmt: skip


def main_language(files: Iterable[tuple[str, int]], *, prefers_typescript: bool = False) -> tuple[str, float] | None:
    """Return the language with most bytes in the project's own code and its share; None without code.

    Tests, docs, examples and others' code do not count; build output only when there is nothing else. Where the
    manifest tells that the code is TypeScript (`prefers_typescript`), JavaScript that was built from it counts as such.
    Source: Linguist, "How Linguist works".
    """
    listed = list(files)
    for roles in ({Role.OWN}, {Role.OWN, Role.TOOLING}, {Role.OWN, Role.TOOLING, Role.GENERATED}):
        sizes = _sizes([(path, size) for path, size in listed if role_of(path) in roles])
        if not sizes:
            continue
        if prefers_typescript and "javascript" in sizes and "typescript" not in sizes:
            sizes["typescript"] = sizes.pop("javascript")
        language, size = sizes.most_common(1)[0]
        return language, size / sizes.total()
    return None


def _sizes(files: list[tuple[str, int]]) -> Counter[str]:
    paths = {path for path, _ in files}
    sizes: Counter[str] = Counter()
    declared: Counter[str] = Counter()
    headers = 0
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
        elif ending in _LANGUAGE_OF:
            sizes[_LANGUAGE_OF[ending]] += size
        elif ending in _LESSER:
            declared[_LESSER[ending]] += size
    if headers:
        sizes["c++" if sizes["c++"] > sizes["c"] else "c"] += headers
    return +sizes or +declared


def _is_built(path: str, ending: str, paths: set[str]) -> bool:
    """Whether the file lies beside the source it was made from: Cython's C, a compiler's JavaScript."""
    stem = path.rpartition(".")[0]
    if ending in ("c", "cpp", "h"):
        return f"{stem}.pyx" in paths
    return ending in ("js", "mjs", "cjs") and (
        f"{stem}.ts" in paths or f"{stem}.tsx" in paths or f"{stem}.coffee" in paths
    )
