/// OAuth 2.1 as a client speaks it: PKCE, the way out to the provider and back, tokens, refresh and
/// revocation. What differs between providers is data.
@NullMarked
package dev.tenon.connector.oauth;

import org.jspecify.annotations.NullMarked;
