"""Source code of the TypeScript repositories of Saebom: Next and Vite front ends, Nest and Express services."""

from __future__ import annotations

import json

from homeport.demo.configuration import Setting, settings
from homeport.demo.interfaces import Interface, Operation
from homeport.demo.state import Plan, State, pinned
from homeport.demo.wording import camel, kebab

_TYPES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "datetime": "string",
    "list": "string[]",
}
_SCRIPTS = {
    "next": {"dev": "next dev", "build": "next build", "start": "next start", "test": "vitest run"},
    "vite": {"dev": "vite", "build": "tsc && vite build", "preview": "vite preview", "test": "vitest run"},
    "nest": {"build": "nest build", "start": "node dist/main.js", "test": "jest"},
    "express": {"build": "tsc", "start": "node dist/server.js", "test": "vitest run"},
}


def code(plan: Plan, state: State) -> dict[str, str]:
    """Return source and tests by path."""
    render = {"next": _next, "vite": _vite, "nest": _nest, "express": _express}[plan.component.stack]
    return render(plan, state)


def manifest(plan: Plan, state: State) -> dict[str, str]:
    """Return package.json, tsconfig.json, Dockerfile and what goes with them."""
    stack, pins = plan.component.stack, pinned(plan.component, state)
    tools: dict[str, str] = {name: f"^{pins.pop(name)}" for name in ("typescript", "vite") if name in pins}
    tools |= {"jest": "^29.7.0"} if stack == "nest" else {"vitest": "^1.6.0"}
    if stack == "nest":
        pins |= {"@nestjs/common": pins["@nestjs/core"], "@nestjs/platform-express": pins["@nestjs/core"]}
    if "react" in pins:
        pins["react-dom"] = pins["react"]
    package: dict[str, object] = {
        "name": f"@saebom/{plan.component.name}",
        "version": state.version_text,
        "private": True,
        "description": plan.component.summary,
        "scripts": _SCRIPTS[stack],
        "dependencies": {name: f"^{version}" for name, version in sorted(pins.items())},
        "devDependencies": tools,
    }
    options: dict[str, object] = {"target": "ES2022", "module": "ESNext", "moduleResolution": "bundler", "strict": True}
    if plan.component.type == "website":
        options["jsx"] = "preserve" if stack == "next" else "react-jsx"
    if stack == "nest":
        options |= {"experimentalDecorators": True, "emitDecoratorMetadata": True, "module": "CommonJS"}
        options["moduleResolution"] = "node"
    return {
        "package.json": json.dumps(package, indent=2, ensure_ascii=False) + "\n",
        "tsconfig.json": json.dumps({"compilerOptions": options, "include": ["src", "app"]}, indent=2) + "\n",
        "Dockerfile": _dockerfile(plan),
        ".gitignore": "node_modules/\ndist/\n.next/\n.env.local\ncoverage/\n",
        ".npmrc": "registry=https://nexus.saebom.example/repository/npm-group/\n",
    }


def _dockerfile(plan: Plan) -> str:
    build = "FROM registry.saebom.example/base/node:20 AS build\nWORKDIR /app\nCOPY package.json .npmrc ./\n"
    build += "RUN npm install\nCOPY . .\nRUN npm run build\n\n"
    if plan.component.stack == "vite":
        return build + (
            "FROM registry.saebom.example/base/nginx:1.27\n"
            "COPY --from=build /app/dist /usr/share/nginx/html\nEXPOSE 80\n"
        )
    port = 3000 if plan.component.stack == "next" else 8080
    return build + (
        "FROM registry.saebom.example/base/node:20-slim\nWORKDIR /app\nCOPY --from=build /app ./\n"
        f'USER 10001\nEXPOSE {port}\nCMD ["npm", "run", "start"]\n'
    )


def _interface(interface: Interface) -> str:
    rows = [f"  /** {field.title_ko} */\n  {field.name}: {_TYPES[field.type]};" for field in interface.fields]
    return f"export interface {interface.noun} {{\n" + "\n".join(rows) + "\n}\n"


def _config(plan: Plan, state: State, prefix: str, source: str) -> str:
    rows = [_config_row(setting, prefix, source) for setting in settings(plan.component, state)]
    return "export const config = {\n" + "\n".join([*rows, f"  retries: {state.retries},"]) + "\n};\n"


