/// An application that hears Tenon's events, as your own would: the other end of outgoing webhooks.
@NullMarked
package dev.tenon.sandbox.application;

import org.jspecify.annotations.NullMarked;
