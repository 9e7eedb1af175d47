/// A stand-in for Cal.com, written from its description of API v2 and of its webhooks.
@NullMarked
package dev.tenon.sandbox.calcom;

import org.jspecify.annotations.NullMarked;
