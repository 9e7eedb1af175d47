package dev.tenon.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.config.Config;
import dev.tenon.config.Config.Log.Format;
import dev.tenon.config.Config.Log.Level;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LoggingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void quieten() {
    Logging.start(new Config.Log(Format.TEXT, Level.WARN), System.err, false);
  }

  private Logger log(Format format, Level level) {
    Logging.start(new Config.Log(format, level), out, false);
    return LoggerFactory.getLogger("dev.tenon.email.Messages");
  }

  private String written() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void writesALineForPeople() {
    Logger log = log(Format.TEXT, Level.INFO);
    try (LogField.Scope _ = LogField.TENANT.put("ten_1")) {
      log.info("sent {} messages", 3);
    }
    log.info("and out of it");
    assertThat(written().lines())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .matches(
                        "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  sent 3 messages  tenant=ten_1  \\(Messages\\)"),
            second -> assertThat(second).doesNotContain("tenant="));
  }

  @Test
  void writesOneObjectALineForMachines() {
    Logger log = log(Format.JSON, Level.INFO);
    try (LogField.Scope _ = LogField.REQUEST.put("req_1");
        LogField.Scope _ = LogField.CONNECTION.put("con_1")) {
      log.atWarn()
          .addKeyValue("provider", "postmark")
          .setCause(new IllegalStateException("broke at sk_live_CANARY0123456789"))
          .log("two\nlines with whsec_CANARY0123456789");
    }
    assertThat(written().lines()).hasSize(1);
    JsonNode line = JsonMapper.shared().readTree(written());
    assertThat(line.get("level").asString()).isEqualTo("warn");
    assertThat(line.get("message").asString()).isEqualTo("two\nlines with (secret)");
    assertThat(line.get("request_id").asString()).isEqualTo("req_1");
    assertThat(line.get("connection").asString()).isEqualTo("con_1");
    assertThat(line.get("provider").asString()).isEqualTo("postmark");
    assertThat(line.get("error").asString()).contains("broke at (secret)");
    assertThat(written()).doesNotContain("CANARY");
  }

  @Test
  void hidesSecretsInMessagesArgumentsFieldsAndCauses() {
    Logger log = log(Format.TEXT, Level.INFO);
    try (LogField.Scope _ = LogField.REQUEST.put("tn_CANARY0123456789")) {
      log.error(
          "the answer was {}",
          "Bearer CANARY0123456789",
          new RuntimeException(
              "outer", new RuntimeException("client_secret=CANARY0123456789 was refused")));
    }
    assertThat(written()).contains("(secret)").doesNotContain("CANARY");
  }

  @Test
  void letsNobodyForgeALine() {
    log(Format.TEXT, Level.INFO).info("path {}", "/x\n00:00:00.000 ERROR forged\u001b[31m");
    assertThat(written().lines()).hasSize(1);
    assertThat(written()).doesNotContain("\u001b");
  }

  @Test
  void cutsAnEndlessMessage() {
    log(Format.TEXT, Level.INFO).info("x".repeat(1_000_000));
    assertThat(written().length()).isLessThan(LineEncoder.TEXT_MAX + 200);
    assertThat(written()).contains("(1000000 characters)");
  }

  @Test
  void bringsJavaLoggingInAndKeepsLibrariesQuiet() {
    log(Format.TEXT, Level.INFO);
    java.util.logging.Logger.getLogger("dev.tenon.elsewhere").info("from java.util.logging");
    LoggerFactory.getLogger("com.zaxxer.hikari.HikariDataSource").info("chatter");
    assertThat(written()).contains("from java.util.logging").doesNotContain("chatter");
  }

  @Test
  void leavesOutWhatIsBelowTheLevel() {
    Logger log = log(Format.TEXT, Level.WARN);
    log.info("quiet");
    log.warn("loud");
    assertThat(written()).contains("loud").doesNotContain("quiet");
  }
}
