package dev.tenon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.tenon.config.Config;
import java.io.Console;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Sets up the log of the whole process, once, before anything else speaks.
public final class Logging {
  /// Libraries that say more than an operator wants to read, and how much they may say. At level
  /// `trace` they are let loose.
  private static final Map<String, Level> QUIET =
      Map.of(
          "com.zaxxer.hikari", Level.WARN,
          "org.flywaydb", Level.WARN,
          "org.jdbi", Level.WARN,
          "org.postgresql", Level.WARN,
          "io.helidon", Level.WARN,
          "org.apache.hc", Level.WARN,
          "com.github.kagkarlsson", Level.WARN,
          "org.eclipse.angus", Level.WARN,
          "com.stripe", Level.WARN,
          "gg.jte", Level.WARN);

  private Logging() {}

  /// Logs to standard error, so that standard output stays free for what a command prints.
  public static void start(Config.Log config) {
    boolean colour =
        System.getenv("NO_COLOR") == null
            && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    start(config, System.err, colour);
  }

  static void start(Config.Log config, OutputStream out, boolean colour) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();

    LineEncoder encoder = new LineEncoder(config.format() == Config.Log.Format.JSON, colour);
    encoder.setContext(context);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(new Unclosed(out));
    appender.start();

    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(level(config.level()));
    if (config.level() != Config.Log.Level.TRACE) {
      QUIET.forEach((name, level) -> context.getLogger(name).setLevel(level));
    }
    bridgeJavaLogging();
  }

  /// Helidon and pgjdbc speak through `java.util.logging`.
  private static void bridgeJavaLogging() {
    LogManager.getLogManager().reset();
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.INFO);
  }

  private static Level level(Config.Log.Level level) {
    return switch (level) {
      case ERROR -> Level.ERROR;
      case WARN -> Level.WARN;
      case INFO -> Level.INFO;
      case DEBUG -> Level.DEBUG;
      case TRACE -> Level.TRACE;
    };
  }

  /// Standard error outlives a new set-up of the log.
  private static final class Unclosed extends java.io.FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws java.io.IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws java.io.IOException {
      flush();
    }
  }
}