def _config_row(setting: Setting, prefix: str, source: str) -> str:
    name = camel(setting.name.lower().replace("_", "-"))
    return f'  {name}: {source}.{prefix}{setting.name} ?? "{setting.value}",'


def _title(page: Operation) -> str:
    return f"{page.summary_ko} | 새봄"


def _next(plan: Plan, state: State) -> dict[str, str]:
    found = {
        "src/config.ts": _config(plan, state, "NEXT_PUBLIC_", "process.env"),
        "src/api.ts": _api(plan, state),
        "app/layout.tsx": 'import type { ReactNode } from "react";\n\n'
        'export const metadata = { title: "새봄" };\n\nexport default function Layout({ children }: '
        '{ children: ReactNode }) {\n  return (\n    <html lang="ko">\n'
        "      <body>{children}</body>\n    </html>\n  );\n}\n",
        "next.config.mjs": 'export default { output: "standalone", reactStrictMode: true };\n',
        "tests/pages.test.ts": _page_tests(plan, state),
    }
    for page, depth in state.operations(plan.interface):
        found[f"app{page.path.rstrip('/')}/page.tsx"] = _page(page, depth, "default ")
    return found


def _vite(plan: Plan, state: State) -> dict[str, str]:
    pages = [page for page, _ in state.operations(plan.interface)]
    imports = "".join(f'import {{ {page.pascal} }} from "./pages/{page.pascal}";\n' for page in pages)
    routes = "".join(f'        <Route path="{page.path}" element={{<{page.pascal} />}} />\n' for page in pages)
    found = {
        "index.html": f'<!doctype html>\n<html lang="ko">\n  <head>\n    <meta charset="utf-8" />\n'
        f"    <title>{plan.component.title_ko}</title>\n  </head>\n  <body>\n"
        '    <div id="root"></div>\n    <script type="module" src="/src/main.tsx"></script>\n  </body>\n</html>\n',
        "vite.config.ts": 'import { defineConfig } from "vite";\n\n'
        "export default defineConfig({ server: { port: 5173 } });\n",
        "src/main.tsx": 'import { createRoot } from "react-dom/client";\nimport { App } from "./App";\n\n'
        'createRoot(document.getElementById("root")!).render(<App />);\n',
        "src/App.tsx": 'import { BrowserRouter, Route, Routes } from "react-router-dom";\n'
        f"{imports}\nexport function App() {{\n  return (\n    <BrowserRouter>\n      <Routes>\n{routes}"
        "      </Routes>\n    </BrowserRouter>\n  );\n}\n",
        "src/config.ts": _config(plan, state, "VITE_", "import.meta.env"),
        "src/api.ts": _api(plan, state),
        "tests/pages.test.ts": _page_tests(plan, state),
    }
    for page, depth in state.operations(plan.interface):
        found[f"src/pages/{page.pascal}.tsx"] = _page(page, depth, "")
    return found


def _api(plan: Plan, state: State) -> str:
    lines = ['import { config } from "./config";', ""]
    for setting, name in zip(settings(plan.component, state), plan.component.calls, strict=False):
        key = camel(setting.name.lower().replace("_", "-"))
        lines += [f"export function {camel(name)}(path: string): Promise<Response> {{"]
        lines += [f'  return fetch(`${{config.{key}}}${{path}}`, {{ credentials: "include" }});', "}", ""]
    return "\n".join(lines)


def _page(page: Operation, depth: int, export: str) -> str:
    name = page.pascal
    lines = ['"use client";', ""] if export else []
    if depth >= 1:
        lines += ['import { useEffect } from "react";', ""]
    lines.append(f"export {export}function {name}() {{")
    if depth >= 1:
        lines += ["  useEffect(() => {", f'    document.title = "{_title(page)}";', "  }, []);"]
    lines += ["  return (", f'    <main className="{kebab(page.name)}">', f"      <h1>{page.summary_ko}</h1>"]
    if depth >= 2:
        lines.append(f'      <nav aria-label="{page.summary_ko}">{page.summary_ko}</nav>')
    if depth >= 3:
        lines.append('      <p role="status">불러오는 중입니다.</p>')
    return "\n".join([*lines, "    </main>", "  );", "}"]) + "\n"


