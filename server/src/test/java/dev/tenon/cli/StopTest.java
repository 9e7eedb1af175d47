package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Main;
import dev.tenon.db.TestDatabase.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A process that is told to stop, at whatever moment, leaves no database behind.
@Timeout(180)
class StopTest {
  private static final int TERMINATED = 143;
  private static final int INTERRUPTED = 130;

  private Path folder;
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void makeFolder() throws IOException {
    folder = TestFolders.make("tenon-stop");
    // Unpacking the programs takes longer than all the rest.
    Files.createDirectories(folder.resolve("postgres"));
    Files.createSymbolicLink(folder.resolve("postgres/programs"), TestFolders.programs());
  }

  @AfterEach
  void clean() {
    processes.forEach(Process::destroyForcibly);
    ofThisFolder().forEach(ProcessHandle::destroyForcibly);
    TestFolders.delete(folder);
  }

  @Test
  void termWhileTheDatabaseIsBeingMade() throws Exception {
    Process process = start("migrate");
    await(process, () -> Files.exists(folder.resolve("postgres/data.making/PG_VERSION")));
    assertThat(told(process, "TERM")).isEqualTo(TERMINATED);
    assertNothingIsLeft();
  }

  @Test
  void intWhileTheDatabaseStartsForDev() throws Exception {
    Process process = start("dev", "--port", "0");
    await(process, () -> Files.exists(folder.resolve("postgres/data/postmaster.pid")));
    assertThat(told(process, "INT")).isEqualTo(INTERRUPTED);
    assertNothingIsLeft();
    assertThat(Files.readString(output())).doesNotContain("tenon: ");
  }

  @Test
  void termWhileMigrationsRun() throws Exception {
    Process process = start("migrate");
    await(process, () -> Files.exists(folder.resolve("postgres/port")));
    assertThat(told(process, "TERM")).isIn(TERMINATED, 0);
    assertNothingIsLeft();
  }

  @Test
  void intWhenEverythingRuns() throws Exception {
    Path ready = folder.resolve("ready.json");
    Process process = start("dev", "--port", "0", "--ready-file", ready.toString());
    await(process, () -> Files.exists(ready));
    assertThat(told(process, "INT")).isEqualTo(INTERRUPTED);
    assertNothingIsLeft();
    assertThat(folder.resolve("dev.json")).doesNotExist();
  }

  @Test
  void theSecondSignalEndsAtOnce() throws Exception {
    Path ready = folder.resolve("ready.json");
    Process process = start("dev", "--port", "0", "--ready-file", ready.toString());
    await(process, () -> Files.exists(ready));
    // A database that does not answer keeps the first signal waiting for up to a minute.
    long postmaster = postmaster();
    signal(postmaster, "STOP");
    signal(process.pid(), "TERM");
    await(process, () -> said("stopping"));
    assertThat(process.isAlive()).isTrue();
    long told = System.nanoTime();
    signal(process.pid(), "TERM");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(TERMINATED);
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - told)).isLessThan(20);
    signal(postmaster, "KILL");
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--data", folder.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output().toFile())
            .start();
    processes.add(process);
    return process;
  }

  private Path output() {
    return folder.resolve("output");
  }

  private boolean said(String words) {
    try {
      return Files.readString(output()).contains(words);
    } catch (IOException e) {
      return false;
    }
  }

  private long postmaster() throws IOException {
    return Long.parseLong(
        Files.readAllLines(folder.resolve("postgres/data/postmaster.pid")).getFirst().strip());
  }

  private static int told(Process process, String signal) throws Exception {
    signal(process.pid(), signal);
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static void signal(long pid, String name) throws Exception {
    int _ = new ProcessBuilder("kill", "-s", name, Long.toString(pid)).start().waitFor();
  }

  private void assertNothingIsLeft() throws IOException {
    assertThat(ofThisFolder()).as(Files.readString(output())).isEmpty();
    assertThat(folder.resolve("postgres/data/postmaster.pid")).doesNotExist();
  }

  /// Processes whose command line names this folder, but for the one that runs this test.
  private List<ProcessHandle> ofThisFolder() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(this::namesThisFolder)
        .toList();
  }

  private boolean namesThisFolder(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
          .contains(folder.toString());
    } catch (IOException e) {
      return process.info().arguments().stream()
          .flatMap(Stream::of)
          .anyMatch(word -> word.contains(folder.toString()));
    }
  }

  private void await(Process process, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!condition.getAsBoolean()) {
      if (process.waitFor(5, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
        throw new AssertionError("it did not come so far: " + Files.readString(output()));
      }
    }
  }
}
