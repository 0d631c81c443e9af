"""Source code of the Java and Kotlin repositories of Saebom: Spring services, a batch and a Kafka consumer."""

from __future__ import annotations

from homeport.demo.configuration import settings
from homeport.demo.interfaces import Interface, Operation
from homeport.demo.state import Plan, State, pinned
from homeport.demo.wording import camel, kebab, pascal

_TYPES = {
    "java": {
        "string": "String",
        "integer": "long",
        "number": "double",
        "boolean": "boolean",
        "datetime": "java.time.Instant",
        "list": "java.util.List<String>",
    },
    "kotlin": {
        "string": "String",
        "integer": "Long",
        "number": "Double",
        "boolean": "Boolean",
        "datetime": "java.time.Instant",
        "list": "List<String>",
    },
}
_MAPPINGS = {"GET": "GetMapping", "POST": "PostMapping", "PUT": "PutMapping", "PATCH": "PatchMapping"}
_STARTERS = {
    "kotlin-spring": ("web", "actuator", "data-redis"),
    "java-spring": ("web", "actuator", "validation"),
    "java-grpc": ("actuator", "validation"),
    "java-batch": ("batch", "actuator"),
    "java-consumer": ("actuator", "json"),
}


def package_of(plan: Plan) -> str:
    """`claim-api` -> `example.saebom.claim`."""
    return "example.saebom." + plan.component.name.replace("-api", "").replace("-", "")


def code(plan: Plan, state: State) -> dict[str, str]:
    """Return source and tests by path."""
    language = plan.component.language
    extension = "kt" if language == "kotlin" else "java"
    folder = f"{language}/{package_of(plan).replace('.', '/')}"
    main, tests = f"src/main/{folder}", f"src/test/{folder}"
    name, noun = pascal(plan.component.name), plan.interface.noun
    kotlin = language == "kotlin"
    found = {
        f"{main}/{name}Application.{extension}": _application(plan, kotlin),
        f"{main}/{noun}.{extension}": _record(plan, kotlin),
        f"{main}/{noun}Store.{extension}": _kotlin_store(plan) if kotlin else _java_store(plan),
        f"{tests}/{noun}StoreTest.{extension}": _store_test(plan, kotlin),
        "src/main/resources/application.yml": _application_yml(plan, state),
    }
    if plan.component.stack.endswith("-spring"):
        controller = _kotlin_controller if kotlin else _java_controller
        found[f"{main}/{noun}Controller.{extension}"] = controller(plan, state)
    else:
        found[f"{main}/{noun}Steps.{extension}"] = _java_steps(plan, state)
    if state.wired:
        found[f"{main}/Clients.{extension}"] = _clients(plan, state, kotlin)
    return found


def manifest(plan: Plan, state: State) -> dict[str, str]:
    """Return the build file, Dockerfile and what goes with them."""
    gradle = plan.component.language == "kotlin" or plan.component.choice("build", ("maven", "gradle")) == "gradle"
    name, jar = plan.component.name, "build/libs/*.jar" if gradle else "target/*.jar"
    build = "./gradlew bootJar" if gradle else "mvn -q package"
    expose = "EXPOSE 8080\n" if plan.component.has_listener else ""
    found = {
        "Dockerfile": "FROM registry.saebom.example/base/temurin:21 AS build\nWORKDIR /src\nCOPY . .\n"
        f"RUN {build}\n\nFROM registry.saebom.example/base/temurin:21-jre\n"
        f'COPY --from=build /src/{jar} /app.jar\nUSER 10001\n{expose}ENTRYPOINT ["java", "-jar", "/app.jar"]\n',
        ".gitignore": "build/\ntarget/\n.gradle/\n.idea/\n*.iml\n",
    }
    if gradle:
        found["build.gradle.kts"] = _gradle(plan, state)
        found["settings.gradle.kts"] = f'rootProject.name = "{name}"\n'
    else:
        found["pom.xml"] = _maven(plan, state)
    return found


