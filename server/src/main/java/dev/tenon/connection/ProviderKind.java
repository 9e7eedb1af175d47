package dev.tenon.connection;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a connection to one provider is made of.
///
/// @param name as connections carry it
/// @param secrets the names of its credentials; those that start with `webhook_` may roll
/// @param settings the names of what is not secret
/// @param checks what values of some settings look like; the others are free text
public record ProviderKind(
    String name, Set<String> secrets, Set<String> settings, Map<String, Check> checks) {
  /// The setting of email connections that says how many mails they are given in a second.
  public static final String RATE = "rate_per_second";

  private static final Check REGION = Check.of("us|eu", "`us` or `eu`");
  private static final Check YES_OR_NO = Check.of("true|false", "`true` or `false`");
  private static final Check HEADER =
      Check.of("[A-Za-z][A-Za-z0-9-]{1,59}", "the name of a header like `X-Signature`");
  private static final Check POINTER =
      Check.of("(?:/[^/~]*(?:~[01][^/~]*)*){1,10}", "a JSON pointer like `/data/id`");
  private static final String DOMAIN =
      "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}";

  /// What a setting's value has to look like.
  ///
  /// @param words how that is said to whoever gave another
  /// @param isNeeded whether a connection without the setting could do nothing
  public record Check(Pattern pattern, String words, boolean isNeeded) {
    static Check of(String pattern, String words) {
      return new Check(Pattern.compile(pattern), words, false);
    }

    Check needed() {
      return new Check(pattern, words, true);
    }

    /// A list that gives each stream a name of the provider's.
    static Check streams(String name, String example) {
      String entry = "[a-z0-9][a-z0-9_-]{0,39} *= *" + name;
      return of(entry + "(?: *, *" + entry + ")*", "a list like `" + example + "`");
    }
  }

  public ProviderKind {
    secrets = Set.copyOf(secrets);
    settings = Set.copyOf(settings);
    checks = Map.copyOf(checks);
  }

  private ProviderKind(String name, Set<String> secrets, Set<String> settings) {
    this(name, secrets, settings, Map.of());
  }

  /// A setting that can't be as it is.
  ///
  /// @param words what it has to be
  public record Wrong(String name, String words) {}

  /// The first setting that has not its form, or that is needed and missing. What was given is
  /// looked at before what is missing.
  public Optional<Wrong> wrongSetting(Map<String, String> given) {
    SortedMap<String, Check> sorted = new TreeMap<>(checks);
    Stream<Wrong> malformed =
        sorted.entrySet().stream()
            .filter(
                entry ->
                    given.containsKey(entry.getKey())
                        && !entry
                            .getValue()
                            .pattern()
                            .matcher(given.getOrDefault(entry.getKey(), ""))
                            .matches())
            .map(entry -> wrong(entry, ""));
    Stream<Wrong> missing =
        sorted.entrySet().stream()
            .filter(entry -> entry.getValue().isNeeded() && !given.containsKey(entry.getKey()))
            .map(entry -> wrong(entry, "needed: "));
    return Stream.concat(malformed, missing).findFirst();
  }

  private static Wrong wrong(Map.Entry<String, Check> entry, String needed) {
    return new Wrong(
        entry.getKey(),
        "`%s` is %s%s.".formatted(entry.getKey(), needed, entry.getValue().words()));
  }

  /// A key or setting that Stripe's form shows to be of the wrong sort, or for the other mode than
  /// the connection's environment: real money never moves through what calls itself a test, and
  /// nothing that calls itself production plays.
  ///
  /// @param path `credentials` or `settings`
  public Optional<Wrong> wrongKey(
      Connection.Environment environment, String path, Map<String, String> given) {
    return name.equals("stripe")
        ? given.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .flatMap(
                entry ->
                    StripeKeyForm.wrong(environment, entry.getKey(), entry.getValue())
                        .map(words -> new Wrong(path + "." + entry.getKey(), words))
                        .stream())
            .findFirst()
        : Optional.empty();
  }

  /// Settings that a key of the platform alone may give or change: they decide whose data a
  /// connection sees.
  public Set<String> platformSettings() {
    return name.equals("stripe") ? Set.of(ConnectedAccount.SETTING) : Set.of();
  }

  /// One that mail is sent through.
  private static ProviderKind mail(
      String name, Set<String> secrets, Set<String> settings, Map<String, Check> checks) {
    Set<String> all = new HashSet<>(settings);
    all.add(RATE);
    Map<String, Check> allChecks = new HashMap<>(checks);
    allChecks.put(RATE, Check.of("[1-9][0-9]{0,3}", "a whole number from 1 to 9999"));
    return new ProviderKind(name, secrets, all, allChecks);
  }

  /// The same, of a provider that can be told for each mail whether to track it.
  private static ProviderKind tracking(
      String name, Set<String> secrets, Set<String> settings, Map<String, Check> checks) {
    Set<String> all = new HashSet<>(settings);
    Map<String, Check> allChecks = new HashMap<>(checks);
    for (String setting : Set.of("track_opens", "track_links")) {
      all.add(setting);
      allChecks.put(
          setting,
          Check.of(
              "[a-z0-9][a-z0-9_-]{0,39}( *, *[a-z0-9][a-z0-9_-]{0,39}){0,19}",
              "names of streams like `broadcast, news`; leave it out for none"));
    }
    return mail(name, secrets, all, allChecks);
  }

  /// The providers that Tenon knows.
  public static List<ProviderKind> known() {
    return List.of(
        new ProviderKind(
            "stripe",
            Set.of("secret_key", "webhook_secret"),
            Set.of(
                "publishable_key",
                "base_url",
                ConnectedAccount.SETTING,
                "webhook_endpoint_id",
                "payment_methods"),
            Map.of(
                "payment_methods",
                Check.of("card|all", "`card`, or `all` for what Stripe's dashboard offers"),
                ConnectedAccount.SETTING,
                Check.of("acct_[A-Za-z0-9]{1,64}", "the id of a connected account, `acct_…`"))),
        tracking(
            "postmark",
            Set.of("api_key", "webhook_password"),
            Set.of(
                "base_url",
                "webhook_username",
                "webhook_header",
                "message_streams",
                "broadcast_streams"),
            Map.of(
                "webhook_header",
                Check.of("[A-Za-z][A-Za-z0-9-]{1,59}", "the name of a header like `X-Tenon`"),
                "message_streams",
                Check.streams("[a-z0-9-]{1,30}", "broadcast=newsletter, alerts=urgent"),
                "broadcast_streams",
                Check.of(
                    "[a-z0-9-]{1,30}( *, *[a-z0-9-]{1,30}){0,19}",
                    "Postmark's own names of its broadcast streams, such as `broadcast, news`, or"
                        + " `none`"))),
        mail(
            "resend",
            Set.of("api_key", "webhook_secret"),
            Set.of("base_url", "streams"),
            Map.of(
                "streams",
                Check.of(
                    "[a-z0-9][a-z0-9_-]{0,39}(?: *, *[a-z0-9][a-z0-9_-]{0,39}){0,19}",
                    "a list like `alerts, news`"))),
        tracking(
            "sendgrid",
            Set.of("api_key", "webhook_public_key"),
            Set.of("base_url", "region", "ip_pools", "sandbox_mode"),
            Map.of(
                "region",
                REGION,
                "ip_pools",
                Check.streams("[^,=\\s][^,=]{0,62}[^,=\\s]", "broadcast=marketing, alerts=urgent"),
                "sandbox_mode",
                YES_OR_NO)),
        mail(
            "ses",
            Set.of("secret_access_key"),
            Set.of(
                "base_url",
                "region",
                "access_key_id",
                "configuration_sets",
                "tenant_name",
                "topic_arn"),
            Map.of(
                "topic_arn",
                Check.of(
                    "arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}",
                    "the ARN of a topic of Amazon SNS"),
                "region",
                Check.of("[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}", "a region like `eu-central-1`"),
                "access_key_id",
                Check.of("[A-Za-z0-9_]{16,128}", "16 to 128 letters and digits").needed(),
                "configuration_sets",
                Check.streams("[A-Za-z0-9_-]{1,64}", "outbound=transactional, broadcast=news"),
                // Requests are signed with their path, and this is what is signed as it stands.
                "base_url",
                Check.of(
                    "https?://[^/?#]+(?:/[A-Za-z0-9/._~-]*)?",
                    "an http or https address with only letters, digits and `/._~-` in its path"))),
        tracking(
            "mailgun",
            Set.of("api_key", "webhook_signing_key"),
            Set.of("base_url", "region", "domain", "stream_domains", "test_mode"),
            Map.of(
                "region",
                REGION,
                "domain",
                Check.of(DOMAIN, "a domain in lower case like `mg.example.org`").needed(),
                "stream_domains",
                Check.streams(DOMAIN, "broadcast=news.example.org"),
                "test_mode",
                YES_OR_NO)),
        mail("smtp", Set.of("password"), Set.of("host", "port", "username", "security"), Map.of()),
        new ProviderKind("calcom", Set.of("api_key", "webhook_secret"), Set.of("base_url")),
        new ProviderKind(
            "calendly", Set.of("token", "webhook_secret"), Set.of("base_url", "organization")),
        new ProviderKind(
            "hubspot", Set.of("access_token", "webhook_secret"), Set.of("base_url", "portal_id")),
        new ProviderKind(
            "standard-webhooks",
            Set.of("webhook_secret"),
            Set.of("public_key", "type_pointer", "object_pointer"),
            Map.of(
                "public_key",
                Check.of("whpk_[A-Za-z0-9+/]{43}=", "a public key of `v1a`, `whpk_…`"),
                "type_pointer",
                POINTER,
                "object_pointer",
                POINTER)),
        new ProviderKind(
            "hmac",
            Set.of("webhook_secret"),
            Set.of(
                "algorithm",
                "encoding",
                "signature_header",
                "signature_prefix",
                "timestamp_header",
                "signed_content",
                "tolerance_seconds",
                "id_header",
                "id_pointer",
                "type_header",
                "type_pointer",
                "object_pointer"),
            Map.ofEntries(
                Map.entry(
                    "algorithm", Check.of("sha256|sha1|sha512", "`sha256`, `sha1` or `sha512`")),
                Map.entry("encoding", Check.of("hex|base64", "`hex` or `base64`")),
                Map.entry("signature_header", HEADER.needed()),
                Map.entry("timestamp_header", HEADER),
                Map.entry("id_header", HEADER),
                Map.entry("type_header", HEADER),
                Map.entry(
                    "signed_content",
                    Check.of(
                        "(?:[^{}]|\\{timestamp}|\\{id})*\\{body}(?:[^{}]|\\{timestamp}|\\{id})*",
                        "`{body}`, with text, `{timestamp}` and `{id}` around it")),
                Map.entry(
                    "tolerance_seconds",
                    Check.of("[1-9][0-9]{0,4}", "a number of seconds up to 99999")),
                Map.entry("id_pointer", POINTER),
                Map.entry("type_pointer", POINTER),
                Map.entry("object_pointer", POINTER))));
  }
}
