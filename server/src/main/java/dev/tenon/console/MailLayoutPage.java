package dev.tenon.console;

import dev.tenon.template.Brand;
import java.util.List;
import java.util.Map;

/// What stands around a tenant's mails, and which mails about payments are sent.
///
/// @param problems what is wrong, by field
/// @param said what has just happened; empty for nothing
public record MailLayoutPage(
    Brand brand, Map<String, String> problems, List<MailSwitch> switches, String said) {
  /// A mail that follows a payment's fact.
  public record MailSwitch(String template, String about, boolean on) {}

  public MailLayoutPage {
    problems = Map.copyOf(problems);
    switches = List.copyOf(switches);
  }

  /// What is wrong with a field; empty when nothing is.
  public String problem(String field) {
    return problems.getOrDefault(field, "");
  }
}
