package dev.tenon.sandbox.smtp;

import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Mailbox;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The conversation with one mail client (RFC 5321). It ends with QUIT, with the client's going,
/// with too many mistakes, or when a fault says so.
final class SmtpSession {
  private static final int LINE_BYTES_MAX = 4_096;
  private static final int COMMANDS_MAX = 100_000;
  private static final int MISTAKES_MAX = 20;
  private static final Pattern PATH = Pattern.compile("(?i)(?:FROM|TO):\\s*<([^<>]*)>(.*)");
  private static final Pattern SIZE = Pattern.compile("(?i)\\bSIZE=(\\d{1,18})\\b");

  private final SmtpInput in;
  private final OutputStream out;
  private final Mailbox mailbox;
  private final SmtpAccounts accounts;
  private final SmtpFaultSource faults;

  private final List<String> recipients = new ArrayList<>();
  private @Nullable String sender;
  private SmtpBehaviour behaviour = SmtpBehaviour.HEALTHY;
  private boolean greeted;
  private int mistakes;
  private boolean over;

  SmtpSession(
      SmtpInput in,
      OutputStream out,
      Mailbox mailbox,
      SmtpAccounts accounts,
      SmtpFaultSource faults) {
    this.in = in;
    this.out = out;
    this.mailbox = mailbox;
    this.accounts = accounts;
    this.faults = faults;
  }

  void run() throws IOException {
    reply("220 localhost Tenon sandbox ESMTP, sends nothing");
    for (int commands = 0; !over && commands < COMMANDS_MAX; commands++) {
      try {
        command(in.line(LINE_BYTES_MAX));
      } catch (SmtpInput.TooLongException tooLong) {
        end("500 5.5.6 line too long");
      }
      if (mistakes > MISTAKES_MAX) {
        end("421 4.7.0 too many mistakes");
      }
    }
  }

  private void command(String line) throws IOException {
    int space = line.indexOf(' ');
    String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
    String rest = space < 0 ? "" : line.substring(space + 1).strip();
    switch (verb) {
      case "EHLO" -> hello(true);
      case "HELO" -> hello(false);
      case "AUTH" -> logIn(rest);
      case "MAIL" -> mail(rest);
      case "RCPT" -> recipient(rest);
      case "DATA" -> data();
      case "RSET" -> {
        reset();
        reply("250 2.0.0 reset");
      }
      case "NOOP" -> reply("250 2.0.0 still here");
      case "VRFY" -> reply("252 2.5.2 send and see");
      case "QUIT" -> end("221 2.0.0 bye");
      default -> mistake("500 5.5.1 command not known");
    }
  }

  private void hello(boolean extended) throws IOException {
    greeted = true;
    reset();
    if (!extended) {
      reply("250 localhost");
      return;
    }
    reply(
        "250-localhost",
        "250-PIPELINING",
        "250-SIZE " + SmtpServer.MESSAGE_BYTES_MAX,
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-ENHANCEDSTATUSCODES",
        "250 AUTH PLAIN LOGIN");
  }

  private void logIn(String rest) throws IOException {
    String[] words = rest.split("\\s+", 2);
    String first = words.length > 1 ? words[1] : "";
    try {
      switch (words[0].toUpperCase(Locale.ROOT)) {
        case "PLAIN" -> {
          // authorisation NUL user NUL password (RFC 4616)
          String[] parts = base64(first.isEmpty() ? ask("") : first).split("\0", -1);
          if (parts.length != 3) {
            mistake("501 5.5.2 PLAIN needs three parts");
            return;
          }
          answerLogin(parts[1], parts[2]);
        }
        case "LOGIN" -> {
          String user = base64(first.isEmpty() ? ask("VXNlcm5hbWU6") : first);
          answerLogin(user, base64(ask("UGFzc3dvcmQ6")));
        }
        default -> mistake("504 5.5.4 PLAIN and LOGIN are known here");
      }
    } catch (IllegalArgumentException notBase64) {
      mistake("501 5.5.2 not base64");
    }
  }

  private void answerLogin(String user, String password) throws IOException {
    if (faults.refusesLogin() || !accounts.accepts(user, password)) {
      reply("535 5.7.8 user or password refused");
    } else {
      reply("235 2.7.0 welcome");
    }
  }

  private String ask(String prompt) throws IOException {
    reply("334 " + prompt);
    return in.line(LINE_BYTES_MAX);
  }

  private static String base64(String text) {
    return new String(Base64.getDecoder().decode(text.strip()), StandardCharsets.UTF_8);
  }