def _page_tests(plan: Plan, state: State) -> str:
    paths = ", ".join(f'"{page.path}"' for page, _ in state.operations(plan.interface))
    return (
        'import { expect, test } from "vitest";\n\n'
        f'const paths = [{paths}];\n\ntest("paths are distinct", () => {{\n'
        "  expect(new Set(paths).size).toBe(paths.length);\n});\n"
    )


def _store(interface: Interface) -> str:
    noun, key = interface.noun, interface.fields[0].name
    return (
        f'import type {{ {noun} }} from "./{kebab(noun)}";\n\nexport class {noun}Store {{\n'
        f"  private readonly records = new Map<string, {noun}>();\n\n"
        f"  find(key: string): {noun} | undefined {{\n    return this.records.get(key);\n  }}\n\n"
        f"  list(limit: number): {noun}[] {{\n    return [...this.records.values()].slice(0, limit);\n  }}\n\n"
        f"  put(record: {noun}): {noun} {{\n    this.records.set(record.{key}, record);\n    return record;\n  }}\n\n"
        "  delete(key: string): void {\n    this.records.delete(key);\n  }\n}\n"
    )


def _store_test(interface: Interface, runner: str) -> str:
    head = 'import { expect, test } from "vitest";\n' if runner == "vitest" else ""
    return (
        f'{head}import {{ {interface.noun}Store }} from "../src/{kebab(interface.noun)}.store";\n\n'
        f'test("finds nothing at first", () => {{\n'
        f'  expect(new {interface.noun}Store().find("none")).toBeUndefined();\n}});\n'
    )


def _nest(plan: Plan, state: State) -> dict[str, str]:
    interface = plan.interface
    noun, file = interface.noun, kebab(interface.noun)
    return {
        f"src/{file}.ts": _interface(interface),
        f"src/{file}.store.ts": _store(interface),
        f"src/{file}.controller.ts": _nest_controller(plan, state),
        "src/config.ts": _config(plan, state, "", "process.env"),
        "src/clients.ts": _api(plan, state),
        "src/app.module.ts": 'import { Module } from "@nestjs/common";\n'
        f'import {{ {noun}Controller }} from "./{file}.controller";\n'
        f'import {{ {noun}Store }} from "./{file}.store";\n\n'
        f"@Module({{ controllers: [{noun}Controller], providers: [{noun}Store] }})\nexport class AppModule {{}}\n",
        "src/main.ts": 'import { NestFactory } from "@nestjs/core";\nimport { AppModule } from "./app.module";\n\n'
        "async function main(): Promise<void> {\n  const app = await NestFactory.create(AppModule);\n"
        '  app.setGlobalPrefix("v1");\n  await app.listen(8080);\n}\n\nvoid main();\n',
        "nest-cli.json": '{ "sourceRoot": "src", "compilerOptions": { "deleteOutDir": true } }\n',
        f"test/{file}.store.spec.ts": _store_test(interface, "jest"),
    }


def _nest_controller(plan: Plan, state: State) -> str:
    interface = plan.interface
    noun, file = interface.noun, kebab(interface.noun)
    handlers = "\n".join(_nest_handler(interface, operation, depth) for operation, depth in state.operations(interface))
    decorators = [
        word
        for word in (
            "Body",
            "Controller",
            "Delete",
            "Get",
            "Logger",
            "NotFoundException",
            "Param",
            "Patch",
            "Post",
            "Put",
            "Query",
        )
        if word == "Controller" or f"{word}(" in handlers or (word == "Logger" and "logger." in handlers)
    ]
    logger = f"  private readonly logger = new Logger({noun}Controller.name);\n\n" if "Logger" in decorators else ""
    return (
        f'import {{ {", ".join(decorators)} }} from "@nestjs/common";\nimport type {{ {noun} }} from "./{file}";\n'
        f'import {{ {noun}Store }} from "./{file}.store";\n\n@Controller()\nexport class {noun}Controller {{\n{logger}'
        f"  constructor(private readonly store: {noun}Store) {{}}\n\n{handlers}}}\n"
    )


def _colon_path(operation: Operation) -> str:
    return operation.path.replace("{", ":").replace("}", "")


