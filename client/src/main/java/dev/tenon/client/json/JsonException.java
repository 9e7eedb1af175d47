package dev.tenon.client.json;

/// The text is not JSON within the reader's bounds, or not of the form that was asked for. The
/// message says where and what, and never quotes the text: it may hold anything.
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public JsonException(String message) {
    super(message);
  }
}
