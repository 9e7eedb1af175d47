package dev.tenon.template;

import dev.tenon.connector.template.CompiledTemplate;

/// The template that a mail is made with.
///
/// @param number of the tenant's version; 0 for one that comes with the program or the operator
public record Chosen(CompiledTemplate template, Brand brand, int number) {
  public String language() {
    return template.language();
  }
}