def _libraries(plan: Plan, state: State, pins: dict[str, str]) -> list[tuple[str, str, str | None]]:
    boot = "org.springframework.boot"
    found: list[tuple[str, str, str | None]] = [
        (boot, f"spring-boot-starter-{starter}", None) for starter in _STARTERS[plan.component.stack]
    ]
    if any(setting.name.endswith("DB_URL") for setting in settings(plan.component, state)):
        found.append((boot, "spring-boot-starter-jdbc", None))
    found.append(("software.amazon.awssdk", "sqs", pins["aws-sdk"]))
    if plan.component.stack.endswith("-spring"):
        found.append(("org.springdoc", "springdoc-openapi-starter-webmvc-ui", pins["springdoc"]))
    if plan.component.stack == "java-grpc":
        found.append(("io.grpc", "grpc-netty-shaded", "1.64.0"))
    if plan.component.subscribes or plan.component.publishes:
        found.append(("org.springframework.kafka", "spring-kafka", None))
    return found


def _gradle(plan: Plan, state: State) -> str:
    pins = pinned(plan.component, state)
    kotlin = plan.component.language == "kotlin"
    plugins = [f'    id("org.springframework.boot") version "{pins["spring-boot"]}"']
    plugins.append('    id("io.spring.dependency-management") version "1.1.6"')
    if kotlin:
        plugins = [
            f'    kotlin("jvm") version "{pins["kotlin"]}"',
            f'    kotlin("plugin.spring") version "{pins["kotlin"]}"',
            *plugins,
        ]
    else:
        plugins.insert(0, "    java")
    libraries = [
        f'    implementation("{group}:{artifact}{":" + version if version else ""}")'
        for group, artifact, version in _libraries(plan, state, pins)
    ]
    libraries.append('    testImplementation("org.springframework.boot:spring-boot-starter-test")')
    return (
        "plugins {\n" + "\n".join(plugins) + f'\n}}\n\ngroup = "example.saebom"\nversion = "{state.version_text}"\n\n'
        'repositories {\n    maven("https://nexus.saebom.example/repository/maven-public")\n}\n\n'
        "dependencies {\n" + "\n".join(libraries) + "\n}\n\ntasks.test {\n    useJUnitPlatform()\n}\n"
    )


def _maven(plan: Plan, state: State) -> str:
    pins = pinned(plan.component, state)
    libraries = "".join(
        f"    <dependency>\n      <groupId>{group}</groupId>\n      <artifactId>{artifact}</artifactId>\n"
        + (f"      <version>{version}</version>\n" if version else "")
        + "    </dependency>\n"
        for group, artifact, version in _libraries(plan, state, pins)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
        "  <modelVersion>4.0.0</modelVersion>\n  <parent>\n    <groupId>org.springframework.boot</groupId>\n"
        "    <artifactId>spring-boot-starter-parent</artifactId>\n"
        f"    <version>{pins['spring-boot']}</version>\n  </parent>\n\n  <groupId>example.saebom</groupId>\n"
        f"  <artifactId>{plan.component.name}</artifactId>\n  <version>{state.version_text}</version>\n"
        f"  <name>{plan.component.title_ko}</name>\n  <description>{plan.component.summary}</description>\n\n"
        "  <properties>\n    <java.version>21</java.version>\n  </properties>\n\n  <dependencies>\n"
        f"{libraries}"
        "    <dependency>\n      <groupId>org.springframework.boot</groupId>\n"
        "      <artifactId>spring-boot-starter-test</artifactId>\n      <scope>test</scope>\n    </dependency>\n"
        "  </dependencies>\n</project>\n"
    )


def _application(plan: Plan, kotlin: bool) -> str:
    name, package = pascal(plan.component.name), package_of(plan)
    if kotlin:
        return (
            f"package {package}\n\nimport org.springframework.boot.autoconfigure.SpringBootApplication\n"
            f"import org.springframework.boot.runApplication\n\n/** {plan.component.title_ko} */\n"
            f"@SpringBootApplication\nclass {name}Application\n\n"
            f"fun main(args: Array<String>) {{\n    runApplication<{name}Application>(*args)\n}}\n"
        )
    return (
        f"package {package};\n\nimport org.springframework.boot.SpringApplication;\n"
        f"import org.springframework.boot.autoconfigure.SpringBootApplication;\n\n/** {plan.component.title_ko} */\n"
        f"@SpringBootApplication\npublic class {name}Application {{\n    public static void main(String[] args) {{\n"
        f"        SpringApplication.run({name}Application.class, args);\n    }}\n}}\n"
    )


