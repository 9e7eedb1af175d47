package dev.tenon.email;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which messages a list shows, for the API and the console alike. Empty texts leave a condition
/// out.
///
/// Recipient, template and time are looked up by indexes. The state of a message changes with each
/// attempt, so an index on it would be written over and over by those who send; it, the stream,
/// tags and parts of texts are looked for within a bounded number of messages, and what lies
/// further back comes with the next page.
///
/// @param recipient one of all its recipients, in the form in which two spellings are the same
/// @param text part of the first recipients or the subject
/// @param since accepted from then on
/// @param until accepted before then
public record MessageFilter(
    String state,
    String recipient,
    String template,
    String stream,
    String tag,
    String text,
    Instant since,
    Instant until) {
  /// The states that can be asked for.
  public static final List<String> STATES =
      List.of(
          "queued",
          "sending",
          "sent",
          "delivered",
          "uncertain",
          "bounced",
          "complained",
          "failed",
          "suppressed",
          "cancelled");

  /// How many messages one page looks through at most.
  public static final int SCANNED_MAX = 10_000;

  /// The later end of all time, as far as ids reach.
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private static final String OWN =
      """
      select m.* from message m
      where m.tenant_id = :tenant and m.id < :before and m.id >= id_at(:since)
        and m.id < id_at(:until)\
      """;

  private static final String NEWEST = " order by m.id desc limit :scanned";

  /// Of any time.
  public static MessageFilter of(
      String state, String recipient, String template, String stream, String tag, String text) {
    return new MessageFilter(state, recipient, template, stream, tag, text, Instant.EPOCH, LATEST);
  }

  /// Whether messages have to be looked through for those that are wanted.
  public boolean isSearching() {
    return !state.isEmpty() || !stream.isEmpty() || !tag.isEmpty() || !text.isEmpty();
  }

  /// Whether anything is left out.
  public boolean isSelective() {
    return isSearching() || !recipient.isEmpty() || !template.isEmpty();
  }

  /// SQL of the messages that are looked through, newest first. Names `:tenant`, `:before` and
  /// `:scanned` beside [#values].
  public String within() {
    String own = OWN + (template.isEmpty() ? "" : " and m.template = :template");
    return recipient.isEmpty()
        ? own + NEWEST
        // The first recipient stands in the index. Those who are not first stand in few messages,
        // which have an index of their own.
        : """
          select * from (
            (%1$s and m.recipients[1] = :recipient%2$s)
            union all
            (%1$s and cardinality(m.recipients) > 1 and m.recipients[1] <> :recipient
              and :recipient = any(m.recipients)%2$s)
          ) m%2$s"""
            .formatted(own, NEWEST);
  }

  /// SQL of what is wanted of them.
  public String wanted() {
    var sql = new StringBuilder("true");
    if (!state.isEmpty()) {
      sql.append(" and m.state = :state");
    }
    if (!stream.isEmpty()) {
      sql.append(" and m.stream = :stream");
    }
    if (!tag.isEmpty()) {
      sql.append(" and :tag = any(m.tags)");
    }
    if (!text.isEmpty()) {
      sql.append(" and position(lower(:text) in lower(m.recipient || ' ' || m.subject)) > 0");
    }
    return sql.toString();
  }

  /// The values of [#within].
  public Map<String, Object> values() {
    Map<String, Object> values = new HashMap<>(Map.of("since", since, "until", until));
    put(values, "recipient", recipient);
    put(values, "template", template);
    return values;
  }

  /// The values of [#wanted].
  public Map<String, Object> wantedValues() {
    Map<String, Object> values = new HashMap<>();
    put(values, "state", state);
    put(values, "stream", stream);
    put(values, "tag", tag);
    put(values, "text", text);
    return values;
  }

  private static void put(Map<String, Object> values, String name, String value) {
    if (!value.isEmpty()) {
      values.put(name, value);
    }
  }
}
