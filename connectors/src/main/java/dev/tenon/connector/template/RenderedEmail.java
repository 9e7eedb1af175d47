package dev.tenon.connector.template;

/// A template with its variables filled in.
///
/// @param subject one line
/// @param html empty when the template has no HTML part
/// @param text empty when the template has no text part
public record RenderedEmail(String subject, String html, String text) {}