def _application_yml(plan: Plan, state: State) -> str:
    lines = ["spring:", "  application:", f"    name: {plan.component.name}"]
    chosen = {setting.name: setting.value for setting in settings(plan.component, state)}
    for variable in ("DB_URL", "STORE_DB_URL"):
        if variable in chosen:
            lines += ["  datasource:", f"    url: ${{{variable}:{chosen.pop(variable)}}}"]
            lines += ["    password: ${DB_PASSWORD}", "    hikari:", f"      maximum-pool-size: {state.pool}"]
            break
    lines += ["server:", "  port: 8080", "  shutdown: graceful", "saebom:"]
    lines += [
        f"  {kebab(camel(name.lower().replace('_', '-')))}: ${{{name}:{value}}}" for name, value in chosen.items()
    ]
    lines += [f"  retries: {state.retries}", "management:", "  endpoints:", "    web:", "      exposure:"]
    return "\n".join([*lines, "        include: health,prometheus"]) + "\n"


def _record(plan: Plan, kotlin: bool) -> str:
    interface, types = plan.interface, _TYPES[plan.component.language]
    if kotlin:
        rows = [f"    /** {f.title_ko} */\n    val {f.name}: {types[f.type]}," for f in interface.fields]
        return f"package {package_of(plan)}\n\ndata class {interface.noun}(\n" + "\n".join(rows) + "\n)\n"
    documented = "\n".join(f" * @param {f.name} {f.title_ko}" for f in interface.fields)
    rows = [f"        {types[f.type]} {f.name}" for f in interface.fields]
    return (
        f"package {package_of(plan)};\n\n/**\n{documented}\n */\npublic record {interface.noun}(\n"
        + ",\n".join(rows)
        + ") {\n}\n"
    )


def _kotlin_store(plan: Plan) -> str:
    noun, key = plan.interface.noun, plan.interface.fields[0].name
    return (
        f"package {package_of(plan)}\n\nimport org.springframework.stereotype.Repository\n"
        f"import java.util.concurrent.ConcurrentHashMap\n\n@Repository\nclass {noun}Store {{\n"
        f"    private val records = ConcurrentHashMap<String, {noun}>()\n\n"
        f"    fun find(key: String): {noun}? = records[key]\n\n"
        f"    fun list(limit: Int): List<{noun}> = records.values.take(limit)\n\n"
        f"    fun put(record: {noun}): {noun} = record.also {{ records[it.{key}] = it }}\n\n"
        "    fun delete(key: String) {\n        records.remove(key)\n    }\n}\n"
    )


def _java_store(plan: Plan) -> str:
    noun, key = plan.interface.noun, plan.interface.fields[0].name
    return (
        f"package {package_of(plan)};\n\nimport java.util.List;\nimport java.util.Map;\nimport java.util.Optional;\n"
        "import java.util.concurrent.ConcurrentHashMap;\nimport org.springframework.stereotype.Repository;\n\n"
        f"@Repository\npublic class {noun}Store {{\n"
        f"    private final Map<String, {noun}> records = new ConcurrentHashMap<>();\n\n"
        f"    public Optional<{noun}> find(String key) {{\n"
        f"        return Optional.ofNullable(records.get(key));\n    }}\n\n"
        f"    public List<{noun}> list(int limit) {{\n"
        "        return records.values().stream().limit(limit).toList();\n    }\n\n"
        f"    public {noun} put({noun} record) {{\n        records.put(record.{key}(), record);\n"
        "        return record;\n    }\n\n    public void delete(String key) {\n"
        "        records.remove(key);\n    }\n}\n"
    )


def _store_test(plan: Plan, kotlin: bool) -> str:
    noun, package = plan.interface.noun, package_of(plan)
    if kotlin:
        return (
            f"package {package}\n\nimport org.junit.jupiter.api.Assertions.assertNull\n"
            f"import org.junit.jupiter.api.Test\n\nclass {noun}StoreTest {{\n    @Test\n"
            f'    fun `없는 키는 null`() {{\n        assertNull({noun}Store().find("none"))\n    }}\n}}\n'
        )
    return (
        f"package {package};\n\nimport static org.junit.jupiter.api.Assertions.assertTrue;\n\n"
        f"import org.junit.jupiter.api.Test;\n\nclass {noun}StoreTest {{\n"
        f"    @Test\n    void findsNothingAtFirst() {{\n"
        f'        assertTrue(new {noun}Store().find("none").isEmpty());\n    }}\n}}\n'
    )


