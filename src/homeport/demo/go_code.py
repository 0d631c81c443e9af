"""Source code of the Go repositories of Saebom: HTTP services, gRPC services and workers."""

from __future__ import annotations

from homeport.demo.configuration import GRPC_NAMES, address, settings
from homeport.demo.interfaces import Interface, Operation
from homeport.demo.specs import proto_package
from homeport.demo.state import Plan, State, pinned
from homeport.demo.wording import camel, pascal, snake

_TYPES = {
    "string": "string",
    "integer": "int64",
    "number": "float64",
    "boolean": "bool",
    "datetime": "time.Time",
    "list": "[]string",
}
_NEEDED = {
    "go-http": ("chi", "prometheus"),
    "go-grpc": ("grpc", "prometheus"),
    "go-worker": ("prometheus", "pgx"),
}


def module(plan: Plan) -> str:
    """`stock-api` -> `git.saebom.example/inventory/stock-api`."""
    return f"git.saebom.example/{plan.component.system}/{plan.component.name}"


def code(plan: Plan, state: State) -> dict[str, str]:
    """Return source and tests by path."""
    command = f"cmd/{plan.component.name}/main.go"
    inner = f"internal/{plan.interface.noun.lower()}"
    found = {
        "internal/config/config.go": _config(plan, state),
        f"{inner}/model.go": _model(plan.interface),
        f"{inner}/store.go": _store(plan.interface),
    }
    if plan.component.stack == "go-http":
        found[command] = _http_main(plan)
        found[f"{inner}/handler.go"] = _handlers(plan, state)
        found[f"{inner}/handler_test.go"] = _handler_test(plan, state)
    elif plan.component.stack == "go-grpc":
        found[command] = _grpc_main(plan)
        found[f"{inner}/server.go"] = _grpc_server(plan, state)
        found[f"{inner}/convert.go"] = _grpc_convert(plan)
        found[f"{inner}/store_test.go"] = _store_test(plan.interface)
    else:
        found[command] = _worker_main(plan, state)
        found[f"{inner}/steps.go"] = _steps(plan, state)
        found[f"{inner}/store_test.go"] = _store_test(plan.interface)
    called = [name for name in plan.component.calls[: state.wired] if name not in GRPC_NAMES]
    if called:
        found["internal/client/client.go"] = _client(plan, state, called)
    return found


def manifest(plan: Plan, state: State) -> dict[str, str]:
    """Return go.mod, Makefile, Dockerfile and what goes with them."""
    name = plan.component.name
    needed = _NEEDED[plan.component.stack]
    pins = {path: v for path, v in pinned(plan.component, state).items() if any(word in path for word in needed)}
    requires = "".join(f"\t{path} {version}\n" for path, version in pins.items())
    expose = {"go-http": "EXPOSE 8080\n", "go-grpc": "EXPOSE 9090\n"}.get(plan.component.stack, "")
    return {
        "go.mod": f"module {module(plan)}\n\ngo 1.22\n\nrequire (\n{requires})\n",
        "Makefile": f"VERSION := {state.version_text}\n\n.PHONY: build test lint\n\nbuild:\n"
        f'\tgo build -ldflags "-X main.version=$(VERSION)" -o bin/{name} ./cmd/{name}\n\n'
        "test:\n\tgo test ./...\n\nlint:\n\tgolangci-lint run\n"
        + ("\nproto:\n\tbuf generate\n" if plan.component.stack == "go-grpc" else ""),
        "Dockerfile": "FROM registry.saebom.example/base/golang:1.22 AS build\nWORKDIR /src\nCOPY go.mod ./\n"
        f"RUN go mod download\nCOPY . .\nRUN make build\n\nFROM registry.saebom.example/base/distroless:latest\n"
        f'COPY --from=build /src/bin/{name} /{name}\nUSER 10001\n{expose}ENTRYPOINT ["/{name}"]\n',
        ".gitignore": "bin/\n*.test\n.env\n" + ("gen/\n" if plan.component.stack == "go-grpc" else ""),
    }


