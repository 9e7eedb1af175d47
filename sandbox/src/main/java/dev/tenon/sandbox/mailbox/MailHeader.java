package dev.tenon.sandbox.mailbox;

/// One header line of a mail, decoded.
public record MailHeader(String name, String value) {}