def _nest_handler(interface: Interface, operation: Operation, depth: int) -> str:
    noun, key = interface.noun, operation.parameters[0] if operation.parameters else '"current"'
    arguments = [f'@Param("{name}") {name}: string' for name in operation.parameters]
    arguments += [f"@Body() {interface.variable}: {noun}"] if operation.has_body else []
    arguments += ['@Query("limit") limit = 50'] if operation.answers_list else []
    answer = f"{noun}[]" if operation.answers_list else noun if operation.method != "DELETE" else "void"
    lines = [f"  /** {operation.summary_ko} */", f'  @{operation.method.capitalize()}("{_colon_path(operation)}")']
    lines.append(f"  {operation.name}({', '.join(arguments)}): {answer} {{")
    if depth >= 1:
        lines.append(f"    this.logger.log(`{operation.name}" + (f" ${{{key}}}`);" if operation.parameters else "`);"))
    if depth >= 2 and operation.answers_list:
        lines.append("    limit = Math.min(Number(limit), 200);")
    if depth >= 3:
        lines.append(f'    performance.mark("{kebab(operation.name)}");')
    return "\n".join([*lines, *_nest_body(interface, operation, key), "  }", ""])


def _nest_body(interface: Interface, operation: Operation, key: str) -> list[str]:
    if operation.answers_list:
        return ["    return this.store.list(limit);"]
    if operation.method == "DELETE":
        return [f"    this.store.delete({key});"]
    if operation.has_body:
        return [f"    return this.store.put({interface.variable});"]
    throw = f'      throw new NotFoundException("{interface.variable}");'
    return [f"    const found = this.store.find({key});", "    if (!found) {", throw, "    }", "    return found;"]


def _express(plan: Plan, state: State) -> dict[str, str]:
    interface = plan.interface
    file = kebab(interface.noun)
    found = {
        f"src/{file}.ts": _interface(interface),
        f"src/{file}.store.ts": _store(interface),
        "src/routes.ts": _express_routes(plan, state),
        "src/config.ts": _config(plan, state, "", "process.env"),
        "src/server.ts": 'import express from "express";\nimport { router } from "./routes";\n\n'
        "const app = express();\napp.use(express.json());\n"
        'app.get("/healthz", (_req, res) => res.json({ status: "ok" }));\n'
        'app.use("/v1", router);\napp.listen(8080);\n',
        f"test/{file}.store.test.ts": _store_test(interface, "vitest"),
    }
    if state.wired:
        found["src/clients.ts"] = _api(plan, state)
    return found


def _express_routes(plan: Plan, state: State) -> str:
    interface = plan.interface
    noun, file = interface.noun, kebab(interface.noun)
    return (
        f'import {{ Router }} from "express";\nimport {{ z }} from "zod";\n'
        f'import {{ {noun}Store }} from "./{file}.store";\n\n'
        f"export const router = Router();\nconst store = new {noun}Store();\n"
        f"const body = z.object({{ {interface.fields[0].name}: z.string().min(1) }}).passthrough();\n\n"
        + "\n".join(_express_handler(operation, depth) for operation, depth in state.operations(interface))
    )


def _express_handler(operation: Operation, depth: int) -> str:
    key = f"req.params.{operation.parameters[0]}" if operation.parameters else '"current"'
    lines = [f"// {operation.summary_ko}"]
    lines.append(f'router.{operation.method.lower()}("{_colon_path(operation)}", (req, res) => {{')
    if depth >= 1:
        lines.append(f'  console.info(JSON.stringify({{ at: "{operation.name}", path: req.path }}));')
    if depth >= 3:
        lines.append('  res.set("Cache-Control", "no-store");')
    if operation.answers_list:
        limit = "Math.min(Number(req.query.limit ?? 50), 200)" if depth >= 2 else "50"
        lines.append(f"  res.json(store.list({limit}));")
    elif operation.method == "DELETE":
        lines += [f"  store.delete({key});", "  res.status(204).end();"]
    elif operation.has_body:
        lines += ["  const parsed = body.safeParse(req.body);", "  if (!parsed.success) {"]
        lines += ["    return res.status(400).json(parsed.error.flatten());", "  }"]
        lines.append("  return res.json(store.put(parsed.data as never));")
    else:
        lines += [f"  const found = store.find({key});", "  return found ? res.json(found) : res.status(404).end();"]
    return "\n".join([*lines, "});", ""])