def _kotlin_controller(plan: Plan, state: State) -> str:
    interface, operations = plan.interface, state.operations(plan.interface)
    handlers = "\n".join(_kotlin_handler(interface, operation, depth) for operation, depth in operations)
    imports = ["org.springframework.http.HttpStatus", "org.springframework.web.bind.annotation.*"]
    imports.append("org.springframework.web.server.ResponseStatusException")
    if "logger." in handlers:
        imports.insert(0, "org.slf4j.LoggerFactory")
    logger = "    private val logger = LoggerFactory.getLogger(javaClass)\n\n" if "logger." in handlers else ""
    return (
        f"package {package_of(plan)}\n\n"
        + "".join(f"import {name}\n" for name in imports)
        + f'\n@RestController\n@RequestMapping("/v1")\n'
        f"class {interface.noun}Controller(private val store: {interface.noun}Store) {{\n{logger}{handlers}}}\n"
    )


def _mapping(operation: Operation) -> str:
    return f'@{_MAPPINGS.get(operation.method, "DeleteMapping")}("{operation.path}")'


def _kotlin_handler(interface: Interface, operation: Operation, depth: int) -> str:
    noun, key = interface.noun, operation.parameters[0] if operation.parameters else '"current"'
    arguments = [f"@PathVariable {name}: String" for name in operation.parameters]
    arguments += [f"@RequestBody {interface.variable}: {noun}"] if operation.has_body else []
    arguments += ['@RequestParam(defaultValue = "50") limit: Int'] if operation.answers_list else []
    answer = f": List<{noun}>" if operation.answers_list else f": {noun}" if operation.method != "DELETE" else ""
    lines = [f"    /** {operation.summary_ko} */", f"    {_mapping(operation)}"]
    lines.append(f"    fun {operation.name}({', '.join(arguments)}){answer} {{")
    if depth >= 1:
        lines.append(f'        logger.info("{operation.name}' + (f' {{}}", {key})' if operation.parameters else '")'))
    if depth >= 2 and operation.parameters:
        lines.append(f'        require({key}.isNotBlank()) {{ "{key} is blank" }}')
    if operation.answers_list:
        lines.append(f"        return store.list(limit{'.coerceIn(1, 200)' if depth >= 3 else ''})")
    elif operation.method == "DELETE":
        lines.append(f"        store.delete({key})")
    elif operation.has_body:
        lines.append(f"        return store.put({interface.variable})")
    else:
        lines.append(f"        return store.find({key}) ?: throw ResponseStatusException(HttpStatus.NOT_FOUND)")
    return "\n".join([*lines, "    }", ""])


def _java_controller(plan: Plan, state: State) -> str:
    interface, operations = plan.interface, state.operations(plan.interface)
    handlers = "\n".join(_java_handler(interface, operation, depth) for operation, depth in operations)
    noun, imports = interface.noun, []
    if "logger." in handlers:
        imports += ["org.slf4j.Logger", "org.slf4j.LoggerFactory"]
    imports += ["org.springframework.http.HttpStatus", "org.springframework.web.bind.annotation.*"]
    imports.append("org.springframework.web.server.ResponseStatusException")
    logger = f"    private static final Logger logger = LoggerFactory.getLogger({noun}Controller.class);\n"
    return (
        f"package {package_of(plan)};\n\nimport java.util.List;\n"
        + "".join(f"import {name};\n" for name in imports)
        + f'\n@RestController\n@RequestMapping("/v1")\npublic class {noun}Controller {{\n'
        + (logger if "logger." in handlers else "")
        + f"    private final {noun}Store store;\n\n    public {noun}Controller({noun}Store store) {{\n"
        f"        this.store = store;\n    }}\n\n{handlers}}}\n"
    )


