package dev.tenon;

import dev.tenon.db.DatabaseAddress;
import dev.tenon.work.NodeBell;
import dev.tenon.work.Signal;
import java.util.Map;

/// What wakes the workers: each signal is raised where its work is committed, and the bell carries
/// it to the other nodes.
///
/// @param factsStored raised by intake and replays; lanes wait for it
/// @param jobsMade raised where jobs are made; job workers wait for it
/// @param eventsTold raised where events are told; delivery workers wait for it
/// @param templatesChanged raised where a template is published; what is remembered of them is read
///   anew
record Signals(
    Signal factsStored,
    Signal jobsMade,
    Signal eventsTold,
    Signal templatesChanged,
    NodeBell bell) {
  static Signals of(DatabaseAddress database) {
    var factsStored = new Signal();
    var jobsMade = new Signal();
    var eventsTold = new Signal();
    var templatesChanged = new Signal();
    return new Signals(
        factsStored,
        jobsMade,
        eventsTold,
        templatesChanged,
        new NodeBell(
            database,
            Map.of(
                "facts",
                factsStored,
                "jobs",
                jobsMade,
                "deliveries",
                eventsTold,
                "templates",
                templatesChanged),
            NodeBell.Pace.DEFAULT));
  }
}
