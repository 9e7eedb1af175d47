package dev.tenon.sandbox.mailbox;

import java.util.Base64;

/// An attachment.
///
/// @param contentId the id that `cid:` links name, without angle brackets; empty when there is none
/// @param base64 its bytes; empty when they weren't kept
public record AttachedFile(
    String name, String contentType, long sizeBytes, String contentId, String base64) {

  public static AttachedFile of(String name, String contentType, byte[] bytes, String contentId) {
    return new AttachedFile(
        name, contentType, bytes.length, contentId, Base64.getEncoder().encodeToString(bytes));
  }
}