def _config(plan: Plan, state: State) -> str:
    chosen = settings(plan.component, state)
    width = max((len(pascal(setting.name.lower().replace("_", "-"))) for setting in chosen), default=0)
    fields, values = [], []
    for setting in chosen:
        name = pascal(setting.name.lower().replace("_", "-"))
        fields.append(f"\t{name.ljust(width)} string")
        values.append(f'\t\t{name}:{" " * (width - len(name))} env("{setting.name}", "{setting.value}"),')
    return (
        "package config\n\n"
        f'import "os"\n\n// Config is what {plan.component.name} runs with.\ntype Config struct {{\n'
        + "\n".join(fields)
        + "\n}\n\nfunc Load() Config {\n\treturn Config{\n"
        + "\n".join(values)
        + '\n\t}\n}\n\nfunc env(name, fallback string) string {\n\tif value := os.Getenv(name); value != "" {\n'
        "\t\treturn value\n\t}\n\treturn fallback\n}\n"
    )


def _client(plan: Plan, state: State, called: list[str]) -> str:
    """Return the client of what a service calls over HTTP; each reads its address from the configuration."""
    methods = []
    for name in called:
        field = pascal(address(plan.component.name, name).name.lower().replace("_", "-"))
        methods.append(
            f"// {pascal(name)} gets a path of {name}.\n"
            f"func (c *Client) {pascal(name)}(ctx context.Context, path string) (*http.Response, error) {{\n"
            f"\treturn c.get(ctx, c.cfg.{field}+path)\n}}\n"
        )
    return (
        f'package client\n\nimport (\n\t"context"\n\t"net/http"\n\t"time"\n\n\t"{module(plan)}/internal/config"\n)\n\n'
        "// Client calls the services we depend on.\ntype Client struct {\n"
        "\tcfg  config.Config\n\thttp *http.Client\n}\n\n"
        "func New(cfg config.Config) *Client {\n"
        f"\treturn &Client{{cfg: cfg, http: &http.Client{{Timeout: {state.timeout_ms} * time.Millisecond}}}}\n}}\n\n"
        + "\n".join(methods)
        + "\nfunc (c *Client) get(ctx context.Context, url string) (*http.Response, error) {\n"
        "\trequest, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)\n"
        "\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn c.http.Do(request)\n}\n"
    )


def _model(interface: Interface) -> str:
    package = interface.noun.lower()
    imports = 'import "time"\n\n' if any(field.type == "datetime" for field in interface.fields) else ""
    names = max(len(field.name) for field in interface.fields)
    types = max(len(_TYPES[field.type]) for field in interface.fields)
    rows = [
        f'\t{pascal(f.name).ljust(names)} {_TYPES[f.type].ljust(types)} `json:"{f.name}"` // {f.title_ko}'
        for f in interface.fields
    ]
    return f"package {package}\n\n{imports}type {interface.noun} struct {{\n" + "\n".join(rows) + "\n}\n"


def _store(interface: Interface) -> str:
    noun, package = interface.noun, interface.noun.lower()
    return (
        f'package {package}\n\nimport "sync"\n\n// Store keeps records by key.\ntype Store struct {{\n'
        f"\tmu      sync.RWMutex\n\trecords map[string]{noun}\n}}\n\n"
        f"func NewStore() *Store {{\n\treturn &Store{{records: map[string]{noun}{{}}}}\n}}\n\n"
        f"func (s *Store) Get(key string) ({noun}, bool) {{\n\ts.mu.RLock()\n\tdefer s.mu.RUnlock()\n"
        f"\trecord, ok := s.records[key]\n\treturn record, ok\n}}\n\n"
        f"func (s *Store) List(limit int) []{noun} {{\n\ts.mu.RLock()\n\tdefer s.mu.RUnlock()\n"
        f"\tfound := make([]{noun}, 0, limit)\n\tfor _, record := range s.records {{\n\t\tif len(found) == limit {{\n"
        "\t\t\tbreak\n\t\t}\n\t\tfound = append(found, record)\n\t}\n\treturn found\n}\n\n"
        f"func (s *Store) Put(record {noun}) {{\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n"
        f"\ts.records[record.{pascal(interface.fields[0].name)}] = record\n}}\n\n"
        "func (s *Store) Delete(key string) {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\tdelete(s.records, key)\n}\n"
    )


