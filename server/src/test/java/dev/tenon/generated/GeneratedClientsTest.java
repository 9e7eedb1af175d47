package dev.tenon.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.NodeFolder;
import dev.tenon.StartedTenon;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.PrivatePlaces;
import dev.tenon.tenant.TenantId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The API document is good enough for generators of others: what they make of it compiles, without
/// options that smooth anything over, and works against a real server.
class GeneratedClientsTest {
  private static final Path GENERATOR = Path.of("target/client-generator").toAbsolutePath();
  private static final long RUN_SECONDS_MAX = 60;

  private static StartedTenon server;
  private static TenantId tenant;
  private static String key;
  private static String document;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    server =
        new StartedTenon(
            Map.of(),
            EgressPolicy.publicAnd(PrivatePlaces.parse(List.of("127.0.0.1"))),
            InstantSource.system());
    tenant = server.tenant("Generated");
    key = server.key(tenant);
    document = server.call("GET", "/openapi.json", "", "").body();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void makesATypeScriptClient() throws IOException {
    NodeFolder node = NodeFolder.install(Path.of("src/test/node/typescript"), "typescript");
    Files.writeString(node.path().resolve("openapi.json"), document);

    good(
        node.run(
            "node",
            "node_modules/openapi-typescript/bin/cli.js",
            "openapi.json",
            "--output",
            "api.d.ts"));
    good(node.run("node", "node_modules/typescript/bin/tsc", "--project", "."));
    String said =
        good(
            node.run(
                "node", "out/check.js", server.tenon.publicUrl().get(), key, tenant.toString()));

    assertThat(JsonMapper.shared().readTree(said))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"secret": true, "payload": "thin", "rate": null, "listed": true,
                     "cursor": null, "code": "request.not_found"}
                    """));
  }

  private static String good(NodeFolder.Ran ran) {
    assertThat(ran.code()).as(ran.output()).isZero();
    return ran.output();
  }

  @Test
  void makesAJavaClient() throws Exception {
    assumeTrue(
        Files.isDirectory(GENERATOR),
        "Skipped: the build puts the generator there, and this run is not of the build.");
    String jars = GENERATOR.resolve("*").toString();
    Path input = Files.writeString(folder.resolve("openapi.json"), document);

    run(
        "-cp",
        jars,
        "org.openapitools.codegen.OpenAPIGenerator",
        "generate",
        "--generator-name",
        "java",
        "--library",
        "native",
        "--input-spec",
        input.toString(),
        "--output",
        folder.resolve("made").toString(),
        "--additional-properties",
        "openApiNullable=false,useJakartaEe=true");
    Path classes = compiled();
    String said =
        run(
            "-cp",
            classes + System.getProperty("path.separator") + jars,
            "Check",
            server.tenon.publicUrl().get(),
            key,
            tenant.toString());

    assertThat(said.strip()).isEqualTo("true thin true null request.not_found");
  }

  private Path compiled() throws IOException {
    Path check = folder.resolve("Check.java");
    try (InputStream source =
        Objects.requireNonNull(GeneratedClientsTest.class.getResourceAsStream("Check.txt"))) {
      Files.write(check, source.readAllBytes());
    }
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(List.of("-nowarn", "-proc:none", "-d", classes.toString(), "-cp"));
    try (Stream<Path> found = Files.list(GENERATOR)) {
      arguments.add(
          String.join(
              System.getProperty("path.separator"), found.map(Path::toString).sorted().toList()));
    }
    try (Stream<Path> made = Files.walk(folder.resolve("made/src/main/java"))) {
      made.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    arguments.add(check.toString());
    var said = new ByteArrayOutputStream();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, arguments.toArray(String[]::new));
    assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
    return classes;
  }

  /// What a Java program says; it has to end well.
  private String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
