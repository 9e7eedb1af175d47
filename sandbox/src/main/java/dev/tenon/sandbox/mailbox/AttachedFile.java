package dev.tenon.sandbox.mailbox;

/// What is known of an attachment. Its bytes are in the source only.
///
/// @param contentId the id that `cid:` links name, without angle brackets; empty when there is none
public record AttachedFile(String name, String contentType, long sizeBytes, String contentId) {}
