package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Gives a message to a provider and, where that refuses some of its recipients by name, to the
/// others: most providers refuse the whole call for one bad `cc`, and nobody got anything by then.
///
/// Whom it refuses stands in different places: in a field's name with an index (SendGrid), in the
/// words (Postmark, mostly Mailgun and SES), or only which field it was. A message with one
/// recipient leaves no doubt. Where several remain that it may be, the request as a whole is what
/// was refused: nobody must be called refused who was not.
public final class RefusedRecipients {
  /// Calls for one message. A provider may name one address at a time.
  private static final int CALLS_MAX = 5;

  /// Such as `personalizations.0.cc.1.email`, SendGrid's name of a field.
  private static final Pattern INDEXED =
      Pattern.compile("personalizations\\.0\\.(to|cc|bcc)\\.([0-9]{1,3})(?:\\..*)?");

  /// Such as "Invalid `cc` field" or "'to' parameter is not a valid address".
  private static final Pattern FIELD = Pattern.compile("(?<![\\w:-])(to|cc|bcc)[`'\"]");

  private RefusedRecipients() {}

  /// As [EmailProvider#send], but to all whom the provider takes.
  public static Outcome<Sent> send(EmailProvider provider, EmailMessage message, String key) {
    return send(provider, message, key, () -> provider.send(message, key));
  }

  /// The same where the first call is made otherwise, such as by bytes that were kept
  /// ([EmailProvider#sendRequest]).
  ///
  /// Each further call has a key of its own, made from `key`: other bytes under the same key would
  /// be refused. A repeat of the whole comes by the same refusals to the same calls, so a provider
  /// that replays its answers replays these too.
  public static Outcome<Sent> send(
      EmailProvider provider, EmailMessage message, String key, Supplier<Outcome<Sent>> first) {
    Outcome<Sent> outcome = named(message, first.get());
    Set<String> refused = new LinkedHashSet<>();
    Set<String> gone = new LinkedHashSet<>();
    for (int calls = 1; outcome instanceof Outcome.RefusedRecipient<Sent> refusal; calls++) {
      boolean more = refused.addAll(comparable(refusal.recipients()));
      if (refusal.lasting()) {
        gone.addAll(comparable(refusal.recipients()));
      }
      if (isNobodyLeft(message, refused)) {
        return new Outcome.RefusedRecipient<>(
            refusal.detail(), List.copyOf(refused), gone.containsAll(refused));
      }
      if (!more || calls == CALLS_MAX) {
        return request(refusal.detail(), "it goes on refusing recipients: ");
      }
      EmailMessage rest = message.without(refused);
      outcome = named(rest, provider.send(rest, key + "." + (calls + 1)));
    }
    if (!refused.isEmpty() && outcome instanceof Outcome.Accepted<Sent>(Sent sent, var detail)) {
      refused.addAll(sent.refusedRecipients());
      gone.addAll(sent.gone());
      return new Outcome.Accepted<>(
          new Sent(sent.providerMessageId(), List.copyOf(refused), List.copyOf(gone)), detail);
    }
    return outcome;
  }

  /// The outcome with the names of those who are refused. Where it can't be known which of several
  /// it is, what was refused is the request.
  private static Outcome<Sent> named(EmailMessage message, Outcome<Sent> outcome) {
    if (!(outcome instanceof Outcome.RefusedRecipient<Sent> refusal)) {
      return outcome;
    }
    Outcome.Detail detail = refusal.detail();
    List<String> names = names(message, refusal);
    if (!names.isEmpty()) {
      return new Outcome.RefusedRecipient<>(detail, names, refusal.lasting());
    }
    return request(detail, "one of several recipients is refused, without saying which: ");
  }

  private static Outcome<Sent> request(Outcome.Detail detail, String words) {
    return new Outcome.RefusedRequest<>(
        new Outcome.Detail(
            detail.status(),
            detail.code(),
            words + detail.message(),
            detail.requestId(),
            detail.reason(),
            detail.param()));
  }

  private static List<String> names(EmailMessage message, Outcome.RefusedRecipient<Sent> refusal) {
    List<String> all = all(message);
    List<String> said = comparable(refusal.recipients()).stream().filter(all::contains).toList();
    if (!said.isEmpty() || all.size() == 1) {
      return said.isEmpty() ? all : said;
    }
    Matcher indexed = INDEXED.matcher(refusal.detail().code());
    if (indexed.matches()) {
      List<String> field = field(message, indexed.group(1));
      int index = Integer.parseInt(indexed.group(2));
      return index < field.size() ? List.of(field.get(index)) : List.of();
    }
    String words = refusal.detail().message().toLowerCase(Locale.ROOT);
    List<String> inWords = all.stream().filter(one -> names(words, one)).toList();
    if (!inWords.isEmpty()) {
      return inWords;
    }
    Matcher named = FIELD.matcher(words);
    List<String> field = named.find() ? field(message, named.group(1)) : List.of();
    return field.size() == 1 ? field : List.of();
  }

  /// Whether the address stands there by itself, and not as a part of a longer one.
  private static boolean names(String words, String address) {
    return Pattern.compile("(?<![\\w.+-])" + Pattern.quote(address) + "(?![\\w-]|\\.[\\w-])")
        .matcher(words)
        .find();
  }

  /// Without anybody in `to` it is nobody's mail.
  private static boolean isNobodyLeft(EmailMessage message, Set<String> refused) {
    return refused.containsAll(field(message, "to"));
  }

  private static List<String> all(EmailMessage message) {
    return Stream.of("to", "cc", "bcc")
        .flatMap(name -> field(message, name).stream())
        .distinct()
        .toList();
  }

  /// The addresses of one field, without those that stand in a field before it: providers that
  /// count them are given each once.
  private static List<String> field(EmailMessage message, String name) {
    Set<String> before = new LinkedHashSet<>();
    List<String> to = fresh(message.to(), before);
    List<String> cc = fresh(message.cc(), before);
    List<String> bcc = fresh(message.bcc(), before);
    return switch (name) {
      case "to" -> to;
      case "cc" -> cc;
      default -> bcc;
    };
  }

  private static List<String> fresh(List<EmailAddress> addresses, Set<String> before) {
    List<String> fresh = new ArrayList<>();
    for (String one : comparable(addresses.stream().map(EmailAddress::address).toList())) {
      if (before.add(one)) {
        fresh.add(one);
      }
    }
    return fresh;
  }

  private static List<String> comparable(List<String> addresses) {
    return addresses.stream().flatMap(one -> EmailAddress.comparable(one).stream()).toList();
  }
}