def _store_test(interface: Interface) -> str:
    package, key = interface.noun.lower(), pascal(interface.fields[0].name)
    return (
        f'package {package}\n\nimport "testing"\n\nfunc TestPutThenGet(t *testing.T) {{\n\tstore := NewStore()\n'
        f'\tstore.Put({interface.noun}{{{key}: "a"}})\n\tif _, ok := store.Get("a"); !ok {{\n'
        '\t\tt.Fatal("want the record that was put")\n\t}\n}\n'
    )


def _http_main(plan: Plan) -> str:
    package, path = plan.interface.noun.lower(), module(plan)
    return (
        'package main\n\nimport (\n\t"log/slog"\n\t"net/http"\n\t"os"\n\n'
        f'\t"{path}/internal/config"\n\t"{path}/internal/{package}"\n)\n\nvar version = "dev"\n\nfunc main() {{\n'
        f"\tcfg := config.Load()\n\thandler := {package}.NewHandler(cfg, {package}.NewStore())\n"
        f'\tslog.Info("{plan.component.name} starts", "version", version)\n'
        '\tif err := http.ListenAndServe(":8080", handler.Routes()); err != nil {\n'
        '\t\tslog.Error("stopped", "err", err)\n\t\tos.Exit(1)\n\t}\n}\n'
    )


def _handlers(plan: Plan, state: State) -> str:
    interface, package = plan.interface, plan.interface.noun.lower()
    operations = state.operations(interface)
    routes = [
        f'\tr.{operation.method.capitalize()}("/v1{operation.path}", h.{camel(operation.name)})'
        for operation, _ in operations
    ]
    imports = ['"encoding/json"', '"net/http"']
    if any(depth >= 1 for _, depth in operations):
        imports.insert(1, '"log/slog"')
    if any(depth >= 2 and operation.answers_list for operation, depth in operations):
        imports.append('"strconv"')
    listed = "\n".join(f"\t{name}" for name in imports)
    return (
        f'package {package}\n\nimport (\n{listed}\n\n\t"github.com/go-chi/chi/v5"\n\n'
        f'\t"{module(plan)}/internal/config"\n)\n\n// Handler answers the requests of {plan.component.name}.\n'
        "type Handler struct {\n\tcfg   config.Config\n\tstore *Store\n}\n\n"
        "func NewHandler(cfg config.Config, store *Store) *Handler {\n\treturn &Handler{cfg: cfg, store: store}\n}\n\n"
        "func (h *Handler) Routes() http.Handler {\n\tr := chi.NewRouter()\n"
        + "\n".join(routes)
        + '\n\tr.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })\n'
        "\treturn r\n}\n\n"
        + "\n".join(_handler(interface, operation, depth) for operation, depth in operations)
        + "\nfunc write(w http.ResponseWriter, status int, body any) {\n"
        '\tw.Header().Set("Content-Type", "application/json")\n\tw.WriteHeader(status)\n'
        "\t_ = json.NewEncoder(w).Encode(body)\n}\n"
    )