  private void mail(String rest) throws IOException {
    Matcher path = PATH.matcher(rest);
    if (!greeted) {
      mistake("503 5.5.1 say EHLO first");
    } else if (sender != null) {
      mistake("503 5.5.1 one MAIL at a time");
    } else if (!path.matches() || !rest.regionMatches(true, 0, "FROM:", 0, 5)) {
      mistake("501 5.5.4 MAIL FROM:<address>");
    } else if (announced(path.group(2)) > SmtpServer.MESSAGE_BYTES_MAX) {
      reply("552 5.3.4 message too large, " + SmtpServer.MESSAGE_BYTES_MAX + " bytes at most");
    } else {
      behaviour = faults.forMail();
      if (behaviour.reset()) {
        over = true;
      } else if (behaviour.refusal() == 421) {
        leave();
      } else if (behaviour.refusal() != 0) {
        int code = behaviour.refusal();
        reply("%d %d.7.0 refused by a fault of the sandbox".formatted(code, code / 100));
      } else {
        sender = path.group(1);
        reply("250 2.1.0 sender ok");
      }
    }
  }

  private static long announced(String parameters) {
    Matcher size = SIZE.matcher(parameters);
    return size.find() ? Long.parseLong(size.group(1)) : 0;
  }

  private void recipient(String rest) throws IOException {
    Matcher path = PATH.matcher(rest);
    if (sender == null) {
      mistake("503 5.5.1 MAIL first");
    } else if (!path.matches() || !rest.regionMatches(true, 0, "TO:", 0, 3)) {
      mistake("501 5.5.4 RCPT TO:<address>");
    } else if (recipients.size() >= SmtpServer.RECIPIENTS_MAX) {
      reply("452 4.5.3 too many recipients");
    } else {
      String address = path.group(1);
      switch (box(address)) {
        case "" -> reply("501 5.1.3 no address");
        case "bounce", "bounced", "hard-bounce", "hard-bounced", "suppressed" ->
            reply("550 5.1.1 no such mailbox");
        case "blocked" -> reply("554 5.7.1 refused");
        case "later", "delay", "delayed" -> reply("451 4.2.1 mailbox busy, try again later");
        case "full", "soft-bounce", "soft-bounced" -> reply("552 5.2.2 mailbox full");
        default -> {
          recipients.add(address);
          reply("250 2.1.5 recipient ok");
        }
      }
    }
  }

  /// The local part without its `+label`; empty when the address has no `@`.
  private static String box(String address) {
    int at = address.lastIndexOf('@');
    String local = at < 1 ? "" : address.substring(0, at);
    int plus = local.indexOf('+');
    return (plus > 0 ? local.substring(0, plus) : local).toLowerCase(Locale.ROOT);
  }

  private void data() throws IOException {
    String from = sender;
    if (from == null || recipients.isEmpty()) {
      mistake(from == null ? "503 5.5.1 MAIL first" : "554 5.5.1 no valid recipients");
      return;
    }
    reply("354 end with a dot on a line of its own");
    SmtpInput.Data data = in.data(SmtpServer.MESSAGE_BYTES_MAX);
    if (data.tooLarge()) {
      reset();
      reply("552 5.3.4 message too large, " + SmtpServer.MESSAGE_BYTES_MAX + " bytes at most");
      return;
    }
    String id = UUID.randomUUID().toString();
    mailbox.add(Carrier.SMTP, id, Fate.DELIVERED, MimeReader.read(data.bytes(), from, recipients));
    boolean dropped = behaviour.dropAfterAccept().isPresent();
    if (!pause(behaviour.dropAfterAccept().orElse(behaviour.latency())) || dropped) {
      over = true;
    } else {
      reset();
      reply("250 2.0.0 queued as " + id);
    }
  }

  private static boolean pause(Duration duration) {
    try {
      Thread.sleep(duration);
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Says 421 and hears one more command, so that a client that politely quits is not cut off in
  /// the middle of its word and still sees the code.
  private void leave() throws IOException {
    reply("421 4.3.2 service not available");
    boolean quits = in.line(LINE_BYTES_MAX).strip().equalsIgnoreCase("QUIT");
    end(quits ? "221 2.0.0 bye" : "421 4.3.2 service not available");
  }

  private void reset() {
    sender = null;
    recipients.clear();
  }

  private void mistake(String line) throws IOException {
    mistakes++;
    reply(line);
  }

  private void end(String line) throws IOException {
    over = true;
    reply(line);
  }

  private void reply(String... lines) throws IOException {
    out.write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
