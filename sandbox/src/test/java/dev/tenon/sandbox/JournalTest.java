package dev.tenon.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class JournalTest {
  @TempDir private Path folder;

  @Test
  void givesTheLastOfEachKeyInTheOrderOfTheFirst() throws Exception {
    try (Journal journal = open()) {
      journal.put("a/1", number(1));
      journal.put("a/2", number(2));
      journal.put("b/1", number(3));
      journal.put("a/1", number(4));
      journal.remove("b/1");
    }
    try (Journal journal = open()) {
      assertThat(journal.take("b/")).isEmpty();
      Map<String, ObjectNode> taken = journal.take("a/");
      assertThat(taken.keySet()).containsExactly("1", "2");
      assertThat(taken.get("1")).isEqualTo(number(4));
      assertThat(journal.take("a/")).as("given once").isEmpty();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void theRestOfALineThatWasCutOffIsDropped() throws Exception {
    try (Journal journal = open()) {
      journal.put("a", number(1));
    }
    Files.writeString(file(), "{\"key\":\"b\",\"val", StandardOpenOption.APPEND);
    try (Journal journal = open()) {
      assertThat(journal.take("").keySet()).containsExactly("a");
      journal.put("c", number(2));
    }
    try (Journal journal = open()) {
      assertThat(journal.take("").keySet()).containsExactly("a", "c");
    }
  }

  @Test
  void staysAsLargeAsWhatIsInIt() throws Exception {
    ObjectNode large = Json.object().put("text", "x".repeat(10_000));
    try (Journal journal = open()) {
      journal.put("first", number(1));
      for (int i = 0; i < 1_000; i++) {
        journal.put("large", large.put("turn", i));
      }
      assertThat(Files.size(file())).isLessThan(2 << 20);
      journal.put("last", number(2));
    }
    try (Journal journal = open()) {
      Map<String, ObjectNode> taken = journal.take("");
      assertThat(taken.keySet()).containsExactly("first", "large", "last");
      assertThat(taken.getOrDefault("large", Json.object()).path("turn").asInt()).isEqualTo(999);
    }
  }

  private Path file() {
    return folder.resolve("some.jsonl");
  }

  private Journal open() {
    return Journal.open(file());
  }

  private static ObjectNode number(int number) {
    return Json.object().put("number", number);
  }
}