def _handler(interface: Interface, operation: Operation, depth: int) -> str:
    key = operation.parameters[0] if operation.parameters else ""
    lines = [f"// {camel(operation.name)}: {operation.summary_ko}"]
    lines.append(f"func (h *Handler) {camel(operation.name)}(w http.ResponseWriter, r *http.Request) {{")
    if key and not operation.answers_list:
        lines.append(f'\tkey := chi.URLParam(r, "{key}")')
    if depth >= 1:
        lines.append(f'\tslog.Info("{operation.snake}", "path", r.URL.Path)')
    if depth >= 3:
        lines.append(f'\tw.Header().Set("Server-Timing", "{operation.snake}")')
    return "\n".join([*lines, *_handler_body(interface, operation, depth, bool(key)), "}", ""])


def _handler_body(interface: Interface, operation: Operation, depth: int, keyed: bool) -> list[str]:
    if operation.answers_list:
        limit = ["\tlimit := 50"]
        if depth >= 2:
            asked = 'strconv.Atoi(r.URL.Query().Get("limit"))'
            limit += [f"\tif asked, err := {asked}; err == nil && asked <= 200 {{", "\t\tlimit = asked", "\t}"]
        return [*limit, "\twrite(w, http.StatusOK, h.store.List(limit))"]
    if operation.method == "DELETE":
        return ["\th.store.Delete(key)", "\tw.WriteHeader(http.StatusNoContent)"]
    if operation.has_body:
        lines = [f"\tvar record {interface.noun}"]
        reader = "http.MaxBytesReader(w, r.Body, 1<<20)" if depth >= 2 else "r.Body"
        lines += [f"\tif err := json.NewDecoder({reader}).Decode(&record); err != nil {{"]
        lines += [
            '\t\twrite(w, http.StatusBadRequest, map[string]string{"error": "invalid body"})',
            "\t\treturn",
            "\t}",
        ]
        if keyed:
            lines.append(f"\trecord.{pascal(interface.fields[0].name)} = key")
        return [*lines, "\th.store.Put(record)", "\twrite(w, http.StatusOK, record)"]
    lookup = "key" if keyed else '"current"'
    missing = '\t\twrite(w, http.StatusNotFound, map[string]string{"error": "not found"})'
    return [
        f"\trecord, ok := h.store.Get({lookup})",
        "\tif !ok {",
        missing,
        "\t\treturn",
        "\t}",
        "\twrite(w, http.StatusOK, record)",
    ]


def _handler_test(plan: Plan, state: State) -> str:
    package = plan.interface.noun.lower()
    cases = []
    for operation, _ in state.operations(plan.interface):
        path, status = "/v1" + operation.path, 200
        for name in operation.parameters:
            path = path.replace("{" + name + "}", "none")
        if operation.has_body:
            status = 400
        elif operation.method == "DELETE":
            status = 204
        elif not operation.answers_list:
            status = 404
        cases.append(f'\t\t{{"{operation.snake}", "{operation.method}", "{path}", {status}}},')
    return (
        f'package {package}\n\nimport (\n\t"net/http/httptest"\n\t"strings"\n\t"testing"\n\n'
        f'\t"{module(plan)}/internal/config"\n)\n\nfunc TestRoutes(t *testing.T) {{\n'
        "\tcases := []struct {\n\t\tname, method, path string\n\t\tstatus             int\n\t}{\n"
        + "\n".join(cases)
        + "\n\t}\n\tfor _, c := range cases {\n\t\tt.Run(c.name, func(t *testing.T) {\n"
        "\t\t\tw := httptest.NewRecorder()\n"
        '\t\t\tr := httptest.NewRequest(c.method, c.path, strings.NewReader(""))\n'
        "\t\t\tNewHandler(config.Config{}, NewStore()).Routes().ServeHTTP(w, r)\n"
        "\t\t\tif w.Code != c.status {\n"
        '\t\t\t\tt.Fatalf("want %d, got %d", c.status, w.Code)\n\t\t\t}\n\t\t})\n\t}\n}\n'
    )


