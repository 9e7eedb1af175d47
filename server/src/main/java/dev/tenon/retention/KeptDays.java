package dev.tenon.retention;

/// How many days things are kept; the section `[retention]` of the settings.
///
/// @param received webhooks and their facts
/// @param dedupe the keys by which a repeated fact is known, at least 35
/// @param message messages with their attempts and bodies
/// @param event events for the application
/// @param job finished jobs
/// @param stopped whatever waits for a person: dead and unassigned facts with their webhooks, dead
///   jobs, uncertain messages. Where this is less than the days of their kind, those count
public record KeptDays(int received, int dedupe, int message, int event, int job, int stopped) {}
