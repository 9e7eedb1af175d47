package dev.tenon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Processor time of processes, from `/proc` (Linux). Zero elsewhere, which the reports show as
/// "?".
final class ProcessorTime {
  private static final Path PROC = Path.of("/proc");
  private static final double TICKS_PER_SECOND = 100;

  private ProcessorTime() {}

  /// Seconds that a process has used, with those of its children that have ended.
  static double of(long pid) {
    List<String> fields = stat(pid);
    return fields.isEmpty()
        ? 0
        : Stream.of(11, 12, 13, 14).mapToDouble(i -> Double.parseDouble(fields.get(i))).sum()
            / TICKS_PER_SECOND;
  }

  /// Seconds that a process and all that it started have used.
  static double ofTree(long pid) {
    double all = of(pid);
    try (Stream<ProcessHandle> children =
        ProcessHandle.of(pid).map(ProcessHandle::children).orElse(Stream.empty())) {
      for (ProcessHandle child : children.toList()) {
        all += ofTree(child.pid());
      }
    }
    return all;
  }

  /// Resident memory in MiB.
  static double residentMiB(long pid) {
    return kilobytes(PROC.resolve(pid + "/status"), "VmRSS:") / 1024;
  }

  /// Memory of a process and all that it started in MiB, shared pages counted in parts.
  static double proportionalMiB(long pid) {
    double all = kilobytes(PROC.resolve(pid + "/smaps_rollup"), "Pss:") / 1024;
    try (Stream<ProcessHandle> children =
        ProcessHandle.of(pid).map(ProcessHandle::children).orElse(Stream.empty())) {
      for (ProcessHandle child : children.toList()) {
        all += proportionalMiB(child.pid());
      }
    }
    return all;
  }

  private static double kilobytes(Path file, String name) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(name)) {
          return Double.parseDouble(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /// The fields of `/proc/PID/stat` from the state on (after the name, which may hold spaces).
  private static List<String> stat(long pid) {
    try {
      String line = Files.readString(PROC.resolve(pid + "/stat"));
      return List.of(line.substring(line.lastIndexOf(')') + 2).split(" "));
    } catch (IOException e) {
      return List.of();
    }
  }
}