def _grpc_main(plan: Plan) -> str:
    package, path = plan.interface.noun.lower(), module(plan)
    return (
        'package main\n\nimport (\n\t"log"\n\t"net"\n\n\t"google.golang.org/grpc"\n\n'
        f'\t"{path}/gen"\n\t"{path}/internal/config"\n\t"{path}/internal/{package}"\n)\n\nvar version = "dev"\n\n'
        'func main() {\n\tlistener, err := net.Listen("tcp", ":9090")\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n'
        "\tserver := grpc.NewServer()\n"
        f"\tgen.Register{pascal(plan.component.name)}Server(server, {package}.NewServer(config.Load()))\n"
        f'\tlog.Printf("{proto_package(plan.component.name)} %s listens on :9090", version)\n'
        "\tlog.Fatal(server.Serve(listener))\n}\n"
    )


def _grpc_server(plan: Plan, state: State) -> str:
    interface, package, service = plan.interface, plan.interface.noun.lower(), pascal(plan.component.name)
    methods = [_grpc_method(service, interface, operation, depth) for operation, depth in state.operations(interface)]
    libraries: tuple[tuple[str, str], ...] = (("ctx context.", "context"), ("slog.", "log/slog"), ("", ""))
    libraries += (("codes.", "google.golang.org/grpc/codes"), ("status.", "google.golang.org/grpc/status"))
    used = [path for word, path in libraries if any(word in method for method in methods)]
    imports = "".join(f'\t"{path}"\n' if path else "\n" for path in used)
    return (
        f'package {package}\n\nimport (\n{imports}\n\t"{module(plan)}/gen"\n\t"{module(plan)}/internal/config"\n)\n\n'
        f"// Server implements {proto_package(plan.component.name)}.{service}.\ntype Server struct {{\n"
        f"\tgen.Unimplemented{service}Server\n\tcfg   config.Config\n\tstore *Store\n}}\n\n"
        "func NewServer(cfg config.Config) *Server {\n\treturn &Server{cfg: cfg, store: NewStore()}\n}\n\n"
        + "\n".join(methods)
    )


def _grpc_method(service: str, interface: Interface, operation: Operation, depth: int) -> str:
    noun, request = interface.noun, f"*gen.{operation.pascal}Request"
    lines = [f"// {operation.pascal}: {operation.summary_ko}"]
    if operation.answers_list:
        stream = f"gen.{service}_{operation.pascal}Server"
        lines.append(f"func (s *Server) {operation.pascal}(req {request}, stream {stream}) error {{")
        lines += [f'\tslog.Info("{operation.snake}")'] if depth >= 1 else []
        limit = 200 if depth >= 2 else 50
        lines += [f"\tfor _, record := range s.store.List({limit}) {{", "\t\tif err := stream.Send(record.proto());"]
        lines[-1] += " err != nil {"
        return "\n".join(
            [*lines, "\t\t\treturn status.FromContextError(err).Err()", "\t\t}", "\t}", "\treturn nil", "}", ""]
        )
    lines.append(f"func (s *Server) {operation.pascal}(ctx context.Context, req {request}) (*gen.{noun}, error) {{")
    lines += [f'\tslog.InfoContext(ctx, "{operation.snake}")'] if depth >= 1 else []
    key = (
        f"req.Get{noun}().Get{pascal(interface.fields[0].name)}()"
        if operation.has_body
        else (f"req.Get{pascal(interface.fields[0].name)}()")
    )
    if depth >= 2:
        lines += [f'\tif {key} == "" {{', '\t\treturn nil, status.Error(codes.InvalidArgument, "no key")', "\t}"]
    if operation.has_body:
        return "\n".join(
            [*lines, f"\ts.store.Put(fromProto(req.Get{noun}()))", f"\treturn req.Get{noun}(), nil", "}", ""]
        )
    lines += [f"\trecord, ok := s.store.Get({key})", "\tif !ok {"]
    lines += [f'\t\treturn nil, status.Error(codes.NotFound, "{snake(noun)} not found")', "\t}"]
    return "\n".join([*lines, "\treturn record.proto(), nil", "}", ""])