def _java_handler(interface: Interface, operation: Operation, depth: int) -> str:
    noun, key = interface.noun, operation.parameters[0] if operation.parameters else '"current"'
    arguments = [f"@PathVariable String {name}" for name in operation.parameters]
    arguments += [f"@RequestBody {noun} {interface.variable}"] if operation.has_body else []
    arguments += ['@RequestParam(defaultValue = "50") int limit'] if operation.answers_list else []
    answer = f"List<{noun}>" if operation.answers_list else noun if operation.method != "DELETE" else "void"
    lines = [f"    /** {operation.summary_ko} */", f"    {_mapping(operation)}"]
    lines.append(f"    public {answer} {operation.name}({', '.join(arguments)}) {{")
    if depth >= 1:
        lines.append(f'        logger.info("{operation.name}' + (f' {{}}", {key});' if operation.parameters else '");'))
    if depth >= 2 and operation.parameters:
        bad_request = "throw new ResponseStatusException(HttpStatus.BAD_REQUEST);"
        lines += [f"        if ({key}.isBlank()) {{", f"            {bad_request}", "        }"]
    if operation.answers_list:
        lines.append(f"        return store.list({'Math.min(limit, 200)' if depth >= 3 else 'limit'});")
    elif operation.method == "DELETE":
        lines.append(f"        store.delete({key});")
    elif operation.has_body:
        lines.append(f"        return store.put({interface.variable});")
    else:
        not_found = "() -> new ResponseStatusException(HttpStatus.NOT_FOUND)"
        lines.append(f"        return store.find({key}).orElseThrow({not_found});")
    return "\n".join([*lines, "    }", ""])


def _java_steps(plan: Plan, state: State) -> str:
    interface = plan.interface
    steps = "\n".join(_java_step(interface, step, depth) for step, depth in state.operations(interface))
    logged = "logger." in steps
    imports = "import org.slf4j.Logger;\nimport org.slf4j.LoggerFactory;\n" if logged else ""
    logger = f"    private static final Logger logger = LoggerFactory.getLogger({interface.noun}Steps.class);\n\n"
    return (
        f"package {package_of(plan)};\n\nimport java.util.Optional;\n{imports}"
        f"import org.springframework.stereotype.Component;\n\n/** {plan.component.summary_ko} */\n@Component\n"
        f"public class {interface.noun}Steps {{\n{logger if logged else ''}{steps}}}\n"
    )


def _java_step(interface: Interface, step: Operation, depth: int) -> str:
    noun = interface.noun
    lines = [f"    /** {step.summary_ko} */", f"    public Optional<{noun}> {step.name}({noun} record) {{"]
    if depth >= 2:
        lines += ["        if (record == null) {", "            return Optional.empty();", "        }"]
    if depth >= 1:
        lines.append(f'        logger.info("{step.name} {{}}", record);')
    wanted = "Optional.of(record)"
    if depth >= 3:
        wanted += f".filter(one -> one.{interface.fields[0].name}() != null)"
    return "\n".join([*lines, f"        return {wanted};", "    }", ""])


def _clients(plan: Plan, state: State, kotlin: bool) -> str:
    calls = plan.component.calls[: state.wired]
    chosen = settings(plan.component, state)[: len(calls)]
    keys = [f"${{saebom.{kebab(camel(setting.name.lower().replace('_', '-')))}}}" for setting in chosen]
    if kotlin:
        rows = [f'    @Value("\\{key}") val {camel(name)}: String,' for key, name in zip(keys, calls, strict=True)]
        return (
            f"package {package_of(plan)}\n\nimport org.springframework.beans.factory.annotation.Value\n"
            "import org.springframework.stereotype.Component\n\n/** 이 서비스가 부르는 곳. */\n@Component\n"
            "class Clients(\n" + "\n".join(rows) + "\n)\n"
        )
    rows = [f'        @Value("{key}") String {camel(name)}' for key, name in zip(keys, calls, strict=True)]
    return (
        f"package {package_of(plan)};\n\nimport org.springframework.beans.factory.annotation.Value;\n"
        "import org.springframework.stereotype.Component;\n\n/** 이 서비스가 부르는 곳. */\n@Component\n"
        "public record Clients(\n" + ",\n".join(rows) + ") {\n}\n"
    )
