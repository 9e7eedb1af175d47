/// Whether a webhook comes from who it claims: one verifier per scheme, over the raw bytes.
@NullMarked
package dev.tenon.connector.signature;

import org.jspecify.annotations.NullMarked;