def _grpc_convert(plan: Plan) -> str:
    """Return the functions between our record and the message generated from the proto file."""
    interface, path = plan.interface, module(plan)
    noun, to_message, from_message = interface.noun, [], []
    for field in interface.fields:
        name = pascal(field.name)
        timed = field.type == "datetime"
        to_message.append(f"\t\t{name}: " + (f"timestamppb.New(r.{name})," if timed else f"r.{name},"))
        from_message.append(f"\t\t{name}: m.Get{name}()" + (".AsTime()," if timed else ","))
    timed = any(field.type == "datetime" for field in interface.fields)
    library = '\t"google.golang.org/protobuf/types/known/timestamppb"\n\n' if timed else ""
    return (
        f'package {noun.lower()}\n\nimport (\n{library}\t"{path}/gen"\n)\n\n'
        f"func (r {noun}) proto() *gen.{noun} {{\n\treturn &gen.{noun}{{\n"
        + "\n".join(to_message)
        + f"\n\t}}\n}}\n\nfunc fromProto(m *gen.{noun}) {noun} {{\n\treturn {noun}{{\n"
        + "\n".join(from_message)
        + "\n\t}\n}\n"
    )


def _worker_main(plan: Plan, state: State) -> str:
    package, path = plan.interface.noun.lower(), module(plan)
    steps = "".join(f"\t\t\t{package}.{step.pascal},\n" for step, _ in state.operations(plan.interface))
    return (
        'package main\n\nimport (\n\t"context"\n\t"log/slog"\n\t"os/signal"\n\t"syscall"\n\t"time"\n\n'
        f'\t"{path}/internal/config"\n\t"{path}/internal/{package}"\n)\n\nvar version = "dev"\n\n'
        "func main() {\n\tctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)\n\tdefer stop()\n"
        f'\tslog.Info("{plan.component.name} starts", "version", version, "config", config.Load())\n'
        f"\tfor ctx.Err() == nil {{\n\t\terr := {package}.Run(ctx,\n{steps}\t\t)\n"
        '\t\tif err != nil {\n\t\t\tslog.Error("round failed", "err", err)\n\t\t}\n'
        f"\t\ttime.Sleep({state.timeout_ms} * time.Millisecond)\n\t}}\n}}\n"
    )


def _steps(plan: Plan, state: State) -> str:
    interface, package = plan.interface, plan.interface.noun.lower()
    operations = state.operations(interface)
    logs = '\t"log/slog"\n' if any(depth >= 1 for _, depth in operations) else ""
    errors = '\t"errors"\n' if any(depth >= 2 for _, depth in operations) else ""
    head = (
        f'package {package}\n\nimport (\n\t"context"\n{errors}{logs})\n\n'
        f"// Step works on one record.\ntype Step func(ctx context.Context, record *{interface.noun}) error\n\n"
        "// Run gives the next record to every step in turn.\n"
        f"func Run(ctx context.Context, steps ...Step) error {{\n\trecord := &{interface.noun}{{}}\n"
        "\tfor _, step := range steps {\n\t\tif err := step(ctx, record); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n"
        "\treturn nil\n}\n\n"
    )
    return head + "\n".join(_step(interface, step, depth) for step, depth in operations)


def _step(interface: Interface, step: Operation, depth: int) -> str:
    key = pascal(interface.fields[0].name)
    lines = [f"// {step.pascal}: {step.summary_ko}"]
    lines.append(f"func {step.pascal}(ctx context.Context, record *{interface.noun}) error {{")
    if depth >= 2:
        lines += [f'\tif record.{key} == "" {{', f'\t\treturn errors.New("{step.snake}: no key")', "\t}"]
    if depth >= 1:
        lines.append(f'\tslog.InfoContext(ctx, "{step.snake}", "key", record.{key})')
    if depth >= 3:
        lines += ["\tif err := ctx.Err(); err != nil {", "\t\treturn err", "\t}"]
    return "\n".join([*lines, "\treturn nil", "}", ""])
