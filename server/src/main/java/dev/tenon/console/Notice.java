package dev.tenon.console;

/// A page that says one thing and the way out: logged out, not found, not allowed.
///
/// @param way what to do next
/// @param command what to type for it; empty when there is nothing to type
/// @param href where to go; empty when there is nowhere
public record Notice(String title, String way, String command, String href, String link) {}
